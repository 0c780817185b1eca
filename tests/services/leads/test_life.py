"""The later life of a lead: messages, terms, slots, delivery, feedback, appeals, complaints."""

import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker.domain import (
    Action,
    Appeal,
    Complaint,
    ComplaintState,
    Consent,
    DeclineReason,
    FailReason,
    Ground,
    Holder,
    LeadFeedback,
    LeadMessage,
    LeadReading,
    LeadState,
    Mail,
    Need,
    Role,
    Service,
)
from matchmaker.domain.base import utc_now
from matchmaker.domain.lead_life import BLIND
from matchmaker.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from matchmaker.services.leads import (
    appealing,
    complaining,
    contact_words,
    delivering,
    erasing,
    following,
    reviewing,
    talking,
)
from matchmaker.storage.queries import life, needs
from tests.making import add_lead, add_person, member

TERMS = {"price": {"amount": 800_000, "currency": "CNY"}, "starts_on": "2027-03-01", "duration": "three days"}


@pytest.fixture
def lead(session, make_offering):
    """A lead in review on an offering with two slots, owned by nobody."""
    return add_lead(session, make_offering(session, capacity={"unit": "slot", "maximum": 2, "available": 2}),
                    state=LeadState.IN_REVIEW)


@pytest.fixture
def firm(lead):
    return Holder(lead.need_id)


@pytest.fixture
def reviewer(session, lead):
    return member(session, add_person(session, "reviewer@jianghai.example", "jianghai"))


@pytest.fixture
def rival(session):
    return member(session, add_person(session, "rival@qinghe.example", "qinghe"))


@pytest.fixture
def operator(session):
    return member(session, add_person(session, "operator@operator.example", "operator", Role.OPERATOR))


@pytest.fixture
def decide(session, config, reviewer):
    """A function that decides as the reviewer does, and lets it take effect."""
    def decide(lead, action, **options):
        decision = reviewing.decide(session, config, reviewer, lead.id, action, **{"seen": lead.version} | options)
        return reviewing.mature(session, decision.id)

    return decide


def notices(session):
    return [mail.notice for mail in session.scalars(select(Mail).order_by(Mail.id))]


def free(lead):
    return lead.offering.capacity["available"]


def move_to(session, lead, state):
    lead.state = state
    session.flush()


@pytest.mark.parametrize(("words", "kind"), [
    ("call 138 1234 5678", "a telephone number"), ("打13812345678找我", "a telephone number"),
    ("０１０－６２７５ ８８８８", "a telephone number"), ("+49 (0)30 1234567", "a telephone number"),
    ("400-820-8820", "a telephone number"), ("一三八一二三四五六七八", "a telephone number"),
    ("1​3​8-1234-5678", "a telephone number"), ("li.na@firm.cn", "a mail address"),
    ("li＠firm．cn", "a mail address"), ("li [at] firm [dot] cn", "a mail address"),
    ("加微信：luchi_2018", "a WeChat or QQ id"), ("wechat id luchi2018", "a WeChat or QQ id"),
    ("vx luchi2018", "a WeChat or QQ id"), ("QQ 123456789", "a WeChat or QQ id"), ("扣扣是 88 66 77 1", "a WeChat or QQ id"),
], ids=range(15))
def test_ways_to_reach_somebody_are_found(words, kind):
    assert kind in [name for name, _place in contact_words.found(words)]


@pytest.mark.parametrize("words", [
    "5~500 Hz, GB/T 2423.56-2018, IEC 60068-2-64:2008", "预算30000元以内，2026-12-20前，4件，每件38公斤", "20261220-20270115",
    "HS 8507.60.00.90, part 4711-0815-22", "Ø 12.5 mm at 1,013.25 hPa", "Is a WeChat mini-program included?",
    "contact us at the gate", "100000000 cycles", "统一社会信用代码 91320600MA1XXXXXXX", "QQ群不需要",
], ids=range(10))
def test_what_only_looks_alike_is_let_through(words):
    assert list(contact_words.found(words)) == []


