"""Many at once on the same leads: nothing is lost or doubled, and no contact is shown after its consent has ended."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import (
    Action,
    Consent,
    Decision,
    DecisionStatus,
    DeclineReason,
    Holder,
    Job,
    JobState,
    Lead,
    LeadState,
    Mail,
    Member,
    Need,
    Offering,
)
from matchmaker.domain.leads import LEADS_TO
from matchmaker.errors import Conflict
from matchmaker.jobs.worker import run_one
from matchmaker.services import publishing
from matchmaker.services.leads import asking, following, reviewing
from matchmaker.storage.queries import needs, scope
from matchmaker.tasks import make_tasks
from tests.asking import begin, wanted
from tests.making import add_lead, add_person, member
from tests.planting import planted

THREADS = 8
CHOICES = ((Action.ACCEPT, {}), (Action.ASK, {"words": "Which drawing?"}),
           (Action.DECLINE, {"reason": DeclineReason.NO_CAPACITY}))


@pytest.fixture
def at_once(config):
    """Settings under which a decision matures at once."""
    return replace(config, decision_seconds=0)


@pytest.fixture
def team(database, make_offering) -> list[Member]:
    """Two reviewers of a platform with one offering."""
    with storage.writing() as session:
        make_offering(session, external_id="vibration", standards=["GB/T 2423.10"], accreditations=["CNAS"])
        people = [add_person(session, f"{name}@jianghai.example", "jianghai") for name in ("one", "two")]
        return [member(session, person) for person in people]


def in_threads(work: Callable[..., Any], entries: Iterable[Any], threads: int = THREADS) -> list[Any]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, entries))


def run_decisions(config) -> None:
    """Run the jobs that carry decisions out, until none waits."""
    with storage.reading() as session:
        waiting = session.scalars(select(Job.id).where(Job.task == reviewing.TASK, Job.state == JobState.QUEUED)).all()
    for job_id in waiting:
        run_one(make_tasks(config), job_id)


@pytest.mark.parametrize("number", [40, pytest.param(400, marks=pytest.mark.faults)])
def test_leads_and_decisions_of_eight_threads_are_all_there_once(at_once, team, number):
    publish(at_once)
    asked = in_threads(lambda _: ask_twice(at_once), range(number))
    with storage.reading() as session:
        leads = session.scalars(select(Lead.id).order_by(Lead.id)).all()
        assert session.scalar(select(func.count()).select_from(Need)) == number
    assert set(leads) == {lead_id for ids in asked for lead_id in ids}
    assert len(leads) == number
    # Each lead is decided on twice, by different people, while others cancel and workers carry out.
    draw = random.Random(number)
    tries = [(lead_id, person, *draw.choice(CHOICES), draw.random() < 0.25) for lead_id in leads for person in team]
    draw.shuffle(tries)
    outcomes = Counter(in_threads(lambda entry: decide(at_once, *entry), tries))
    run_decisions(at_once)
    assert sum(outcomes.values()) == 2 * number
    check(outcomes, number)
    print(f"{number} leads, {2 * number} decisions: {dict(outcomes)}")


def publish(config) -> None:
    with storage.writing() as session:
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)


def ask_twice(config) -> list[UUID]:
    """Send the same request in two transactions, as a double click does; return the leads that each was told of."""
    with storage.writing() as session:
        _key, holder = begin(session, config)
        offering = first_offering(session)

    def send(_number: int) -> list[UUID]:
        with storage.writing() as session:
            return [lead.id for lead in asking.ask(session, config, holder, wanted(offering))]

    first, second = in_threads(send, range(2), threads=2)
    assert first == second
    return first


def decide(config, lead_id: UUID, person: Member, action: Action, options: dict, is_cancelled: bool) -> str:
    """Decide on a lead as it is; cancel that sometimes, and let a worker work. Return what came of it."""
    try:
        with storage.writing() as session:
            seen = session.scalar(select(Lead.version).where(Lead.id == lead_id))
            decision = reviewing.decide(session, config, person, lead_id, action, seen=seen, **options)
    except Conflict:
        return "conflict"
    try:
        if is_cancelled:
            with storage.writing() as session:
                reviewing.cancel(session, person, decision.id)
            return "cancelled"
    except Conflict:
        return "too late to cancel"
    run_decisions(config)
    return "decided"


def check(outcomes: Counter, number: int) -> None:
    """Compare what is stored with what the threads were told."""
    with storage.reading() as session:
        decisions = session.scalars(select(Decision).order_by(Decision.id)).all()
        leads = session.scalars(select(Lead)).all()
        statuses = Counter(decision.status for decision in decisions)
        assert len(decisions) == sum(outcomes.values()) - outcomes["conflict"]
        assert statuses[DecisionStatus.CANCELLED] == outcomes["cancelled"]
        assert statuses[DecisionStatus.DONE] == outcomes["decided"] + outcomes["too late to cancel"]
        assert set(statuses) <= {DecisionStatus.CANCELLED, DecisionStatus.DONE}
        assert len(leads) == number
        for lead in leads:
            done = [decision for decision in decisions if decision.lead_id == lead.id
                    and decision.status == DecisionStatus.DONE]
            states = [move.to_state for move in lead.moves]
            assert [move.from_state for move in lead.moves] == [None, *states[:-1]]
            assert states[-1] == lead.state
            assert Counter(states) == Counter([LeadState.SUBMITTED, LeadState.IN_REVIEW,
                                               *(LEADS_TO[decision.action] for decision in done)])
        notices = Counter(session.scalars(select(Mail.notice).where(Mail.notice.in_(reviewing.NOTICES.values()))))
        assert notices.total() == statuses[DecisionStatus.DONE]
        jobs = session.scalars(select(Job).where(Job.task == reviewing.TASK)).all()
        assert (len(jobs), {job.state for job in jobs}) == (len(decisions), {JobState.DONE})


def by_the_firm(session, lead: Lead, consent_id: UUID) -> None:
    following.withdraw_consent(session, Holder(lead.need_id), consent_id)


def consent_alone(session, lead: Lead, consent_id: UUID) -> None:
    """End the consent and nothing else, so that only the check at maturing can stop the decision."""
    needs.need_by_id(session, Holder(lead.need_id), lead.need_id, locked=True)
    session.get_one(Consent, consent_id).withdraw()


@pytest.mark.parametrize("withdraw", [by_the_firm, consent_alone])
@pytest.mark.parametrize("races", [10, pytest.param(500, marks=pytest.mark.faults)])
def test_nothing_is_revealed_after_the_consent_was_withdrawn(at_once, team, withdraw, races):
    outcomes = race_all(at_once, team, withdraw, races)
    print(f"{races} races, {withdraw.__name__}: {dict(outcomes)}")
    assert outcomes["shown after the withdrawal"] == outcomes["accepted after the withdrawal"] == 0
    assert {"done", "refused"} <= set(outcomes), "the race has only one end"


def test_the_race_sees_a_decision_that_matures_without_consent(at_once, team, monkeypatch):
    monkeypatch.setattr(reviewing, "has_consent", lambda session, lead: True)
    assert race_all(at_once, team, consent_alone, 10)["accepted after the withdrawal"]


def test_the_race_sees_a_query_that_forgets_the_consent(at_once, team, backend):
    """On PostgreSQL the policies of the tables hold back what such a query asks for."""
    with planted(scope, "_shared", scope._own):
        is_shown = bool(race_all(at_once, team, consent_alone, 10)["shown after the withdrawal"])
    assert is_shown == (backend == "sqlite")


def race_all(config, team: list[Member], withdraw, races: int) -> Counter:
    draw = random.Random(races)
    outcomes: Counter = Counter()
    for number in range(races):
        # In some races one side has a head start, so that both ends occur.
        outcomes += race(config, team[0], withdraw, lags=((0, 0), (0, 6), (6, 0))[number % 3], draw=draw)
    return outcomes


def race(config, reviewer: Member, withdraw, *, lags: tuple[int, int], draw: random.Random) -> Counter:
    """Let a firm withdraw its consent while an acceptance matures and the reviewer reads all the time."""
    with storage.writing() as session:
        lead = add_lead(session, first_offering(session))
        consent_id = session.scalar(select(Consent.id).where(Consent.need_id == lead.need_id))
    with storage.writing() as session:
        decision = reviewing.decide(session, config, reviewer, lead.id, Action.ACCEPT, seen=1)
    start, withdrawn, over = threading.Barrier(3), threading.Event(), threading.Event()

    def read() -> bool:
        """Tell whether the reviewer is shown who the firm is, or what it needs."""
        with storage.reading() as session:
            return bool(needs.contact_of(session, reviewer, lead.need_id)
                        or needs.readable_need(session, reviewer, lead.need_id))

    def end_consent() -> None:
        start.wait()
        wait_for_reads(lags[0] + draw.randrange(3), read)
        with storage.writing() as session:
            withdraw(session, lead, consent_id)
        withdrawn.set()

    def mature() -> None:
        start.wait()
        wait_for_reads(lags[1] + draw.randrange(3), read)
        run_decisions(config)

    def look() -> int:
        start.wait()
        shown = 0
        while not over.is_set():
            is_late = withdrawn.is_set()
            shown += read() and is_late
        return shown + read()

    with ThreadPoolExecutor(3) as pool:
        looking, *others = [pool.submit(work) for work in (look, end_consent, mature)]
        try:
            for other in others:
                other.result()
        finally:
            over.set()
        shown = looking.result()
    return outcome(lead.id, decision.id, consent_id, shown)


def wait_for_reads(number: int, read: Callable[[], object]) -> None:
    """Let some time pass, in the way in which it passes in the product."""
    for _ in range(number):
        read()


def first_offering(session):
    return session.scalars(select(Offering)).one()


def outcome(lead_id: UUID, decision_id: UUID, consent_id: UUID, shown: int) -> Counter:
    with storage.reading() as session:
        decision, consent = session.get_one(Decision, decision_id), session.get_one(Consent, consent_id)
        late = [move for move in session.get_one(Lead, lead_id).moves
                if move.to_state == LeadState.ACCEPTED and move.at > consent.withdrawn_at]
        return Counter({decision.status.value: 1, "shown after the withdrawal": shown,
                        "accepted after the withdrawal": len(late)})


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.faults)])
def test_of_two_who_decide_at_once_one_gets_a_conflict(at_once, team, rounds):
    waiting = replace(at_once, decision_seconds=10)
    for _ in range(rounds):
        with storage.writing() as session:
            lead = add_lead(session, first_offering(session))
        start = threading.Barrier(2)

        def send(person: Member, lead=lead, start=start) -> str:
            start.wait()
            try:
                with storage.writing() as session:
                    return reviewing.decide(session, waiting, person, lead.id, Action.ACCEPT, seen=1).status
            except Conflict:
                return "conflict"

        assert sorted(in_threads(send, team, threads=2)) == ["conflict", "pending"]
    with storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == rounds
