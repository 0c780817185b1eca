import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import (
    Action,
    Consent,
    Contact,
    Decision,
    DecisionStatus,
    DeclineReason,
    Holder,
    Job,
    Lead,
    LeadMessage,
    LeadMove,
    LeadState,
    Mail,
    Side,
)
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, NotFound, TooMany
from matchmaker.services.leads import following
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import needs
from tests.making import add_lead, add_need, add_organisation, add_person, member


@pytest.fixture
def reviewer(session):
    """Somebody who answers for Jianghai."""
    add_organisation(session, "jianghai")
    return add_person(session, "reviewer@jianghai.example", "jianghai")


@pytest.fixture
def lead(session, make_offering, reviewer):
    """A lead on which the platform has asked something."""
    lead = add_lead(session, make_offering(session), state=LeadState.INFO_REQUESTED)
    session.add(LeadMessage(lead_id=lead.id, side=Side.PLATFORM, person_id=reviewer.id, words="Which spectrum?"))
    session.flush()
    return lead


def holder_of(lead):
    return Holder(lead.need_id)


def decide(session, lead, person, action=Action.ACCEPT):
    """Add a decision that waits."""
    decision = Decision(lead_id=lead.id, person_id=person.id, action=action,
                        matures_at=utc_now() + dt.timedelta(seconds=10))
    session.add(decision)
    session.flush()
    return decision


def notices(session):
    return sorted(session.scalars(select(Mail.notice)))


def test_the_status_has_all_that_concerns_the_firm(session, lead, make_offering):
    other = add_lead(session, make_offering(session, platform="tianquan"), needs.need_by_id(session, holder_of(lead),
                                                                                            lead.need_id))
    foreign = add_lead(session, make_offering(session, platform="qinghe"))
    found = following.status(session, holder_of(lead))
    assert [entry.lead.id for entry in found.followed] == [lead.id, other.id]
    assert found.followed[0].question.words == "Which spectrum?"
    assert (found.followed[1].question, found.followed[1].consent is not None) == (None, True)
    assert (found.contact.name, len(found.consents), found.watch) == ("A. Firm", 2, None)
    assert foreign.id not in {entry.lead.id for entry in found.followed}


def test_a_decision_that_waits_is_nowhere_in_the_status(session, make_offering, reviewer):
    lead = add_lead(session, make_offering(session), state=LeadState.IN_REVIEW)
    before = following.status(session, holder_of(lead)).followed
    decide(session, lead, reviewer)
    assert following.status(session, holder_of(lead)).followed == before
    assert queries.pending_decision(session, holder_of(lead), lead.id) is None


def test_promises_are_grouped_by_platform_and_sorted(session, lead, make_offering):
    need = needs.need_by_id(session, holder_of(lead), lead.need_id)
    late, soon = utc_now() + dt.timedelta(days=9), utc_now() + dt.timedelta(days=1)
    add_lead(session, make_offering(session, platform="tianquan"), need, due_at=late)
    add_lead(session, make_offering(session, platform="qinghe"), need, due_at=soon)
    add_lead(session, make_offering(session, platform="qinghe"), need, due_at=soon, state=LeadState.DECLINED)
    promises = following.promises(following.status(session, holder_of(lead)))
    assert [(promise.platform.slug, len(promise.leads), promise.due_at) for promise in promises] == [
        ("qinghe", 1, soon), ("tianquan", 1, late)]


def test_an_answer_moves_the_lead_and_tells_who_works_on_it(session, lead, reviewer):
    lead.assignee_id, lead.due_at = reviewer.id, utc_now() - dt.timedelta(days=1)
    add_person(session, "second@jianghai.example", "jianghai")
    following.answer(session, holder_of(lead), lead.id, "Road spectrum, class C")
    assert (lead.state, lead.moves[-1].side) == (LeadState.IN_REVIEW, Side.FIRM)
    assert lead.due_at > utc_now() + dt.timedelta(days=4)
    assert queries.messages_of(session, member(session, reviewer), lead.id)[-1].words == "Road spectrum, class C"
    assert session.scalars(select(Mail.person_id)).all() == [reviewer.id]
    assert notices(session) == ["question_answered"]


def test_an_answer_tells_the_team_when_nobody_has_taken_the_lead(session, lead):
    add_person(session, "second@jianghai.example", "jianghai")
    following.answer(session, holder_of(lead), lead.id, "yes")
    assert notices(session) == ["question_answered"] * 2


def test_the_same_answer_twice_is_one_and_another_is_refused(session, lead):
    for _ in range(2):
        following.answer(session, holder_of(lead), lead.id, "yes")
    assert session.scalar(select(func.count()).select_from(LeadMessage)) == 2
    assert notices(session) == ["question_answered"]
    with pytest.raises(Conflict, match="not sent"):
        following.answer(session, holder_of(lead), lead.id, "no")


@pytest.mark.parametrize("step", [
    lambda session, holder, lead: following.answer(session, holder, lead.id, "x"),
    lambda session, holder, lead: following.withdraw(session, holder, lead.id),
])
def test_anothers_lead_is_not_found_and_stays_as_it_is(session, lead, step):
    other = Holder(add_need(session).id)
    with pytest.raises(NotFound):
        step(session, other, lead)
    assert (lead.state, len(lead.moves), notices(session)) == (LeadState.INFO_REQUESTED, 0, [])