def test_both_sides_write_and_each_is_told_once_until_it_has_read(session, lead, firm, reviewer):
    talking.write(session, firm, lead.id, "Is the fixture included?")
    talking.write(session, firm, lead.id, "Is the fixture included?")
    talking.write(session, firm, lead.id, "And the report?")
    assert notices(session) == ["message_by_firm"]
    assert len(session.scalars(select(LeadMessage)).all()) == 2
    talking.mark_read(session, reviewer, lead.id)
    talking.write(session, firm, lead.id, "Hello?")
    talking.write(session, reviewer, lead.id, "Yes, both.")
    assert notices(session) == ["message_by_firm", "message_by_firm", "message_by_platform"]
    assert all(set(mail.details) <= {"lead", "platform"} for mail in session.scalars(select(Mail)))
    assert (lead.state, lead.assignee_id) == (LeadState.IN_REVIEW, None)


@pytest.mark.parametrize("words", ["reach me at li@firm.cn", "138 1234 5678"])
def test_contacts_are_refused_before_acceptance_and_let_through_after_it(session, lead, firm, reviewer, decide, words):
    for actor in (firm, reviewer):
        with pytest.raises(Invalid, match="Take it out"):
            talking.write(session, actor, lead.id, words)
    for action in (Action.ASK, Action.WAITLIST, Action.OFFER_TERMS):
        with pytest.raises(Invalid, match="Take it out"):
            decide(lead, action, words=words, terms=TERMS if action == Action.OFFER_TERMS else None)
    move_to(session, lead, LeadState.INFO_REQUESTED)
    with pytest.raises(Invalid, match="Take it out"):
        following.answer(session, firm, lead.id, words)
    move_to(session, lead, LeadState.ACCEPTED)
    assert talking.write(session, firm, lead.id, words).words == words


@pytest.mark.parametrize("state", [LeadState.DECLINED, LeadState.WITHDRAWN, LeadState.COMPLETED, LeadState.EXPIRED])
def test_nothing_is_written_after_the_end(session, lead, firm, state):
    move_to(session, lead, state)
    with pytest.raises(Conflict, match="ended"):
        talking.write(session, firm, lead.id, "Hello?")


def test_messages_have_limits(session, lead, firm):
    for number in range(talking.A_DAY):
        talking.write(session, firm, lead.id, f"Message {number}")
    with pytest.raises(TooMany):
        talking.write(session, firm, lead.id, "One more")
    with pytest.raises(Invalid):
        talking.write(session, firm, lead.id, " ")


def test_strangers_take_no_step(session, lead, rival, operator, reviewer, decide):
    steps = (lambda actor: talking.write(session, actor, lead.id, "x"),
             lambda actor: talking.mark_read(session, actor, lead.id),
             lambda actor: delivering.begin(session, actor, lead.id),
             lambda actor: delivering.rate(session, actor, lead.id, 5))
    for step in steps:
        with pytest.raises(NotFound):
            step(rival)
        with pytest.raises(Forbidden):
            step(operator)
        session.scalars(select(Consent)).one().withdrawn_at = utc_now()
        session.flush()
        with pytest.raises(Conflict, match="consent"):
            step(reviewer)
        session.scalars(select(Consent)).one().withdrawn_at = None


def test_terms_are_offered_accepted_and_take_a_slot(session, lead, firm, reviewer, decide):
    decide(lead, Action.OFFER_TERMS, terms=TERMS, words="Fixture included.")
    assert (lead.state, lead.terms) == (LeadState.TERMS_OFFERED, TERMS | {"words": "Fixture included."})
    assert (free(lead), needs.contact_of(session, reviewer, lead.need_id)) == (2, None)
    with pytest.raises(Conflict, match="changed"):
        delivering.accept_terms(session, firm, lead.id, lead.version - 1)
    for _ in range(2):
        delivering.accept_terms(session, firm, lead.id, lead.version)
    assert (lead.state, free(lead)) == (LeadState.ACCEPTED, 1)
    assert needs.contact_of(session, reviewer, lead.need_id).email == "firm@haimen.example"
    assert notices(session) == ["terms_offered", "terms_accepted"]


def test_terms_that_are_declined_end_the_request(session, lead, firm, decide):
    decide(lead, Action.OFFER_TERMS, terms=TERMS)
    for _ in range(2):
        delivering.decline_terms(session, firm, lead.id, "too dear")
    assert (lead.state, free(lead), notices(session)[1:]) == (LeadState.WITHDRAWN, 2, ["terms_declined"])
    assert lead.moves[-1].why == "too dear"


def test_no_terms_are_offered_without_any(session, lead, decide):
    with pytest.raises(Invalid, match="terms"):
        decide(lead, Action.OFFER_TERMS)
    with pytest.raises(Invalid, match="terms"):
        decide(lead, Action.ACCEPT, terms=TERMS)


