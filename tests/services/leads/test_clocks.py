import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import (
    ClockStep,
    Decision,
    DecisionStatus,
    Holder,
    Job,
    JobState,
    LeadMove,
    LeadState,
    Mail,
    Person,
    Role,
    Side,
    StepKind,
)
from matchmaker.domain.base import new_id
from matchmaker.jobs.worker import run_one
from matchmaker.services.leads import clocks, deadlines, following
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import clocks as queries
from matchmaker.tasks import make_tasks
from tests.clock import Clock
from tests.making import add_lead, add_person

MONDAY = dt.datetime(2026, 11, 16, 2, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
HALF, BEFORE, DUE = MONDAY + dt.timedelta(days=2), MONDAY + dt.timedelta(days=4), MONDAY + dt.timedelta(days=7)
GRACE_OVER = DUE + dt.timedelta(days=3)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """A clock that shows a Monday morning."""
    clock = Clock(monkeypatch)
    clock.move_to(MONDAY)
    return clock


@pytest.fixture
def lead(session, clock, make_offering):
    """A lead that was asked on Monday, to be answered within five working days."""
    lead = add_lead(session, make_offering(session), due_at=DUE)
    lead.moves.append(LeadMove(at=clock.now(), from_state=None, to_state=LeadState.SUBMITTED, side=Side.FIRM))
    for email, role in (("reviewer", Role.REVIEWER), ("other", Role.REVIEWER), ("manager", Role.LEAD_MANAGER)):
        add_person(session, f"{email}@jianghai.example", "jianghai", role)
    clocks.start(session, lead)
    session.commit()
    return lead


@pytest.fixture
def work(session, config):
    """A function that does the jobs of clocks that are due now; returns how many."""
    def work():
        done = 0
        while True:
            waiting = session.scalars(select(Job).where(Job.task == clocks.TASK)).all()
            if not any(run_one(make_tasks(config), job.id) for job in waiting):
                session.expire_all()
                return done
            session.expire_all()
            done += 1
    return work


def told(session):
    """Return the notices since the last look, with whom they went to."""
    names = dict(session.execute(select(Person.id, Person.email)).all())
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    found = sorted((mail.notice, names[mail.person_id].partition("@")[0] if mail.person_id else "firm")
                   for mail in mails)
    for mail in mails:
        session.delete(mail)
    session.commit()
    return found


def steps(session):
    return [step.kind for step in session.scalars(select(ClockStep).order_by(ClockStep.id))]


def alarm(session, lead):
    return session.get(Job, clocks.job_id(lead.id)).lease_until


def test_reminded_twice_then_the_managers_then_it_expires(session, clock, lead, work):
    assert alarm(session, lead) == HALF
    for moment, kind, notices in (
        (HALF, StepKind.HALF_TIME, [("answer_due", "manager"), ("answer_due", "other"), ("answer_due", "reviewer"),
                                    ("platform_reminded", "firm")]),
        (BEFORE, StepKind.DAY_BEFORE, [("answer_due", "manager"), ("answer_due", "other"), ("answer_due", "reviewer"),
                                       ("platform_reminded", "firm")]),
        (DUE, StepKind.LATE, [("answer_late", "manager"), ("platform_late", "firm")]),
    ):
        clock.move_to(moment - 60 * SECOND)
        assert work() == 0
        clock.move_to(moment + SECOND)
        assert work() == 1
        assert work() == 0
        assert steps(session)[-1] == kind
        assert told(session) == notices
        assert lead.state == LeadState.SUBMITTED
    clock.move_to(GRACE_OVER - 60 * SECOND)
    assert work() == 0
    clock.move_to(GRACE_OVER + 60 * SECOND)
    assert work() == 1
    assert (lead.state, lead.moves[-1].side, lead.moves[-1].why) == (LeadState.EXPIRED, Side.SERVICE, clocks.UNANSWERED)
    assert [notice for notice, _who in told(session)] == ["lead_expired"] * 3
    assert session.get(Job, clocks.job_id(lead.id)).state == JobState.DONE
    passing = session.scalars(select(Job).where(Job.task == clocks.PASS_ON)).one()
    assert passing.payload == {"lead": str(lead.id)}


def test_only_the_assignee_is_reminded_while_they_are_in_the_team(session, clock, lead, work):
    reviewer, other = session.scalars(select(Person).order_by(Person.id).limit(2))
    lead.assignee_id = reviewer.id
    session.commit()
    clock.move_to(HALF + SECOND)
    work()
    assert told(session) == [("answer_due", "reviewer"), ("platform_reminded", "firm")]
    for membership in list(reviewer.memberships):
        session.delete(membership)
    session.commit()
    clock.move_to(BEFORE + SECOND)
    work()
    assert told(session) == [("answer_due", "manager"), ("answer_due", "other"), ("platform_reminded", "firm")]


@pytest.mark.parametrize("state", sorted(set(LeadState) - clocks.RUNNING))
def test_whoever_has_answered_is_left_alone(session, clock, lead, work, state):
    lead.state = state
    session.commit()
    clock.move_to(GRACE_OVER + SECOND)
    assert work() == 1
    assert (steps(session), told(session), lead.state) == ([], [], state)
    assert session.get(Job, clocks.job_id(lead.id)).state == JobState.DONE


def test_an_answer_of_the_firm_winds_the_clock_anew(session, clock, lead, work):
    lead.state = LeadState.INFO_REQUESTED
    session.commit()
    clock.move_to(DUE + SECOND)
    work()
    following.answer(session, Holder(lead.need_id), lead.id, "Four pieces.")
    session.commit()
    assert lead.due_at - deadlines.due_at(lead.offering, lead.moves[-1].at) < SECOND
    assert clock.now() < alarm(session, lead) < lead.due_at
    clock.move_to(lead.due_at + SECOND)
    assert work() == 1
    assert steps(session) == [StepKind.LATE]


def test_the_same_ring_twice_does_nothing_twice(session, clock, lead, config):
    clock.move_to(DUE + SECOND)
    assert len({clocks.take_turn(session, config, lead.id).until for _ in range(3)}) == 1
    assert steps(session) == [StepKind.LATE]


def test_a_decision_that_waits_comes_before_the_end(session, clock, lead, work):
    clock.move_to(DUE + SECOND)
    work()
    clock.move_to(GRACE_OVER + 60 * SECOND)
    reviewer = session.scalars(select(Person)).first()
    decision = Decision(lead_id=lead.id, person_id=reviewer.id, action="accept",
                        matures_at=clock.now() + 10 * SECOND)
    session.add(decision)
    session.commit()
    work()
    assert lead.state == LeadState.SUBMITTED
    assert alarm(session, lead) == decision.matures_at + clocks.MINUTE
    decision.end(DecisionStatus.CANCELLED)
    session.commit()
    clock.move(minutes=2)
    work()
    assert lead.state == LeadState.EXPIRED


def test_a_standstill_ends_nothing_before_the_managers_had_their_days(session, clock, lead, work):
    clock.move_to(GRACE_OVER + dt.timedelta(days=30))
    assert work() == 1
    assert steps(session) == [StepKind.LATE]
    assert lead.state == LeadState.SUBMITTED
    assert alarm(session, lead) > clock.now() + dt.timedelta(days=2)


def test_a_clock_that_jumps_ahead_for_less_than_an_hour_ends_nothing(session, clock, lead, work):
    clock.move_to(DUE + SECOND)
    work()
    clock.move(days=400)
    assert work() == 1
    assert lead.state == LeadState.SUBMITTED
    clock.move(minutes=50)
    assert work() == 0
    clock.move(days=-400)
    assert work() == 0
    wind(session, clock)
    assert alarm(session, lead) <= clock.now() + dt.timedelta(days=4)
    clock.move_to(GRACE_OVER + 60 * SECOND)
    work()
    assert lead.state == LeadState.EXPIRED


def test_a_clock_that_stays_ahead_is_believed(session, clock, lead, work):
    clock.move_to(DUE + SECOND)
    work()
    clock.move(days=40)
    work()
    assert lead.state == LeadState.SUBMITTED
    clock.move(minutes=61)
    work()
    assert lead.state == LeadState.EXPIRED


def test_steps_that_a_wrong_clock_took_are_counted_from_now(session, clock, lead, work):
    clock.move(days=400)
    work()
    assert steps(session) == [StepKind.LATE]
    clock.move_to(HALF + SECOND)
    wind(session, clock)
    clock.move_to(DUE + SECOND)
    wind(session, clock)
    work()
    assert steps(session) == [StepKind.LATE]
    clock.move_to(GRACE_OVER - 60 * SECOND)
    work()
    assert lead.state == LeadState.SUBMITTED
    clock.move_to(GRACE_OVER + dt.timedelta(hours=2))
    work()
    assert lead.state == LeadState.EXPIRED


def test_a_clock_that_runs_behind_is_late_and_repeats_nothing(session, clock, lead, work):
    clock.move_to(BEFORE + SECOND)
    work()
    clock.move(days=-3)
    assert work() == 0
    clock.move_to(BEFORE + 2 * SECOND)
    assert work() == 0
    assert steps(session) == [StepKind.DAY_BEFORE]


def wind(session, clock):
    """Wind the clocks once, as the hourly job does."""
    wound = clocks._wind(session, Config(), queries.running_leads(session, clocks.SERVICE, limit=100))
    session.commit()
    session.expire_all()
    return wound


@pytest.mark.parametrize("fault", ["lost", "failed", "done", "asleep"])
def test_a_clock_that_has_run_down_is_wound(session, clock, lead, work, config, fault):
    job = session.get(Job, clocks.job_id(lead.id))
    if fault == "lost":
        session.delete(job)
    elif fault == "asleep":
        job.lease_until += dt.timedelta(days=400)
    else:
        job.state, job.finished_at = JobState(fault), clock.now()
    session.commit()
    clocks.ensure(session)
    session.commit()
    winding = session.scalars(select(Job).where(Job.task == clocks.WIND)).one()
    clock.move(hours=1)
    run_one(make_tasks(config), winding.id)
    session.expire_all()
    assert winding.result == {"wound": 1}
    assert session.scalars(select(Job).where(Job.task == clocks.WIND, Job.state == JobState.QUEUED)).one()
    assert alarm(session, lead) == HALF
    assert wind(session, clock) == 0
    clock.move_to(HALF + SECOND)
    assert work() == 1


@pytest.mark.parametrize(("days", "kinds"), [
    (1, ["half_time", "late"]), (2, ["day_before", "late"]), (3, ["half_time", "day_before", "late"])])
def test_who_promised_little_is_reminded_less(session, clock, lead, days, kinds):
    lead.offering.response_days = days
    lead.due_at = deadlines.due_at(lead.offering, MONDAY) + SECOND
    assert [kind.value for kind, _moment in clocks._moments(lead)] == kinds


def test_an_erased_lead_ends_its_clock(session, clock, lead, work):
    outbox.tell_firm(session, "need_received", lead.need_id)
    session.delete(lead)
    session.commit()
    clock.move_to(HALF + SECOND)
    assert work() == 1
    assert steps(session) == []


def test_an_alarm_wakes_a_sleeping_job_earlier_and_never_later(session, clock):
    one = new_id()
    for at, expected in ((HALF, HALF), (BEFORE, HALF), (MONDAY, MONDAY)):
        jobs.set_alarm(session, one, "task", at)
        session.expire_all()
        assert session.get(Job, one).lease_until == expected
