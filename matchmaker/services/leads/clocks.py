"""The answer clock: what happens to a lead while its platform owes an answer.

At half time and one working day before the end, the assignee or the team is reminded. At the end, the platform's lead
managers are told. After `config.grace_days` more the lead expires, and a job passes it on (`passing`). The firm follows
each step on its private page and by mail.

A clock is a job row, one a lead, with an id made of the lead's: it sleeps until the next step, does what is due, and
sleeps again. What is due follows from the lead and the steps taken, never from when the job was planned, so that a
promise that begins anew, a ring that comes twice and a worker that dies change nothing. An hourly job winds what has
run down.

Whatever the clock of the machine does: nothing expires before its lead managers were told and the grace was over since.
A ring that comes late by more than `SLACK`, after a standstill or because the clock jumped, lets nothing expire and
rings again an hour later. A clock that stays wrong for longer is believed.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import ClockStep, Job, JobState, Lead, LeadState, Person, Role, Service, Side, StepKind
from matchmaker.domain.actors import ANSWERING
from matchmaker.domain.base import utc_now
from matchmaker.domain.clocks import REMINDERS, RUNNING
from matchmaker.errors import NotFound
from matchmaker.i18n import marked as _
from matchmaker.jobs.worker import Chunks
from matchmaker.services import hourly
from matchmaker.services.leads import deadlines
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import clocks as queries
from matchmaker.storage.queries import jobs as job_queries
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import needs, organisations

TASK, WIND, PASS_ON, FOLLOW = "answer_clock", "wind_clocks", "pass_on", "follow_standing"
SERVICE = Service()
SLACK, HOUR, MINUTE = dt.timedelta(hours=3), dt.timedelta(hours=1), dt.timedelta(minutes=1)
OVERSLEPT = dt.timedelta(days=2)
"""A clock that would sleep for so much longer than any step is away was set by a wrong clock."""
BATCH = 200
ORDER = tuple(StepKind)

UNANSWERED = _("The platform did not answer in time.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Turn:
    """What comes after a ring: when to ring again, None when the clock is over; whether an end was put off."""

    until: dt.datetime | None
    is_held: bool = False


def start(session: Session, lead: Lead) -> None:
    """Let the clock of a lead run from now on, or run anew for another promise. Flushes."""
    if lead.state in RUNNING:
        jobs.set_alarm(session, job_id(lead.id), TASK, min(moment for _kind, moment in _moments(lead)),
                       lead=str(lead.id))


def job_id(lead_id: UUID) -> UUID:
    """Return the id of the job that is a lead's clock."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:matchmaker:{TASK}:{lead_id}")