@pytest.mark.parametrize("end", ["withdraw", "consent", "fail", "erase"])
def test_a_slot_comes_back_when_nothing_comes_of_it(session, lead, firm, reviewer, decide, end):
    offering = lead.offering
    decide(lead, Action.ACCEPT)
    assert offering.capacity["available"] == 1
    if end == "withdraw":
        following.withdraw(session, firm, lead.id)
    elif end == "consent":
        following.withdraw_consent(session, firm, session.scalars(select(Consent.id)).one())
    elif end == "fail":
        delivering.fail(session, reviewer, lead.id, FailReason.UNREACHABLE)
    else:
        erasing.erase(session, firm)
    session.refresh(offering)
    assert offering.capacity["available"] == 2


def test_a_slot_is_kept_when_all_is_delivered(session, lead, firm, decide):
    decide(lead, Action.ACCEPT)
    delivering.begin(session, firm, lead.id)
    delivering.complete(session, firm, lead.id)
    erasing.erase(session, firm)
    assert lead.offering.capacity["available"] == 1


def test_never_more_slots_are_taken_than_there_are(session, lead, firm, decide, make_offering, config, reviewer):
    others = [add_lead(session, lead.offering, state=LeadState.IN_REVIEW) for _ in range(2)]
    for taken in (lead, others[0]):
        decide(taken, Action.ACCEPT)
    assert free(lead) == 0
    with pytest.raises(Conflict, match="free"):
        reviewing.decide(session, config, reviewer, others[1].id, Action.ACCEPT, seen=others[1].version)
    decide(others[1], Action.OFFER_TERMS, terms=TERMS)
    with pytest.raises(Conflict, match="free"):
        delivering.accept_terms(session, Holder(others[1].need_id), others[1].id, others[1].version)
    assert (others[1].state, free(lead)) == (LeadState.TERMS_OFFERED, 0)


def test_a_decision_whose_slot_is_gone_says_so(session, lead, config, reviewer):
    decision = reviewing.decide(session, config, reviewer, lead.id, Action.ACCEPT, seen=lead.version)
    lead.offering.capacity = {**lead.offering.capacity, "available": 0}
    session.flush()
    assert "free" in reviewing.mature(session, decision.id).refusal
    assert lead.state == LeadState.IN_REVIEW


def test_what_says_nothing_of_its_capacity_has_room_for_all(session, decide, make_offering, reviewer):
    lead = add_lead(session, make_offering(session), state=LeadState.IN_REVIEW)
    decide(lead, Action.ACCEPT)
    assert (lead.state, lead.slot_taken_at, lead.offering.capacity) == (LeadState.ACCEPTED, None, None)


def test_the_waiting_list_and_back(session, lead, reviewer, decide, config):
    decide(lead, Action.WAITLIST, words="Two months.")
    assert (lead.state, notices(session)) == (LeadState.WAITLISTED, ["lead_waitlisted"])
    decide(lead, Action.RESUME)
    assert (lead.state, lead.assignee_id, len(notices(session))) == (LeadState.IN_REVIEW, reviewer.person_id, 1)


def test_either_side_says_how_the_work_stands(session, lead, firm, reviewer, decide):
    decide(lead, Action.ACCEPT)
    for _ in range(2):
        delivering.begin(session, firm, lead.id)
    for _ in range(2):
        delivering.complete(session, reviewer, lead.id)
    assert (lead.state, lead.outcome["result"], lead.outcome["side"]) == (LeadState.COMPLETED, "completed", "platform")
    assert notices(session)[1:] == ["delivery_by_firm", "completed_by_platform"]
    with pytest.raises(Conflict):
        delivering.fail(session, firm, lead.id, FailReason.TOO_LATE)


def test_failing_needs_a_reason_in_words_when_it_is_another(session, lead, firm, decide):
    decide(lead, Action.ACCEPT)
    with pytest.raises(Invalid):
        delivering.fail(session, firm, lead.id, FailReason.OTHER, " ")
    delivering.fail(session, firm, lead.id, FailReason.OTHER, "It burnt down.")
    assert (lead.outcome["reason"], lead.outcome["words"]) == ("other", "It burnt down.")


