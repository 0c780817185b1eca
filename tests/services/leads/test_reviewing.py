import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import event, select

from matchmaker.domain import (
    Action,
    Consent,
    Decision,
    DecisionStatus,
    DeclineReason,
    Job,
    JobState,
    Lead,
    LeadMessage,
    LeadMove,
    LeadNote,
    LeadState,
    Mail,
    Member,
    Membership,
    Role,
    Service,
    Side,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.jobs.worker import run_one
from matchmaker.services.leads import reviewing, workbench
from matchmaker.services.leads.workbench import Sort, View
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import needs
from matchmaker.tasks import make_tasks
from tests.making import add_lead, add_need, add_organisation, add_person, member


@pytest.fixture
def person(session):
    return add_person(session, "reviewer@jianghai.example", "jianghai")


@pytest.fixture
def reviewer(session, person):
    return member(session, person)


@pytest.fixture
def lead(session, make_offering, person):
    return add_lead(session, make_offering(session))


@pytest.fixture
def decide(session, config, reviewer):
    """A function that decides as the reviewer does, on the version of this moment."""
    def decide(lead, action=Action.ACCEPT, who=reviewer, **options):
        return reviewing.decide(session, config, who, lead.id, action, **{"seen": lead.version} | options)

    return decide


def kept(session, table):
    return session.scalars(select(table).order_by(table.id)).all()


def withdraw(session, lead):
    session.scalar(select(Consent).where(Consent.need_id == lead.need_id)).withdraw()
    session.flush()


def test_a_decision_waits_and_only_then_moves_the_lead_and_tells_the_firm(session, decide, lead, reviewer, config):
    decision = decide(lead, words="Come in on Monday.")
    assert (decision.status, lead.state) == (DecisionStatus.PENDING, LeadState.IN_REVIEW)
    assert decision.matures_at - decision.made_at == dt.timedelta(seconds=config.decision_seconds)
    assert lead.assignee_id == reviewer.person_id
    (job,) = kept(session, Job)
    assert (job.task, job.payload) == (reviewing.TASK, {"decision": str(decision.id)})
    assert job.lease_until == decision.matures_at
    assert kept(session, Mail) == kept(session, LeadMessage) == []
    assert needs.contact_of(session, reviewer, lead.need_id) is None
    reviewing.mature(session, decision.id)
    assert (decision.status, lead.state) == (DecisionStatus.DONE, LeadState.ACCEPTED)
    (mail,) = kept(session, Mail)
    assert (mail.notice, mail.need_id, mail.details) == ("lead_accepted", lead.need_id, {"lead": str(lead.id)})
    (message,) = kept(session, LeadMessage)
    assert (message.words, message.side, message.person_id) == ("Come in on Monday.", Side.PLATFORM,
                                                                reviewer.person_id)
    assert needs.contact_of(session, reviewer, lead.need_id).email == "firm@haimen.example"
    assert [move.to_state for move in kept(session, LeadMove)] == [LeadState.IN_REVIEW, LeadState.ACCEPTED]
    assert {move.person_id for move in kept(session, LeadMove)} == {reviewer.person_id}


@pytest.mark.parametrize(("action", "options", "state", "notice"), [
    (Action.ASK, {"words": "Which drawing?"}, LeadState.INFO_REQUESTED, "question_asked"),
    (Action.DECLINE, {"reason": DeclineReason.BUDGET}, LeadState.DECLINED, "lead_declined"),
])
def test_questions_and_refusals_reach_the_firm_too(session, decide, lead, action, options, state, notice):
    reviewing.mature(session, decide(lead, action, **options).id)
    assert lead.state == state
    assert lead.decline_reason == options.get("reason")
    assert [mail.notice for mail in kept(session, Mail)] == [notice]
    assert kept(session, LeadMove)[-1].why == (options["reason"].value if "reason" in options else "")


def test_a_worker_carries_the_decision_out_when_its_time_has_come_and_not_before(session, decide, lead, config):
    decision = decide(lead)
    session.commit()
    tasks = make_tasks(config)
    assert run_one(tasks) is None
    (job,) = kept(session, Job)
    # The worker was down for a day; the decision matures all the same.
    job.lease_until = decision.matures_at = utc_now() - dt.timedelta(days=1)
    session.commit()
    run_one({reviewing.TASK: tasks[reviewing.TASK]}, job.id)
    session.expire_all()
    assert (decision.status, lead.state) == (DecisionStatus.DONE, LeadState.ACCEPTED)
    assert session.get(Job, job.id).state == JobState.DONE


def test_a_cancelled_decision_never_happens(session, decide, lead, reviewer):
    decision = decide(lead)
    reviewing.cancel(session, reviewer, decision.id)
    reviewing.cancel(session, reviewer, decision.id)
    assert reviewing.mature(session, decision.id).status == DecisionStatus.CANCELLED
    assert (lead.state, kept(session, Mail)) == (LeadState.IN_REVIEW, [])
    again = decide(lead, Action.ASK, words="Which drawing?")
    assert again.status == DecisionStatus.PENDING


def test_a_colleague_may_cancel_but_nobody_else(session, decide, lead, make_offering):
    decision = decide(lead)
    rival = member(session, add_person(session, "rival@qinghe.example", "qinghe"))
    with pytest.raises(NotFound):
        reviewing.cancel(session, rival, decision.id)
    colleague = member(session, add_person(session, "manager@jianghai.example", "jianghai", Role.LEAD_MANAGER))
    with pytest.raises(NotFound):
        reviewing.cancel(session, colleague, decision.id, new_id())
    assert reviewing.cancel(session, colleague, decision.id, lead.id).status == DecisionStatus.CANCELLED


def test_what_has_happened_cannot_be_cancelled(session, decide, lead, reviewer):
    decision = decide(lead)
    reviewing.mature(session, decision.id)
    with pytest.raises(Conflict):
        reviewing.cancel(session, reviewer, decision.id)
    assert lead.state == LeadState.ACCEPTED
    reviewing.mature(session, decision.id)
    assert len(kept(session, Mail)) == 1


def test_the_same_decision_sent_twice_is_one(session, decide, lead):
    first = decide(lead, seen=1)
    assert decide(lead, seen=1) is first
    assert len(kept(session, Job)) == 1
    with pytest.raises(Conflict, match="waiting"):
        decide(lead, Action.DECLINE, reason=DeclineReason.BUDGET)


def test_a_colleague_who_decides_at_the_same_time_gets_a_conflict(session, decide, lead):
    other = member(session, add_person(session, "second@jianghai.example", "jianghai"))
    decide(lead)
    with pytest.raises(Conflict, match="waiting"):
        decide(lead, who=other)
    assert len(kept(session, Decision)) == 1


def test_who_saw_an_older_version_gets_a_conflict(session, decide, lead, reviewer):
    seen = lead.version
    reviewing.assign(session, reviewer, lead.id, reviewer.person_id, seen=seen)
    with pytest.raises(Conflict, match="changed"):
        decide(lead, seen=seen)
    assert kept(session, Decision) == []


@pytest.mark.parametrize(("action", "options"), [
    (Action.ASK, {}), (Action.ASK, {"words": " \n"}), (Action.DECLINE, {}),
    (Action.DECLINE, {"reason": DeclineReason.OTHER}), (Action.ACCEPT, {"reason": DeclineReason.BUDGET}),
])
def test_a_question_needs_words_and_a_refusal_a_reason(session, decide, lead, action, options):
    with pytest.raises(Invalid):
        decide(lead, action, **options)
    assert (lead.state, kept(session, Decision)) == (LeadState.SUBMITTED, [])


@pytest.mark.parametrize("state", LeadState)
def test_only_what_can_follow_a_state_is_offered_and_decided(session, decide, lead, state):
    lead.state = state
    session.flush()
    offered = set(reviewing.possible_actions(lead))
    decisions = set(Action) - {Action.RESUME}
    expected = {LeadState.SUBMITTED: decisions, LeadState.IN_REVIEW: decisions,
                LeadState.INFO_REQUESTED: {Action.DECLINE}, LeadState.WAITLISTED: {Action.RESUME}}
    assert offered == expected.get(state, set())
    unseen = state in (LeadState.SUGGESTED, LeadState.DISMISSED)
    for action in set(Action) - offered:
        with pytest.raises(NotFound if unseen else Conflict):
            decide(lead, action, words="?", reason=DeclineReason.BUDGET if action == Action.DECLINE else None,
                   terms={"duration": "two days"} if action == Action.OFFER_TERMS else None)


def test_nobody_decides_without_the_firms_consent(session, decide, lead):
    withdraw(session, lead)
    with pytest.raises(Conflict, match="consent"):
        decide(lead)
    assert kept(session, Decision) == []


def test_the_consent_to_another_platform_does_not_help(session, decide, lead, make_offering):
    add_lead(session, make_offering(session, platform="qinghe"), needs.need_by_id(session, Service(), lead.need_id))
    session.scalar(select(Consent).where(Consent.recipient_id == lead.platform_id)).withdraw()
    session.flush()
    with pytest.raises(Conflict, match="consent"):
        decide(lead)


def test_a_decision_that_can_no_longer_be_carried_out_says_why(session, decide, lead, reviewer):
    decision = decide(lead)
    withdraw(session, lead)
    reviewing.mature(session, decision.id)
    assert (decision.status, decision.refusal) == (DecisionStatus.REFUSED, reviewing.CONSENT_GONE)
    assert (lead.state, kept(session, Mail)) == (LeadState.IN_REVIEW, [])
    assert workbench.open_lead(session, reviewer, lead.id).refused is decision
    assert needs.contact_of(session, reviewer, lead.need_id) is None


def test_a_lead_that_has_moved_on_refuses_the_decision(session, decide, lead):
    decision = decide(lead)
    lead.move(LeadState.EXPIRED, Service())
    session.flush()
    assert reviewing.mature(session, decision.id).refusal == reviewing.MOVED_ON
    assert lead.state == LeadState.EXPIRED


def test_who_has_left_the_team_decides_nothing_any_more(session, decide, lead, person):
    decision = decide(lead)
    session.delete(session.scalar(select(Membership).where(Membership.person_id == person.id)))
    session.flush()
    assert reviewing.mature(session, decision.id).refusal == reviewing.ROLE_GONE
    assert lead.state == LeadState.IN_REVIEW


def test_an_erased_need_takes_its_decisions_along(session, decide, lead):
    decision_id = decide(lead).id
    session.delete(needs.need_by_id(session, Service(), lead.need_id))
    session.flush()
    session.expire_all()
    assert reviewing.mature(session, decision_id) is None
    assert reviewing.mature(session, new_id()) is None


def test_operators_look_on(session, decide, lead, config):
    operator = member(session, add_person(session, "operator@operator.example", "operator", Role.OPERATOR))
    opened = workbench.open_lead(session, operator, lead.id)
    assert (opened.need, opened.contact, opened.colleagues, list(opened.actions)) == (None, None, [], [])
    for act in (lambda: decide(lead, who=operator), lambda: reviewing.note(session, operator, lead.id, "mine"),
                lambda: reviewing.assign(session, operator, lead.id, operator.person_id, seen=1)):
        with pytest.raises(Forbidden):
            act()


def test_a_rival_finds_nothing(session, decide, lead):
    rival = member(session, add_person(session, "rival@qinghe.example", "qinghe"))
    for act in (lambda: decide(lead, who=rival), lambda: reviewing.note(session, rival, lead.id, "mine"),
                lambda: reviewing.assign(session, rival, lead.id, rival.person_id, seen=1),
                lambda: workbench.open_lead(session, rival, lead.id)):
        with pytest.raises(NotFound):
            act()


def test_the_first_assignment_takes_a_lead_into_review(session, lead, reviewer):
    colleague = add_person(session, "second@jianghai.example", "jianghai")
    reviewing.assign(session, reviewer, lead.id, colleague.id, seen=lead.version)
    assert (lead.state, lead.assignee_id) == (LeadState.IN_REVIEW, colleague.id)
    version = lead.version
    reviewing.assign(session, reviewer, lead.id, colleague.id, seen=1)
    assert lead.version == version
    reviewing.assign(session, reviewer, lead.id, reviewer.person_id, seen=version)
    assert [move.to_state for move in kept(session, LeadMove)] == [LeadState.IN_REVIEW]


def test_leads_are_given_to_the_own_team_only_and_while_they_are_open(session, lead, reviewer):
    rival = add_person(session, "rival@qinghe.example", "qinghe")
    editor = add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR)
    for person in (rival, editor):
        with pytest.raises(Invalid):
            reviewing.assign(session, reviewer, lead.id, person.id, seen=lead.version)
    lead.state = LeadState.DECLINED
    session.flush()
    with pytest.raises(Conflict, match="closed"):
        reviewing.assign(session, reviewer, lead.id, reviewer.person_id, seen=lead.version)


