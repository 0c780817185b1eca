import orjson
import pytest
from sqlalchemy import select

from matchmaker.domain import ProposalState, Role, Service, WeightsProposal, WeightsVersion
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.ranking import weights
from matchmaker.services import live, matching, weighing
from matchmaker.services.formats import today
from matchmaker.services.learning import promoting
from matchmaker.services.transparency import cards, replaying
from tests.asking import PROBLEM, ask, begin
from tests.making import add_person, member

WHY = {"zh": "更看重地区", "en": "Nearness counts more"}
MEASURED = {"needs": 120, "before": 0.6, "after": 0.63, "difference": 0.03, "low": 0.01, "high": 0.05}
SPREAD = {"gini": 0.2, "top_one": 0.3, "most": 0.1}


def add_proposal(session, **fields) -> WeightsProposal:
    """Add a proposal in which words count less and nearness more."""
    base = weighing.in_force(session)
    content = weighing.content(base)
    content["factors"] = base.factors | {"region": base.factors["region"] * 2, "kind": 0.1}
    content["channels"] = base.channels | {"bm25": 1.2}
    proposal = WeightsProposal(**{
        "state": ProposalState.PROPOSED, "base": base.version, "weights": content, "evidence": {"lists": 400},
        "left_out": [], "reasons": [], "found": {"held_out": MEASURED, "collections": {"demo_en": MEASURED}, "groups": {},
                                                 "exposure": {"before": SPREAD, "after": SPREAD}}} | fields)
    session.add(proposal)
    session.flush()
    return proposal


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Let every question look at the database anew."""
    monkeypatch.setattr(live, "PAUSE", 0.0)
    matching._held.clear()


def promoted(session, actor=None) -> WeightsVersion:
    """Promote a proposal as if that had been two weeks ago, so that it counts from today on."""
    found = promoting.promote(session, actor or Service(), add_proposal(session).id, WHY)
    found.announced, found.in_force_from = found.announced - weights.NOTICE, found.in_force_from - weights.NOTICE
    session.commit()
    return found


def answer(config) -> bytes:
    """Return all that is said to a need today."""
    return orjson.dumps(matching.match(matching.current_index(config), {"problem": PROBLEM}, language="en"))


def test_a_promoted_version_counts_after_its_notice_and_not_before(session, published):
    before, first = answer(published), weighing.in_force(session).version
    found = promoting.promote(session, Service(), add_proposal(session).id, WHY)
    session.commit()
    assert (found.announced, found.in_force_from) == (today(), today() + weights.NOTICE)
    assert weighing.in_force(session).version == first
    assert weighing.in_force(session, found.in_force_from).version == found.version
    assert answer(published) == before
    (card,) = [card for card in cards.cards(session) if card.standing == cards.Standing.ANNOUNCED]
    assert card.weights.version == found.version
    assert {change.name for change in card.changes} == {"region", "kind", "bm25"}


def test_roll_back_restores_the_former_ranking_byte_for_byte(session, published):
    before = answer(published)
    found = promoted(session)
    during = answer(published)
    assert orjson.loads(during)["rules_version"] == found.version
    assert during != before
    promoting.roll_back(session, Service(), found.version, WHY)
    session.commit()
    assert answer(published) == before


def test_rankings_of_either_version_replay_byte_for_byte_ever_after(session, published):
    leads = []

    def asked() -> None:
        _key, holder = begin(session, published)
        leads.append(ask(session, published, holder)[0])
        session.commit()

    asked()
    found = promoted(session)
    asked()
    promoting.roll_back(session, Service(), found.version, WHY)
    session.commit()
    asked()
    session.expire_all()
    replays = [replaying.replay(session, published, lead) for lead in leads]
    assert [(one.is_equal, one.is_whole) for one in replays] == [(True, True)] * 3
    versions = [one.ranking.rules_version for one in replays]
    assert versions[1] == found.version
    assert versions[0] == versions[2] != found.version
    assert replays[0].ranking.considered == replays[2].ranking.considered != replays[1].ranking.considered


def test_what_is_announced_can_be_withdrawn_and_never_counts(session, published):
    found = promoting.promote(session, Service(), add_proposal(session).id, WHY)
    promoting.roll_back(session, Service(), found.version, WHY)
    assert weighing.in_force(session, found.in_force_from).version != found.version
    assert cards.card_of(session, found.version).standing == cards.Standing.WITHDRAWN
    again = promoting.promote(session, Service(), add_proposal(session).id, WHY)
    assert again.version == f"{found.version}-2"


def test_the_card_of_the_version_in_force_does_not_end_where_the_one_after_it_was_rolled_back(session, published):
    found = promoted(session)
    first, now = cards.cards(session)[::-1]
    assert (first.ended, now.standing) == (found.in_force_from, cards.Standing.IN_FORCE)
    promoting.roll_back(session, Service(), found.version, WHY)
    first, past = cards.cards(session)[::-1]
    assert (first.standing, first.ended) == (cards.Standing.IN_FORCE, None)
    assert past.ended == today()


def test_what_was_refused_or_promoted_is_not_promoted(session):
    refused = add_proposal(session, state=ProposalState.REFUSED)
    with pytest.raises(Conflict):
        promoting.promote(session, Service(), refused.id, WHY)
    once = promoting.promote(session, Service(), add_proposal(session).id, WHY)
    promoting.roll_back(session, Service(), once.version, WHY)
    with pytest.raises(Conflict):
        promoting.promote(session, Service(), once.proposal_id, WHY)


def test_only_one_change_is_announced_at_a_time_and_only_of_what_counts(session):
    waiting = add_proposal(session)
    promoting.promote(session, Service(), add_proposal(session).id, WHY)
    with pytest.raises(Conflict, match="announced already"):
        promoting.promote(session, Service(), waiting.id, WHY)
    stale = add_proposal(session, base="1999.1")
    with pytest.raises(Conflict, match="Other weights count"):
        promoting.promote(session, Service(), stale.id, WHY)


def test_a_reason_is_asked_for_in_both_languages(session):
    proposal = add_proposal(session)
    for why in ({}, {"zh": "原因"}, {"zh": "原因", "en": "  "}):
        with pytest.raises(Invalid):
            promoting.promote(session, Service(), proposal.id, why)
    found = promoting.promote(session, Service(), proposal.id, WHY)
    with pytest.raises(Invalid):
        promoting.roll_back(session, Service(), found.version, {"en": "Why"})


def test_a_version_is_rolled_back_once_and_those_of_a_release_never(session):
    found = promoted(session)
    promoting.roll_back(session, Service(), found.version, WHY)
    with pytest.raises(Conflict):
        promoting.roll_back(session, Service(), found.version, WHY)
    for version in ("2026.11.2", "1999"):
        with pytest.raises(NotFound):
            promoting.roll_back(session, Service(), version, WHY)


def test_who_promoted_and_who_rolled_back_is_kept(session):
    operator = member(session, add_person(session, "operator@operator.example", "operator", Role.OPERATOR))
    found = promoted(session, operator)
    promoting.roll_back(session, operator, found.version, WHY)
    row = session.scalars(select(WeightsVersion)).one()
    assert (row.promoted_by, row.ended_by) == (operator.person_id, operator.person_id)


def test_what_came_with_a_later_release_weighs_nothing_until_it_is_announced(session):
    found = promoted(session)
    found.weights = found.weights | {"factors": {name: 1.0 for name in found.weights["factors"] if name != "theme"}}
    session.commit()
    assert weighing.in_force(session).factors["theme"] == 0.0