def test_feedback_is_read_when_both_have_given_theirs(session, lead, firm, reviewer):
    move_to(session, lead, LeadState.COMPLETED)
    for _ in range(2):
        delivering.rate(session, firm, lead.id, 4, "Quick.")
    with pytest.raises(Conflict, match="stands"):
        delivering.rate(session, firm, lead.id, 1)
    assert [len(life.feedback_of(session, actor, [lead.id])) for actor in (firm, reviewer)] == [1, 0]
    delivering.rate(session, reviewer, lead.id, 5)
    assert [len(life.feedback_of(session, actor, [lead.id])) for actor in (firm, reviewer)] == [2, 2]
    assert notices(session) == ["rated_by_firm", "rated_by_platform"]


def test_feedback_is_read_after_a_fortnight(session, lead, firm, reviewer):
    move_to(session, lead, LeadState.FAILED)
    given = delivering.rate(session, firm, lead.id, 1, "Nothing came.")
    given.at = utc_now() - BLIND + dt.timedelta(minutes=1)
    session.flush()
    assert life.feedback_of(session, reviewer, [lead.id]) == []
    given.at -= dt.timedelta(minutes=2)
    session.flush()
    assert life.feedback_of(session, reviewer, [lead.id]) == [given]


def test_nothing_is_rated_before_the_end(session, lead, firm):
    with pytest.raises(Conflict):
        delivering.rate(session, firm, lead.id, 5)


@pytest.fixture
def declined(session, lead, decide):
    decide(lead, Action.DECLINE, reason=DeclineReason.NOT_ELIGIBLE)
    return lead


def test_an_appeal_is_heard_once_and_returned_as_an_override(session, declined, firm, operator):
    for _ in range(2):
        made = appealing.appeal(session, firm, declined.id, "We are eligible since May.")
    assert declined.state == LeadState.APPEALED
    assert dt.timedelta(days=12) <= made.due_at - made.at < dt.timedelta(days=17)
    assert [entry.id for entry in appealing.listed(session, operator).waiting] == [made.id]
    appealing.return_to_review(session, operator, declined.id, "The certificate is valid.")
    assert (declined.state, declined.decline_reason) == (LeadState.IN_REVIEW, None)
    assert (declined.moves[-1].is_override, declined.moves[-1].why) == (True, "The certificate is valid.")
    assert declined.due_at > utc_now()
    assert notices(session)[1:] == ["appeal_made", "appeal_granted", "lead_returned"]
    with pytest.raises(Conflict, match="decided"):
        appealing.confirm(session, operator, declined.id, "No.")
    move_to(session, declined, LeadState.DECLINED)
    with pytest.raises(Conflict):
        appealing.appeal(session, firm, declined.id, "Once more")


def test_a_decline_is_confirmed_for_good(session, declined, firm, operator):
    appealing.appeal(session, firm, declined.id, "Please.")
    with pytest.raises(Invalid):
        appealing.confirm(session, operator, declined.id, " ")
    appealing.confirm(session, operator, declined.id, "The rule stands.")
    assert (declined.state, declined.moves[-1].is_override) == (LeadState.DECLINED_FINAL, False)
    assert notices(session)[-1] == "appeal_refused"
    assert [entry.answer for entry in appealing.listed(session, operator).ended] == ["The rule stands."]


def test_an_operator_of_the_same_platform_leaves_it_to_another(session, declined, firm):
    appealing.appeal(session, firm, declined.id, "Please.")
    complaint = complaining.complain(session, firm, declined.id, Ground.FEE, "They asked for money.")
    person = add_person(session, "both@jianghai.example", "jianghai")
    both = member(session, person)
    mixed = type(both)(person.id, {**both.roles, Service: frozenset({Role.OPERATOR})})
    for step in (lambda: appealing.confirm(session, mixed, declined.id, "x"),
                 lambda: appealing.return_to_review(session, mixed, declined.id, "x"),
                 lambda: complaining.take(session, mixed, complaint.id)):
        with pytest.raises(Forbidden, match="yourself"):
            step()


def test_nothing_is_returned_to_a_platform_without_consent(session, declined, firm, operator):
    appealing.appeal(session, firm, declined.id, "Please.")
    session.scalars(select(Consent)).one().withdraw()
    session.flush()
    with pytest.raises(Conflict, match="consent"):
        appealing.return_to_review(session, operator, declined.id, "x")


def test_the_platform_reads_no_appeal(session, declined, firm, reviewer):
    appealing.appeal(session, firm, declined.id, "Please.")
    assert life.appeals_of(session, reviewer, [declined.id]) == []
    with pytest.raises(NotFound):
        appealing.confirm(session, reviewer, declined.id, "x")


