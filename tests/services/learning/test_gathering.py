import datetime as dt

import numpy as np
import pytest
from sqlalchemy import select

from matchmaker.domain import Lead, LeadFeedback, LeadMove, LeadState, Origin, Ranking, Side
from matchmaker.ranking.learning import settings, vector_of
from matchmaker.services import weighing
from matchmaker.services.learning import gathering
from tests.asking import ask, begin
from tests.making import add_person
from tests.ranking.learning.simulating import World
from tests.services.learning.storing import store

SETTINGS = settings()


@pytest.fixture
def leads(session, published):
    """A firm that asked for two of four offerings."""
    _key, holder = begin(session, published)
    found = ask(session, published, holder, "vibration", "ferment")
    session.commit()
    return found


def gathered(session):
    session.flush()
    session.expire_all()
    (found,) = gathering.gather(session, SETTINGS)
    return found


def place_of(session, lead) -> int:
    considered = session.get(Ranking, lead.ranking_id).considered
    return [entry["offering"] for entry in considered].index(str(lead.offering_id))


def answer(session, lead, to_state, *, reason=None, by=None, **fields):
    person = by or add_person(session, f"{lead.reference}@platform.example")
    lead.decline_reason = reason
    session.add(LeadMove(lead_id=lead.id, at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC), from_state=LeadState.IN_REVIEW,
                         to_state=to_state, side=Side.PLATFORM, person_id=person.id, **fields))
    return person


def test_what_a_record_holds_makes_the_very_scores_again(session, leads):
    found = gathered(session)
    considered = session.get(Ranking, leads[0].ranking_id).considered
    assert found.parts @ vector_of(weighing.in_force(session)) == pytest.approx(
        [entry["score"] for entry in considered], abs=1e-5)
    assert found.order(vector_of(weighing.in_force(session))).tolist() == list(range(len(considered)))


def test_what_a_firm_asked_for_was_picked_and_the_rest_passed_over(session, leads):
    found = gathered(session)
    picked = {place_of(session, lead) for lead in leads}
    assert set(np.flatnonzero(found.grades)) == picked
    assert found.picked
    assert found.decisions == {}
    assert "language:en" in found.groups


def test_an_answer_of_a_reviewer_is_a_decision_and_moves_no_grade_up(session, leads):
    accepted, declined = leads
    person = answer(session, accepted, LeadState.ACCEPTED)
    answer(session, declined, LeadState.DECLINED, reason="not_needed")
    found = gathered(session)
    decision = found.decisions[place_of(session, accepted)]
    assert (decision.reviewer, decision.fits) == (str(person.id), True)
    assert not found.decisions[place_of(session, declined)].fits
    assert found.grades[place_of(session, accepted)] == 1
    assert found.grades[place_of(session, declined)] == 0


def test_a_decline_that_does_not_speak_of_the_fit_says_nothing(session, leads):
    answer(session, leads[0], LeadState.DECLINED, reason="no_capacity")
    found = gathered(session)
    assert found.decisions == {}
    assert found.grades[place_of(session, leads[0])] == 1


def test_an_operators_override_is_no_reviewers_decision(session, leads):
    answer(session, leads[0], LeadState.ACCEPTED, is_override=True)
    assert gathered(session).decisions == {}


@pytest.mark.parametrize(("rating", "grade"), [(1, 0), (3, 1), (5, 3)])
def test_what_the_firm_says_in_the_end_decides(session, leads, rating, grade):
    lead = leads[0]
    for side, said in ((Side.FIRM, rating), (Side.PLATFORM, 5)):
        session.add(LeadFeedback(lead_id=lead.id, side=side, rating=said))
    assert gathered(session).grades[place_of(session, lead)] == grade


def test_completed_counts_where_the_firm_said_so(session, leads):
    for lead, side in zip(leads, (Side.FIRM, Side.PLATFORM), strict=True):
        session.add(LeadMove(lead_id=lead.id, at=lead.created_at, from_state=LeadState.IN_DELIVERY,
                             to_state=LeadState.COMPLETED, side=side))
    found = gathered(session)
    assert [found.grades[place_of(session, lead)] for lead in leads] == [SETTINGS.grades.completed, 1]


def test_what_no_firm_chose_is_no_pick(session, leads):
    for lead in leads:
        lead.origin = Origin.REFERRAL
    person = answer(session, leads[0], LeadState.ACCEPTED)
    found = gathered(session)
    assert not found.picked
    assert not found.grades.any()
    assert [decision.reviewer for decision in found.decisions.values()] == [str(person.id)]


def test_nothing_is_known_of_an_erased_need(session, leads):
    for lead in session.scalars(select(Lead)):
        session.delete(lead)
    session.flush()
    assert gathering.gather(session, SETTINGS) == []


def test_simulated_lists_come_back_as_they_were(session):
    lists = World(3).lists(30, firms=10)
    store(session, [one for one in lists if one.decisions])
    found = gathering.gather(session, SETTINGS)
    for before, after in zip([one for one in lists if one.decisions], sorted(found, key=lambda one: one.at), strict=True):
        assert np.array_equal(before.parts, after.parts)
        assert before.grades.tolist() == after.grades.tolist()
        assert {place: one.fits for place, one in before.decisions.items()} == {
            place: one.fits for place, one in after.decisions.items()}
    assert len({one.firm for one in found}) == len({one.firm for one in lists if one.decisions})
