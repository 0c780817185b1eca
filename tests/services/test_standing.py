import pytest
from sqlalchemy import select

from matchmaker.domain import (
    Action,
    ClockStep,
    Decision,
    DecisionStatus,
    Job,
    JobState,
    Lead,
    LeadState,
    Mail,
    Member,
    OfferingStatus,
    OpennessList,
    Organisation,
    Person,
    Role,
    StepKind,
)
from matchmaker.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.jobs.worker import run_one
from matchmaker.services import catalogue, formats, standing
from matchmaker.services.editing import drafting
from matchmaker.services.leads import clocks, deadlines, passing, reviewing, workbench
from matchmaker.storage.queries import offerings
from matchmaker.storage.queries import standing as queries
from matchmaker.tasks import make_tasks
from tests.asking import ask, begin, offering, platform
from tests.clock import Clock
from tests.conftest import add_offering
from tests.making import add_lead, add_organisation, add_person

WHY = "It asks firms for a fee."


@pytest.fixture
def market(session, request):
    """The published offerings, and one more platform that fits the need of the tests."""
    add_offering(session, platform="luban", external_id="luban-1", standards=["GB/T 2423.10"], accreditations=["CNAS"])
    for slug in ("jianghai", "luban"):
        add_person(session, f"r@{slug}.example", slug)
    add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR)
    session.commit()
    return request.getfixturevalue("published")


@pytest.fixture
def operator(session):
    add_organisation(session, "operator", "operator")
    return queries.member(session, add_person(session, "o@operator.example", "operator", Role.OPERATOR))


@pytest.fixture
def suspend(session, operator, market):
    def suspend(slug="jianghai"):
        found = standing.suspend(session, operator, platform(session, slug).id, WHY)
        session.commit()
        work(session, market)
        return found
    return suspend


def work(session, config):
    """Do the jobs that follow a suspension and pass leads on."""
    wanted = (standing.TASK, clocks.PASS_ON, clocks.TASK)
    while True:
        due = select(Job).where(Job.task.in_(wanted), Job.state == JobState.QUEUED).order_by(Job.id)
        done = [run_one(make_tasks(config), job.id) for job in session.scalars(due).all()]
        session.expire_all()
        if not any(done):
            return


def acting(session, email):
    return queries.member(session, session.scalars(select(Person).where(Person.email == email)).one())


def told(session, notice):
    return session.scalars(select(Mail).where(Mail.notice == notice)).all()


def test_it_needs_a_reason_and_a_platform_and_twice_is_once(session, operator, suspend):
    place = platform(session)
    with pytest.raises(Invalid, match="Say why"):
        standing.suspend(session, operator, place.id, " ")
    with pytest.raises(Conflict, match="Only platforms"):
        standing.suspend(session, operator, next(iter(operator.roles)), WHY)
    with pytest.raises(NotFound):
        standing.suspend(session, operator, operator.person_id, WHY)
    own = Member(operator.person_id, {place.id: frozenset({Role.ADMIN})})
    with pytest.raises(Conflict, match="never one's own"):
        standing.suspend(session, own, place.id, WHY)
    found = suspend()
    since = found.suspended_at
    standing.suspend(session, operator, place.id, "Another reason.")
    assert (found.suspended_at, found.suspended_why, found.suspended_by_id) == (since, WHY, operator.person_id)
    assert len(told(session, "organisation_suspended")) == 1
    standing.reinstate(session, place.id)
    standing.reinstate(session, place.id)
    assert (found.suspended_at, found.suspended_why, found.suspended_by_id) == (None, None, None)
    assert len(told(session, "organisation_reinstated")) == 1


def test_its_offerings_are_nowhere_and_come_back(session, suspend):
    today = formats.today()
    one = offering(session)
    everything = offerings.OfferingFilter()

    def shown():
        return offerings.count_open_offerings(session, everything, today)

    before = shown()
    assert dict(offerings.count_by_platform(session, everything, today))["jianghai"] == 2
    suspend()
    assert shown() == before - 2
    assert "jianghai" not in dict(offerings.count_by_platform(session, everything, today))
    assert one not in list(offerings.published_offerings(session))
    assert not one.is_open(today)
    assert one.status == OfferingStatus.PUBLISHED
    with pytest.raises(NotFound):
        catalogue.offering(session, one.id)
    standing.reinstate(session, one.platform_id)
    assert shown() == before


def test_its_people_read_and_change_nothing(session, market, suspend):
    lead = add_lead(session, offering(session))
    suspend()
    team, editor = acting(session, "r@jianghai.example"), acting(session, "editor@jianghai.example")
    assert team.suspended == {lead.platform_id}
    opened = workbench.open_lead(session, team, lead.id)
    assert opened.need is not None
    for act in (
        lambda: reviewing.decide(session, market, team, lead.id, Action.ACCEPT, seen=lead.version),
        lambda: reviewing.assign(session, team, lead.id, team.person_id, seen=lead.version),
        lambda: reviewing.note(session, team, lead.id, "A note."),
        lambda: drafting.state_capacity(session, editor, lead.offering_id, 1),
        lambda: drafting.begin(session, editor, lead.platform_id, {"external_id": "x"}),
        lambda: drafting.extend(session, editor, lead.offering_id),
        lambda: lead.offering.move(OfferingStatus.WITHDRAWN, editor, "Why."),
    ):
        with pytest.raises(Forbidden, match="suspended your platform"):
            act()
    assert not lead.offering.may_move(OfferingStatus.WITHDRAWN, editor)
    standing.reinstate(session, lead.platform_id)
    assert reviewing.note(session, acting(session, "r@jianghai.example"), lead.id, "A note.")


