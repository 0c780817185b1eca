"""How organisations stand: the operator verifies them, suspends platforms, and reinstates them.

A suspended platform's offerings are neither matched nor shown, from the next answer of any process on: each asks the
database before it answers, and whether a platform is suspended stands in one place. Its people read and change nothing.
A job then goes through the leads that wait there. It tells each firm, and queues the passing on of its need, which the
firm has agreed to or is asked to choose. Reinstated, the offerings are shown again, and for each lead that still waits
the time to answer begins anew.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.domain import (
    ClockStep,
    Job,
    Lead,
    LeadState,
    Member,
    Organisation,
    OrganisationRole,
    Service,
    StepKind,
)
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import OPEN
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.jobs.worker import Chunks
from matchmaker.services.editing import changes
from matchmaker.services.leads import clocks, deadlines
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import clocks as clock_queries
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import needs, organisations, queue
from matchmaker.storage.queries import standing as queries

TASK = clocks.FOLLOW
CHUNK = 20
WAITING = OPEN - {LeadState.APPEALED}
"""In these states a lead waits for its platform or its firm; an appeal waits for the operator."""
SERVICE = Service()

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Suspension:
    """That a platform is suspended, for its people: they read it also where the database cannot be asked any more."""

    name: Mapping[str, str]
    since: dt.datetime
    why: str


@dataclass(frozen=True)
class Row:
    """One organisation as the operator sees it."""

    organisation: Organisation
    published: int
    waiting: int
    suspended_by: str
    days: int
    """Within how many working days it answers, where an offering says nothing of its own."""
    has_list: bool

    @property
    def can_be_suspended(self) -> bool:
        """Tell whether it is a platform: only what platforms open can be hidden."""
        return is_platform(self.organisation)


def rows(session: Session, operator: Member) -> list[Row]:
    """Return all organisations, those that need looking at first, in a constant number of queries."""
    published, waiting = queries.published_by_platform(session), queries.waiting_by_platform(session, operator)
    found, lists = queries.organisations_listed(session), queries.newest_lists(session)
    promised = {place: kept.response_days for place, kept in lists.items()}
    names = queue.names_of(session, (one.suspended_by_id for one in found))
    return [Row(one, published.get(one.id, 0), waiting.get(one.id, 0),
                names.get(one.suspended_by_id, "") if one.suspended_by_id else "",
                promised.get(one.id) or deadlines.USUAL_DAYS, one.id in lists) for one in found]


def suspensions(session: Session, member: Member) -> list[Suspension]:
    """Return the suspended ones among the organisations in which a person has a role."""
    found = organisations.organisations_by_id(session, list(member.suspended)) if member.suspended else ()
    return [Suspension(one.name, one.suspended_at, one.suspended_why or "") for one in found if one.suspended_at]


def is_platform(organisation: Organisation) -> bool:
    """Tell whether an organisation opens resources, and does not run the service besides."""
    return OrganisationRole.PLATFORM.value in organisation.roles and OrganisationRole.OPERATOR.value not in \
        organisation.roles


def check_known(session: Session, organisation_id: UUID) -> None:
    """Raise `NotFound` when there is no such organisation."""
    queries.organisation_by_id(session, organisation_id)


def verify(session: Session, organisation_id: UUID, *, is_verified: bool) -> Organisation:
    """Note that an organisation is who it says, or take that back; twice is once. Flushes."""
    found = queries.organisation_by_id(session, organisation_id, locked=True)
    found.verified = is_verified
    session.flush()
    return found


def suspend(session: Session, operator: Member, organisation_id: UUID, why: str) -> Organisation:
    """Suspend a platform with a reason, which its people read; twice is once, with the first reason. Flushes.

    Raise `Invalid` without a reason, `Conflict` for what is no platform or the operator's own.
    """
    found = queries.organisation_by_id(session, organisation_id, locked=True)
    if not is_platform(found) or organisation_id in operator.roles:
        raise Conflict("Only platforms are suspended, and never one's own.")
    if not why.strip():
        raise Invalid("Say why, in words.")
    if not found.is_suspended:
        found.suspended_at, found.suspended_why, found.suspended_by_id = utc_now(), why.strip(), operator.person_id
        _follow(session, found, "organisation_suspended")
    return found


def reinstate(session: Session, organisation_id: UUID) -> Organisation:
    """Show a suspended platform again; one that is not suspended stays as it is. Flushes."""
    found = queries.organisation_by_id(session, organisation_id, locked=True)
    if found.is_suspended:
        found.suspended_at = found.suspended_why = found.suspended_by_id = None
        _follow(session, found, "organisation_reinstated")
        changes.catalogue_changed(session)
    return found


def promise(session: Session, organisation_id: UUID, days: int | None) -> None:
    """Set the rule of a platform's newest list: within how many working days it answers; None is the usual. Flushes.

    What was promised before stays promised. Raise `Conflict` when it has no list.
    """
    found = queries.newest_lists(session).get(queries.organisation_by_id(session, organisation_id).id)
    if found is None:
        raise Conflict("It has no openness list yet.")
    found.response_days = days
    session.flush()


def follow(job: Job, chunks: Chunks) -> None:
    """Do the job: go through the leads of a platform that was suspended or reinstated, a chunk at a time."""
    platform_id = UUID(job.payload["organisation"])
    after: UUID | None = UUID(job.cursor["after"]) if job.cursor else None
    is_over = False
    while not is_over:
        with chunks.chunk(cursor={"after": str(after)} if after else None, progress=job.progress) as session:
            found = clock_queries.leads_at(session, SERVICE, platform_id, limit=CHUNK, after=after)
            for lead in found:
                follow_lead(session, lead.id)
        is_over, after = len(found) < CHUNK, found[-1].id if found else after
    with chunks.final({}):
        pass


def follow_lead(session: Session, lead_id: UUID) -> None:
    """Let one lead follow how its platform stands at this moment; twice is once. Flushes."""
    try:
        need_id = lead_queries.lead_by_id(session, SERVICE, lead_id).need_id
        needs.need_by_id(session, SERVICE, need_id, locked=True)
        lead = lead_queries.lead_by_id(session, SERVICE, lead_id, locked=True)
    except NotFound:
        return
    if lead.state not in WAITING:
        return
    steps = {step.kind for step in clock_queries.steps_of(session, SERVICE, lead.id) if step.due_at == lead.due_at}
    is_told = StepKind.SUSPENDED in steps
    if lead.platform.is_suspended and not is_told:
        _tell(session, lead)
    elif is_told and not lead.platform.is_suspended:
        lead.due_at = deadlines.due_at(lead.offering, utc_now())
        session.flush()
        clocks.start(session, lead)


def _follow(session: Session, organisation: Organisation, notice: str) -> None:
    outbox.tell_team(session, notice, organisation.id)
    jobs.enqueue(session, TASK, organisation=str(organisation.id))
    session.flush()
    log.info(notice.replace("_", " "), organisation=str(organisation.id))


def _tell(session: Session, lead: Lead) -> None:
    """Tell the firm that nobody works on its request, once for all that it asked of the platform, and look further."""
    siblings = [other for other in lead_queries.leads_of_need(session, SERVICE, lead.need_id)
                if other.platform_id == lead.platform_id]
    known = clock_queries.steps_of_need(session, SERVICE, lead.need_id)
    since = lead.platform.suspended_at or dt.datetime.min.replace(tzinfo=dt.UTC)
    told = {step.lead_id for step in known if step.kind == StepKind.SUSPENDED and step.at >= since}
    session.add(ClockStep(lead_id=lead.id, kind=StepKind.SUSPENDED, due_at=lead.due_at, at=utc_now(), offerings=[]))
    if told.isdisjoint({other.id for other in siblings}):
        outbox.tell_firm(session, "platform_suspended", lead.need_id, lead=str(lead.id))
    jobs.enqueue(session, clocks.PASS_ON, lead=str(lead.id))
    session.flush()