def ring(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: take the step that is due for a lead, and sleep until the next."""
    held = dt.datetime.fromisoformat(job.cursor["held"]) if job.cursor else None
    with chunks.chunk(cursor=job.cursor) as session:
        turn = take_turn(session, config, UUID(job.payload["lead"]), held)
    if turn.is_held:
        with chunks.chunk(cursor={"held": utc_now().isoformat()}):
            pass
    with chunks.postponed(turn.until) if turn.until else chunks.final({}):
        pass


def take_turn(session: Session, config: Config, lead_id: UUID, held: dt.datetime | None = None) -> Turn:
    """Take the last step that is due for a lead, unless it has been, and say when to ring again. Flushes.

    `held` is the moment at which its end was put off, if it was.
    """
    lead = _locked(session, lead_id)
    if lead is None or lead.state not in RUNNING:
        return Turn(None)
    now = utc_now()
    taken = {step.kind: step for step in queries.steps_of(session, SERVICE, lead.id) if step.due_at == lead.due_at}
    if lead.platform.is_suspended:
        if StepKind.SUSPENDED not in taken:  # it was asked while the operator suspended the platform
            jobs.enqueue(session, FOLLOW, organisation=str(lead.platform_id))
        return Turn(None)
    for step in taken.values():
        step.repair(now)
    moments = _moments(lead)
    due = [kind for kind, moment in moments if moment <= now]
    if due and not any(ORDER.index(kind) >= ORDER.index(due[-1]) for kind in taken):
        taken[due[-1]] = _take(session, lead, due[-1], now)
    session.flush()
    later = [moment for _kind, moment in moments if moment > now]
    if StepKind.LATE in taken:
        ends_at = deadlines.after(max(lead.due_at, taken[StepKind.LATE].at), config.grace_days, lead.platform.region)
        if ends_at <= now:
            return _end(session, lead, now, ends_at, held)
        later.append(ends_at)
    return Turn(min(later))


def wind(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: queue the next one, and let every clock run that should and does not, or sleeps too long."""
    with chunks.chunk(cursor=job.cursor) as session:
        hourly.queue_next(session, WIND)
    after, wound, is_over = None, 0, False
    while not is_over:
        with chunks.chunk(cursor=job.cursor) as session:
            leads = queries.running_leads(session, SERVICE, limit=BATCH, after=after)
            wound += _wind(session, config, leads)
        is_over, after = len(leads) < BATCH, leads[-1].id if leads else None
    with chunks.final({"wound": wound}):
        pass


def ensure(session: Session) -> None:
    """Queue the hourly job unless one waits or runs. Flushes."""
    hourly.ensure(session, WIND)


def _wind(session: Session, config: Config, leads: Sequence[Lead]) -> int:
    now = utc_now()
    found = job_queries.jobs_by_id(session, [job_id(lead.id) for lead in leads])
    stopped = []
    for lead in leads:
        job = found.get(job_id(lead.id))
        latest = deadlines.after(max(lead.due_at, now), config.grace_days, lead.platform.region) + OVERSLEPT
        is_running = job is not None and job.state in (JobState.QUEUED, JobState.RUNNING)
        if not is_running or (job is not None and job.lease_until is not None and job.lease_until > latest):
            stopped.append(lead)
    for lead in stopped:
        start(session, lead)
    return len(stopped)


def _moments(lead: Lead) -> list[tuple[StepKind, dt.datetime]]:
    """Return the steps until the promise is broken, and when each is due; who promised one day is reminded once."""
    offering, begun = lead.offering, _begun(lead)
    reminders = {deadlines.half_time(offering, lead.due_at): StepKind.HALF_TIME,
                 deadlines.day_before(offering, lead.due_at): StepKind.DAY_BEFORE}
    return [*((kind, moment) for moment, kind in sorted(reminders.items()) if moment > begun + HOUR),
            (StepKind.LATE, lead.due_at)]


def _begun(lead: Lead) -> dt.datetime:
    """Return since when the platform owes the answer that is awaited now."""
    return max([lead.created_at, *(move.at for move in lead.moves
                                   if move.to_state in RUNNING and move.side != Side.PLATFORM)])


def _locked(session: Session, lead_id: UUID) -> Lead | None:
    try:
        need_id = lead_queries.lead_by_id(session, SERVICE, lead_id).need_id
        needs.need_by_id(session, SERVICE, need_id, locked=True)
        return lead_queries.lead_by_id(session, SERVICE, lead_id, locked=True)
    except NotFound:
        return None


def _take(session: Session, lead: Lead, kind: StepKind, now: dt.datetime) -> ClockStep:
    step = ClockStep(lead_id=lead.id, kind=kind, due_at=lead.due_at, at=now, offerings=[])
    session.add(step)
    is_reminder = kind in REMINDERS
    for person in _reminded(session, lead) if is_reminder else managers(session, lead.platform_id):
        outbox.tell_person(session, "answer_due" if is_reminder else "answer_late", person.id, lead=str(lead.id))
    outbox.tell_firm(session, "platform_reminded" if is_reminder else "platform_late", lead.need_id, lead=str(lead.id))
    log.info("clock rang", lead=str(lead.id), step=kind.value)
    return step


def _reminded(session: Session, lead: Lead) -> Sequence[Person]:
    """Return who is reminded of a lead: its assignee while they are in the team, else the whole team."""
    team = organisations.people_of(session, lead.platform_id, ANSWERING)
    return [person for person in team if person.id == lead.assignee_id] or team


def managers(session: Session, platform_id: UUID) -> Sequence[Person]:
    """Return who answers for what a platform's team leaves undone: its lead managers, else its administrators."""
    for roles in (frozenset({Role.LEAD_MANAGER}), frozenset({Role.ADMIN}), ANSWERING):
        if found := organisations.people_of(session, platform_id, roles):
            return found
    return []


def _end(session: Session, lead: Lead, now: dt.datetime, ends_at: dt.datetime, held: dt.datetime | None) -> Turn:
    """Let a lead expire that nobody has answered, and queue its passing on; a decision that waits comes first."""
    if now - ends_at > SLACK and not (held and held + HOUR <= now):
        log.warning("a clock rang late, or the machine's has jumped; the lead is left for an hour", lead=str(lead.id))
        return Turn(now + HOUR, is_held=True)
    decision = lead_queries.pending_decision(session, SERVICE, lead.id)
    if decision is not None and decision.matures_at + HOUR > now:
        return Turn(max(decision.matures_at, now) + MINUTE)
    lead.move(LeadState.EXPIRED, SERVICE, UNANSWERED, at=now)
    outbox.tell_team(session, "lead_expired", lead.platform_id, lead=str(lead.id))
    jobs.enqueue(session, PASS_ON, lead=str(lead.id))
    session.flush()
    log.info("lead expired", lead=str(lead.id))
    return Turn(None)
