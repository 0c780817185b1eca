import dataclasses

import orjson
import pytest

from matchmaker.config import Config
from matchmaker.domain import ProposalState, Service
from matchmaker.errors import Conflict, Invalid
from matchmaker.ranking.learning import reasons_against, settings
from matchmaker.services.learning import promoting, proposing, telling
from tests.ranking.learning.simulating import BASE, World

WHY = {"zh": "原因", "en": "A reason"}


@pytest.fixture(scope="module")
def lists():
    return World(1).lists(600)


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    """A small collection in BEIR layout."""
    folder = tmp_path_factory.mktemp("collections") / "small"
    folder.mkdir()
    texts = ["vibration test of a bracket", "drop test of a parcel", "GPUs for training", "pilot fermentation"]
    rows = {"corpus": [{"_id": str(number), "title": "", "text": text} for number, text in enumerate(texts)],
            "queries": [{"_id": str(number), "text": text.rpartition(" ")[0]} for number, text in enumerate(texts)]}
    for name, found in rows.items():
        (folder / f"{name}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, found)))
    (folder / "qrels.tsv").write_text("need\ttext\tgrade\n" + "\n".join(f"{number}\t{number}\t1" for number in range(4)))
    return folder


@pytest.fixture(scope="module")
def made(lists, collection):
    """What was learnt and measured, once for all tests."""
    return proposing.draft(Config(), lists, BASE, [collection])


def test_a_proposal_worse_on_one_collection_is_refused_with_the_reason(session, made):
    worse = dataclasses.replace(made.found, collections=made.found.collections | {
        "small": dataclasses.replace(made.found.collections["small"], difference=-0.02, low=-0.04, high=0.01)})
    proposal = proposing.keep(session, dataclasses.replace(
        made, found=worse, reasons=reasons_against(worse, settings().checks)))
    assert proposal.state == ProposalState.REFUSED
    assert telling.reasons(proposal) == ["Worse on the collection small: -0.0200 nDCG@10, allowed are -0.0050."]
    with pytest.raises(Conflict):
        promoting.promote(session, Service(), proposal.id, WHY)


def test_what_passes_is_proposed_and_kept_with_all_that_was_measured(session, made):
    proposal = proposing.keep(session, made)
    session.refresh(proposal)
    assert (proposal.state, proposal.reasons, proposal.base) == (ProposalState.PROPOSED, [], BASE.version)
    assert proposal.found["held_out"]["low"] > 0
    assert proposal.evidence["platforms"] == 12
    assert {change.name for change in telling.differences(proposal, BASE)} >= {"price", "region", "lead_time"}
    assert [len(block.rows) for block in telling.tables(proposal)] == [8, 3, 6]


def test_below_the_threshold_nothing_is_learnt(lists):
    with pytest.raises(Invalid, match="Too little"):
        proposing.draft(Config(), lists[:100], BASE)
