"""Operators add concepts to the lexicon by a file of theirs."""

import orjson
import pytest

from matchmaker import storage
from matchmaker.domain import Job
from matchmaker.ranking.concepts.lexicon import concept_ids
from matchmaker.services import lexicon, publishing
from matchmaker.storage.queries import vocabulary as queries

CONCEPT = {"id": "pearl_grading", "en": ["pearl grading"], "zh": ["珍珠分级"], "broader": "inspection",
           "kinds": ["inspection_certification"], "lay_en": ["which beads are the good ones"], "lay_zh": ["珠子哪些值钱"]}


@pytest.fixture
def act(run, database, tmp_path):
    def act(name, *concepts):
        path = tmp_path / "ours.jsonl"
        path.write_bytes(b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in concepts))
        return run("lexicon", name, str(path))

    return act


def added():
    with storage.reading() as session:
        return {concept.code: concept.en for concept in queries.added_concepts(session)}


def test_an_added_concept_is_recognised_and_an_index_is_queued(act):
    assert "1 concepts can be added" in act("check", CONCEPT).output
    assert added() == {}
    found = act("add", CONCEPT)
    assert found.exit_code == 0, found.output
    with storage.reading() as session:
        recognised = lexicon.recognise(lexicon.known(session), "哪些珠子值钱")
        assert recognised[0].concept.id == "pearl_grading"
        assert [job.task for job in session.query(Job)] == [publishing.TASK]


def test_a_concept_that_was_added_before_gets_the_words_of_the_file(act):
    act("add", CONCEPT)
    assert act("add", CONCEPT | {"en": ["grading of pearls"]}).exit_code == 0
    assert added() == {"pearl_grading": ["grading of pearls"]}


@pytest.mark.parametrize(("concept", "fault"), [
    (CONCEPT | {"id": "Pearl grading"}, "Line 2, id: An id has small letters"),
    (CONCEPT | {"kinds": ["magic"]}, "Line 2, kinds.0: There is no kind of resource magic"),
    (CONCEPT | {"lay_en": []}, "Line 2, lay_en: Give at least one"),
    (CONCEPT | {"en": ["珍珠"]}, "stands among the English words"),
    (CONCEPT | {"lay_zh": ["pearls"]}, "stands among the Chinese words"),
    ([1], "Line 2, : Give an object"),
    (b"{", "Line 2 is not JSON"),
], ids=["id", "kind", "nothing", "chinese", "english", "list", "half"])
def test_what_cannot_be_added_says_why_and_nothing_is_kept(act, concept, fault):
    found = act("add", CONCEPT | {"id": "pearl_drilling"}, concept)
    assert found.exit_code == 1
    assert fault in found.output
    assert added() == {}


def test_a_file_without_concepts_is_refused(act):
    assert "holds no concept" in act("add", b"").output


def test_an_id_stands_once(act):
    assert "already" in act("add", CONCEPT | {"id": min(concept_ids())}).output
    assert "already" in act("add", CONCEPT, CONCEPT).output
    assert added() == {}