def test_what_was_decided_before_does_not_take_effect(session, market, suspend):
    lead = add_lead(session, offering(session))
    decision = reviewing.decide(session, market, acting(session, "r@jianghai.example"), lead.id, Action.ACCEPT,
                                seen=lead.version)
    suspend()
    reviewing.mature(session, decision.id)
    assert (decision.status, decision.refusal) == (DecisionStatus.REFUSED, passing.SUSPENDED)
    assert lead.state != LeadState.ACCEPTED


def test_firms_that_wait_are_told_once_and_with_consent_passed_on(session, market, suspend):
    holder = begin(session, market)[1]
    leads = ask(session, market, holder, "vibration", "drop", passes_on=True)
    other = add_lead(session, offering(session))
    suspend()
    assert {mail.need_id for mail in told(session, "platform_suspended")} == {holder.need_id, other.need_id}
    assert len(told(session, "platform_suspended")) == 2
    children = session.scalars(select(Lead).where(Lead.parent_id.is_not(None))).all()
    assert [child.platform.slug for child in children] == ["luban"]
    assert [lead.state for lead in leads].count(LeadState.EXPIRED) == 1
    assert other.state == LeadState.SUBMITTED
    assert [mail.need_id for mail in [*told(session, "choose_next"), *told(session, "nobody_next")]] == [other.need_id]
    work(session, market)
    assert len(told(session, "platform_suspended")) == 2


def test_a_clock_stands_still_while_the_platform_is_suspended_and_begins_anew(session, market, suspend, monkeypatch):
    clock = Clock(monkeypatch)
    lead = add_lead(session, offering(session))
    clocks.start(session, lead)
    suspend()
    clock.move(days=40)
    work(session, market)
    assert lead.state == LeadState.SUBMITTED
    kinds = {step.kind for step in session.scalars(select(ClockStep))}
    assert kinds <= {StepKind.SUSPENDED, StepKind.NEXT}
    standing.reinstate(session, lead.platform_id)
    session.commit()
    work(session, market)
    assert lead.due_at > clock.now()
    alarm = session.get(Job, clocks.job_id(lead.id))
    assert alarm.state == JobState.QUEUED
    assert clock.now() < alarm.lease_until < lead.due_at


def test_who_asked_at_the_very_moment_is_told_when_the_clock_rings(session, market, suspend, monkeypatch):
    suspend()
    lead = add_lead(session, offering(session))
    clocks.start(session, lead)
    session.commit()
    Clock(monkeypatch).move(days=30)
    work(session, market)
    assert len(told(session, "platform_suspended")) == 1
    assert lead.state == LeadState.SUBMITTED


@pytest.mark.parametrize("state", sorted(set(LeadState) - standing.WAITING))
def test_what_does_not_wait_is_left_alone(session, suspend, state):
    lead = add_lead(session, offering(session), state=state)
    suspend()
    assert lead.state == state
    assert session.scalars(select(ClockStep)).all() == []


def test_a_suspension_withdrawn_before_its_job_ran_tells_nobody(session, market, operator):
    lead = add_lead(session, offering(session))
    standing.suspend(session, operator, lead.platform_id, WHY)
    standing.reinstate(session, lead.platform_id)
    session.commit()
    work(session, market)
    assert not told(session, "platform_suspended")


def test_each_suspension_is_told_anew(session, market, operator, suspend):
    lead = add_lead(session, offering(session))
    for _ in range(2):
        suspend()
        standing.reinstate(session, lead.platform_id)
        session.commit()
        work(session, market)
    assert len(told(session, "platform_suspended")) == 2


def test_a_promise_of_the_list_counts_from_the_next_request_on(session, market):
    place = platform(session)
    with pytest.raises(Conflict, match="no openness list"):
        standing.promise(session, place.id, 3)
    kept = OpennessList(platform=place, title={"en": "A list"})
    session.add(kept)
    session.flush()
    one = offering(session)
    one.list_id = kept.id
    session.flush()
    standing.promise(session, place.id, 3)
    session.expire_all()
    assert deadlines.days_of(one) == 3
    standing.promise(session, place.id, None)
    assert deadlines.days_of(one) == deadlines.USUAL_DAYS


def test_the_rows_of_the_operator(session, operator, suspend):
    add_lead(session, offering(session))
    suspend()
    first, *others = standing.rows(session, operator)
    assert (first.organisation.slug, first.published, first.waiting) == ("jianghai", 2, 1)
    assert first.suspended_by == "o"
    assert {row.organisation.slug for row in others} == {"luban", "tianquan", "qinghe", "operator"}
    assert not next(row for row in others if row.organisation.slug == "operator").can_be_suspended
    assert session.scalars(select(Organisation).where(Organisation.verified)).all() == []
    standing.verify(session, first.organisation.id, is_verified=True)
    assert first.organisation.verified
    assert session.scalars(select(Decision)).all() == []