def test_withdrawing_keeps_why_tells_the_team_and_stops_the_decision(session, lead, reviewer):
    decision = decide(session, lead, reviewer)
    for _ in range(2):
        following.withdraw(session, holder_of(lead), lead.id, "found another")
    assert (lead.state, [move.why for move in lead.moves]) == (LeadState.WITHDRAWN, ["found another"])
    assert (decision.status, decision.refusal) == (DecisionStatus.REFUSED, following.REQUEST_WITHDRAWN)
    assert notices(session) == ["lead_withdrawn"]


@pytest.mark.parametrize("state", [LeadState.DECLINED, LeadState.EXPIRED, LeadState.COMPLETED, LeadState.IN_DELIVERY])
def test_what_has_ended_cannot_be_withdrawn(session, lead, state):
    lead.state = state
    session.flush()
    with pytest.raises(Conflict):
        following.withdraw(session, holder_of(lead), lead.id)


def test_without_consent_a_platform_reads_nothing_and_decides_nothing(session, lead, reviewer, make_offering):
    need = needs.need_by_id(session, holder_of(lead), lead.need_id)
    accepted = add_lead(session, make_offering(session), need, state=LeadState.ACCEPTED)
    declined = add_lead(session, make_offering(session), need, state=LeadState.DECLINED,
                        decline_reason=DeclineReason.BUDGET)
    elsewhere = add_lead(session, make_offering(session, platform="tianquan"), need)
    decision, actor = decide(session, lead, reviewer), member(session, reviewer)
    assert needs.contact_of(session, actor, need.id) is not None
    consent = next(consent for consent in needs.consents_of(session, holder_of(lead), need.id)
                   if consent.recipient_id == lead.platform_id)
    for _ in range(2):
        following.withdraw_consent(session, holder_of(lead), consent.id)
    assert [lead.state, accepted.state, declined.state, elsewhere.state] == [
        LeadState.WITHDRAWN, LeadState.WITHDRAWN, LeadState.DECLINED, LeadState.SUBMITTED]
    assert (decision.status, decision.refusal) == (DecisionStatus.REFUSED, following.CONSENT_WITHDRAWN)
    assert needs.readable_need(session, actor, need.id) is None
    assert needs.contact_of(session, actor, need.id) is None
    assert queries.messages_of(session, actor, lead.id) == []
    assert notices(session) == ["consent_withdrawn"]


def test_anothers_consent_is_not_found_and_holds(session, lead):
    consent = session.scalars(select(Consent)).one()
    for holder, consent_id in ((Holder(add_need(session).id), consent.id), (holder_of(lead), uuid4())):
        with pytest.raises(NotFound):
            following.withdraw_consent(session, holder, consent_id)
    assert consent.withdrawn_at is None


def test_links_are_sent_again_to_each_need_of_an_address(session, lead):
    add_need(session)
    add_need(session, contact={"email": "other@haimen.example"})
    following.ask_link_again(session, "firm@haimen.example", "192.0.2.1")
    job = session.scalars(select(Job)).one()
    assert len(job.payload["contacts"]) == 2
    assert "haimen" not in str(job.payload)
    assert following.send_links(session, session.scalars(select(Contact.id).where(
        Contact.email == "firm@haimen.example")).all()) == 2
    assert notices(session) == ["link_again", "link_again"]


def test_an_unknown_address_leaves_the_same_traces(session, lead):
    following.ask_link_again(session, "nobody@haimen.example", "192.0.2.1")
    job = session.scalars(select(Job)).one()
    assert (job.task, job.payload) == (following.SEND_LINKS, {"contacts": []})
    assert following.send_links(session, [uuid4()]) == 0


def test_links_are_sent_again_only_so_often(session, monkeypatch):
    for number in range(following.RESENDS_AN_HOUR):
        following.ask_link_again(session, "firm@haimen.example", f"192.0.2.{number}")
    with pytest.raises(TooMany):
        following.ask_link_again(session, "firm@haimen.example", "192.0.2.9")
    monkeypatch.setattr(following, "RESENDS_FROM_AN_HOUR", 1)
    following.ask_link_again(session, "a@haimen.example", "198.51.100.1")
    with pytest.raises(TooMany):
        following.ask_link_again(session, "b@haimen.example", "198.51.100.1")


def test_of_many_answers_at_once_one_counts(database, make_offering):
    with storage.writing() as session:
        lead = add_lead(session, make_offering(session), state=LeadState.INFO_REQUESTED)
    barrier = Barrier(6)

    def send(number):
        barrier.wait()
        try:
            with storage.writing() as session:
                following.answer(session, holder_of(lead), lead.id, f"answer {number % 2}")
        except Conflict:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(send, range(6)))
    with storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(LeadMessage)) == 1
        assert session.scalar(select(func.count()).select_from(LeadMove)) == 1
        assert session.scalars(select(Lead.state)).one() == LeadState.IN_REVIEW
    assert outcomes.count("refused") == 3