def test_notes_stay_in_the_team_and_the_same_one_twice_is_one(session, lead, reviewer):
    colleague = member(session, add_person(session, "second@jianghai.example", "jianghai"))
    reviewing.note(session, reviewer, lead.id, "Call them")
    reviewing.note(session, reviewer, lead.id, "Call them")
    reviewing.note(session, colleague, lead.id, "Call them")
    assert [note.person_id for note in queries.notes_of(session, colleague, lead.id)] == [
        reviewer.person_id, colleague.person_id]
    assert queries.notes_of(session, Service(), lead.id) == []
    with pytest.raises(Invalid):
        reviewing.note(session, reviewer, lead.id, " ")
    withdraw(session, lead)
    with pytest.raises(Conflict):
        reviewing.note(session, reviewer, lead.id, "Who was it?")
    assert len(kept(session, LeadNote)) == 2


@pytest.fixture
def many(session, make_offering, person):
    """130 leads of two platforms in all states, with equal dates and fits among them."""
    offerings = [make_offering(session), make_offering(session, platform="qinghe")]
    start = utc_now() - dt.timedelta(days=3)
    states = list(LeadState)
    return [add_lead(session, offerings[number % 2], state=states[number // 2 % len(states)],
                     fit=round(number % 7 / 10, 2), due_at=start + dt.timedelta(days=number % 5),
                     assignee_id=person.id if number % 4 == 0 else None) for number in range(130)]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("view", View)
def test_pages_of_the_queue_hold_every_lead_once_in_order(session, many, reviewer, person, monkeypatch, view, sort):
    monkeypatch.setattr(workbench, "PAGE", 7)
    found, cursor = [], None
    while True:
        page = workbench.queue(session, reviewer, view=view, sort=sort, cursor=cursor)
        assert len(page.leads) <= 7
        found += page.leads
        cursor = page.next_cursor
        if cursor is None:
            break
    own = [lead for lead in many if lead.platform_id in reviewer.roles]
    expected = [lead for lead in own if lead.state in STATES[view] and (view != View.MINE or lead.assignee_id)]
    key = {Sort.DUE: lambda lead: lead.due_at, Sort.FIT: lambda lead: -lead.fit, Sort.AGE: lambda lead: lead.created_at}
    assert found == sorted(expected, key=lambda lead: (key[sort](lead), lead.id))
    assert page.counts[view] == len(expected)


STATES = {
    View.TO_ANSWER: {"submitted", "in_review", "waitlisted"},
    View.MINE: {"submitted", "in_review", "waitlisted", "info_requested", "terms_offered", "appealed"},
    View.WAITING: {"info_requested", "terms_offered", "appealed"},
    View.ACCEPTED: {"accepted", "in_delivery", "completed"},
    View.CLOSED: {"failed", "declined", "declined_final", "withdrawn", "expired"},
    View.ALL: set(LeadState) - {"suggested", "dismissed"},
}


def test_a_rivals_leads_change_nothing_in_the_counts(session, many, reviewer):
    before = workbench.queue(session, reviewer)
    for lead in many:
        if lead.platform_id not in reviewer.roles:
            lead.state = LeadState.SUBMITTED
    session.flush()
    after = workbench.queue(session, reviewer)
    assert (before.counts, before.late, before.next_cursor) == (after.counts, after.late, after.next_cursor)


def test_late_are_those_that_the_platform_owes_an_answer(session, many, reviewer):
    now = utc_now()
    own = [lead for lead in many if lead.platform_id in reviewer.roles]
    assert workbench.queue(session, reviewer).late == sum(
        lead.state in STATES[View.TO_ANSWER] and lead.due_at < now for lead in own) > 0


def test_a_page_of_the_queue_takes_the_same_few_queries_for_one_lead_and_for_fifty(session, make_offering, reviewer):
    def queries_of_a_page() -> int:
        session.expire_all()
        said = []
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", count := lambda *args: said.append(args[2]))
        page = workbench.queue(session, reviewer, view=View.ALL)
        assert [page.needs[lead.need_id].headline for lead in page.leads]
        assert [lead.offering.title for lead in page.leads]
        event.remove(connection, "before_cursor_execute", count)
        # Naming the asker to PostgreSQL asks for no row.
        return sum("set_config" not in statement for statement in said)

    offering = make_offering(session)
    add_lead(session, offering, assignee_id=reviewer.person_id)
    session.flush()
    few = queries_of_a_page()
    for _ in range(60):
        add_lead(session, offering, assignee_id=reviewer.person_id)
    session.flush()
    assert queries_of_a_page() == few <= 12


def test_needs_that_may_not_be_read_are_missing_in_the_queue(session, lead, reviewer):
    other = add_lead(session, lead.offering, add_need(session, problem="Salt spray of a bolt"))
    withdraw(session, lead)
    page = workbench.queue(session, reviewer, view=View.ALL)
    assert {found.id for found in page.leads} == {lead.id, other.id}
    assert set(page.needs) == {other.need_id}


@pytest.mark.parametrize("cursor", ["x", "~", "1.0~", "nan", "2026-01-01T00:00:00~" + 32 * "0", "é~" + 32 * "0"])
@pytest.mark.parametrize("sort", [Sort.DUE, Sort.FIT])
def test_a_cursor_that_is_none_is_refused(session, reviewer, sort, cursor):
    if sort == Sort.FIT and cursor.startswith("2026"):
        cursor = "1,0~" + 32 * "0"
    with pytest.raises(Invalid):
        workbench.queue(session, reviewer, sort=sort, cursor=cursor)


def test_who_answers_for_nobody_has_an_empty_queue(session, lead):
    nobody = Member(new_id(), {add_organisation(session, "jianghai").id: frozenset({Role.LIST_EDITOR})})
    page = workbench.queue(session, nobody, view=View.ALL)
    assert (list(page.leads), page.counts[View.ALL], page.is_team) == ([], 0, False)
    assert replace(page, late=0) == page
    assert session.get(Lead, lead.id) is lead