def test_a_complaint_goes_from_the_firm_to_the_operator_to_the_platform_and_back(session, lead, firm, reviewer, operator):
    move_to(session, lead, LeadState.WITHDRAWN)
    for _ in range(2):
        made = complaining.complain(session, firm, lead.id, Ground.CONTACT, "They called us at night.")
    with pytest.raises(Conflict, match="already"):
        complaining.complain(session, firm, lead.id, Ground.FEE, "And more.")
    assert life.complaints_of(session, reviewer, [lead.id]) == []
    with pytest.raises(NotFound):
        complaining.answer(session, reviewer, lead.id, made.id, "x")
    complaining.take(session, operator, made.id)
    assert (made.state, made.person_id) == (ComplaintState.IN_HAND, operator.person_id)
    complaining.put(session, operator, made.id, "Did you call?")
    colleague = member(session, add_person(session, "second@operator.example", "operator", Role.OPERATOR))
    with pytest.raises(Conflict, match="put to"):
        complaining.put(session, colleague, made.id, "Once more?")
    assert (made.person_id, made.question) == (operator.person_id, "Did you call?")
    session.scalars(select(Consent)).one().withdraw()
    session.flush()
    assert life.complaints_of(session, reviewer, [lead.id]) == [made]
    for _ in range(2):
        complaining.answer(session, reviewer, lead.id, made.id, "Once, by mistake.")
    with pytest.raises(Conflict, match="answered"):
        complaining.answer(session, reviewer, lead.id, made.id, "Never.")
    complaining.end(session, operator, made.id, ComplaintState.UPHELD, "They will not call again.")
    with pytest.raises(Conflict, match="decided"):
        complaining.end(session, operator, made.id, ComplaintState.REJECTED, "No.")
    assert notices(session) == ["complaint_made", "complaint_put", *["complaint_answered"] * 2, "complaint_ended"]
    assert complaining.complain(session, firm, lead.id, Ground.FEE, "And more.").state == ComplaintState.OPEN


def test_all_of_it_goes_with_the_need(session, lead, firm, reviewer, operator):
    talking.write(session, firm, lead.id, "Hello?")
    complaining.complain(session, firm, lead.id, Ground.OTHER, "CANARY")
    session.add(Appeal(lead_id=lead.id, words="CANARY", due_at=utc_now()))
    move_to(session, lead, LeadState.COMPLETED)
    delivering.rate(session, firm, lead.id, 2, "CANARY")
    erasing.erase(session, firm)
    for kind in (Need, LeadMessage, LeadReading, LeadFeedback, Appeal, Complaint):
        assert session.scalars(select(kind)).all() == []


def test_terms_can_be_taken_back_until_the_firm_answers(session, lead, firm, reviewer, decide):
    decide(lead, Action.OFFER_TERMS, terms=TERMS)
    lead.due_at = utc_now() - dt.timedelta(days=1)
    session.flush()
    seen = lead.version
    delivering.take_back_terms(session, reviewer, lead.id, seen)
    assert (lead.state, lead.terms, free(lead)) == (LeadState.IN_REVIEW, None, 2)
    assert lead.due_at > utc_now()
    assert notices(session) == ["terms_offered", "terms_taken_back_by_platform"]
    with pytest.raises(Conflict):
        delivering.accept_terms(session, firm, lead.id, seen)
    with pytest.raises(Conflict):
        delivering.take_back_terms(session, reviewer, lead.id, lead.version)
    decide(lead, Action.OFFER_TERMS, terms=TERMS)
    assert lead.state == LeadState.TERMS_OFFERED


def test_accepted_terms_are_not_taken_back_nor_stale_ones_nor_by_the_back_door(session, lead, firm, reviewer, decide):
    decide(lead, Action.OFFER_TERMS, terms=TERMS)
    with pytest.raises(Conflict):
        delivering.take_back_terms(session, reviewer, lead.id, lead.version - 1)
    with pytest.raises(Conflict, match="Take them back"):
        delivering.resume(session, reviewer, lead.id)
    seen = lead.version
    delivering.accept_terms(session, firm, lead.id, seen)
    for version in (seen, lead.version):
        with pytest.raises(Conflict):
            delivering.take_back_terms(session, reviewer, lead.id, version)
    assert lead.state == LeadState.ACCEPTED
