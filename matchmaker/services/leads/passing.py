"""Passing on: a lead that was not answered, or declined, goes to the next best platform if the firm has agreed to it.

The job matches the need with the index in force, outside of any transaction; what it found is looked at again, as it is
at that moment, in the transaction that writes. The next is the first on the list that fits well enough, of a platform
that was never asked with this need; the rules, and with them the platforms that the firm has excluded, hold as for any
match. The child lead is one of its own: with a consent that names its platform, a ranking and an answer clock. A need
is passed on at most `MOST` times in a row, and the texts of the consent say so.

Who has not agreed gets the list of those who come next, and asks them or not.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs, storage
from matchmaker.config import Config
from matchmaker.domain import (
    ClockStep,
    Consent,
    DecisionStatus,
    DeclineReason,
    Job,
    Lead,
    LeadMove,
    LeadState,
    Need,
    NeedStatus,
    Offering,
    Origin,
    Service,
    Side,
    StepKind,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.leads import OPEN
from matchmaker.domain.needs import new_reference
from matchmaker.errors import NotFound, Unavailable
from matchmaker.i18n import marked as _
from matchmaker.jobs.worker import Chunks
from matchmaker.ranking import matcher
from matchmaker.services import drafts, formats, matching
from matchmaker.services.leads import clocks, consents, deadlines, records
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import clocks as queries
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import needs, offerings

MOST = 3
"""So often a need is passed on from one platform to the next; the consent says so, and changes with it."""
NEXT = 3
"""So many are named to a firm that chooses for itself."""
PAUSE = dt.timedelta(minutes=5)
ITS_OWN = frozenset({DeclineReason.NOT_ELIGIBLE, DeclineReason.NO_CAPACITY, DeclineReason.OUT_OF_AREA,
                     DeclineReason.BUDGET, DeclineReason.CONFLICT_OF_INTEREST})
"""Reasons for declining that lie with the platform: another one may well say yes."""
ENDED = frozenset({LeadState.EXPIRED, LeadState.DECLINED, LeadState.DECLINED_FINAL})
SERVICE = Service()

SUSPENDED = _("The operator has suspended the platform.")

log = structlog.get_logger(__name__)


class Successor(NamedTuple):
    """An offering that comes next, and its match."""

    offering: Offering
    match: matcher.Match


def after_decline(session: Session, lead: Lead) -> None:
    """Queue the passing on of a lead that was declined, if the firm agreed to it and the reason allows. Flushes."""
    consent = _consent(session, lead)
    if lead.decline_reason in ITS_OWN and consent and consent.passes_on:
        jobs.enqueue(session, clocks.PASS_ON, lead=str(lead.id))


def run(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: find who comes next, and pass the lead on or tell the firm; without an index it waits for one."""
    lead_id = UUID(job.payload["lead"])
    need = _need(lead_id)
    if need is None:
        with chunks.final({}):
            return
    try:
        listed = records.compute(matching.current_index(config), drafts.stated_of(need))
    except Unavailable:
        with chunks.postponed(utc_now() + PAUSE):
            return
    with chunks.final({}) as session:
        pass_on(session, lead_id, listed)


def pass_on(session: Session, lead_id: UUID, listed: records.Listed) -> Lead | None:
    """Pass a lead on to the first on the list that may come next, or name the next ones to its firm. Flushes.

    Return the child lead, if there is one. Twice is once.
    """
    need_id = lead_queries.lead_by_id(session, SERVICE, lead_id).need_id
    need = needs.need_by_id(session, SERVICE, need_id, locked=True)
    known = {lead.id: lead for lead in lead_queries.leads_of_need(session, SERVICE, need_id, locked=True)}
    lead = known[lead_id]
    consent = _consent(session, lead)
    if need.status != NeedStatus.OPEN or consent is None or not _is_left(lead) or _was_told(session, lead, known):
        return None
    found = successors(session, listed, {other.platform_id for other in known.values()})
    if consent.passes_on and found and _passes(lead, known) < MOST:
        return _pass_on(session, need, lead, consent, listed, found[0])
    if lead.state not in (LeadState.DECLINED, LeadState.DECLINED_FINAL):
        _name_next(session, lead, found)
    return None


def successors(session: Session, listed: records.Listed, asked: set[UUID]) -> list[Successor]:
    """Return who comes next, best first: the best offering of each platform that fits and was not `asked`."""
    fitting = [match for match in listed.answer.matches if match.fit >= listed.index.model.threshold]
    held = offerings.offerings_by_id(session, [UUID(match.offering["id"]) for match in fitting])
    found: dict[UUID, Successor] = {}
    for match in fitting:
        offering = held.get(UUID(match.offering["id"]))
        if offering is None or offering.platform_id in asked or offering.platform_id in found:
            continue
        if records.against(offering, listed) is None:
            found[offering.platform_id] = Successor(offering, match)
        if len(found) == NEXT:
            break
    return list(found.values())


def next_ones(session: Session, steps: Sequence[ClockStep]) -> dict[UUID, list[Offering]]:
    """Return by lead whom its firm could ask next: what was named to it, as far as that is still open."""
    named = {step.lead_id: [UUID(text) for text in step.offerings] for step in steps if step.kind == StepKind.NEXT}
    today = formats.today()
    wanted = {one for ids in named.values() for one in ids}
    found = offerings.offerings_by_id(session, wanted) if wanted else {}
    return {lead_id: [found[one] for one in ids if one in found and found[one].is_open(today)]
            for lead_id, ids in named.items()}


def _need(lead_id: UUID) -> Need | None:
    with storage.reading() as session:
        try:
            lead = lead_queries.lead_by_id(session, SERVICE, lead_id)
            return needs.need_by_id(session, SERVICE, lead.need_id)
        except NotFound:
            return None


def _consent(session: Session, lead: Lead) -> Consent | None:
    given = needs.consents_of(session, SERVICE, lead.need_id)
    return next((consent for consent in given
                 if consent.recipient_id == lead.platform_id and consent.withdrawn_at is None), None)


def _is_left(lead: Lead) -> bool:
    """Tell whether nobody is at work on a lead: it has ended without a yes, or its platform is suspended."""
    return lead.state in ENDED or (lead.state in OPEN and lead.platform.is_suspended)


def _was_told(session: Session, lead: Lead, known: dict[UUID, Lead]) -> bool:
    """Tell whether the firm has been told already what comes after a lead.

    Its need goes from one platform to one other at a time, however many offerings were asked for there.
    """
    children = [other for other in known.values() if other.parent_id]
    if any(child.parent_id == lead.id for child in children):
        return True
    if any(known[child.parent_id].platform_id == lead.platform_id and child.state in OPEN for child in children
           if child.parent_id in known):
        return True
    steps = queries.steps_of(session, SERVICE, lead.id)
    return any(step.kind == StepKind.NEXT and step.due_at == lead.due_at for step in steps)


def _passes(lead: Lead, known: dict[UUID, Lead]) -> int:
    """Return how often a need was passed on until it came to a lead."""
    count, parent_id = 0, lead.parent_id
    while parent_id:
        count, parent_id = count + 1, known[parent_id].parent_id
    return count


def _pass_on(session: Session, need: Need, lead: Lead, consent: Consent, listed: records.Listed,
             successor: Successor) -> Lead:
    now = utc_now()
    offering = successor.offering
    if lead.state in OPEN:
        _close(session, lead, now)
    given = {held.recipient_id: held for held in needs.consents_of(session, SERVICE, need.id)
             if held.withdrawn_at is None}
    consents.give(session, need, offering.platform_id, consent.language, given=given, passes_on=True,
                  channel=consents.PASSED_ON)
    child = Lead(id=new_id(), reference=new_reference("L"), need_id=need.id, offering_id=offering.id,
                 offering_version=offering.version, platform_id=offering.platform_id, origin=Origin.REROUTE,
                 state=LeadState.SUBMITTED, parent_id=lead.id, due_at=deadlines.due_at(offering, now), created_at=now)
    child.offering, child.platform = offering, offering.platform
    child.moves.append(LeadMove(at=now, from_state=None, to_state=LeadState.SUBMITTED, side=Side.SERVICE))
    records.apply(child, records.record(session, need, listed), listed, successor.match)
    session.add(child)
    session.flush()
    clocks.start(session, child)
    outbox.tell_team(session, "lead_arrived", child.platform_id, lead=str(child.id), count=1)
    outbox.tell_firm(session, "lead_passed_on", need.id, lead=str(child.id))
    log.info("lead passed on", lead=str(lead.id), to=str(child.id))
    return child


def _close(session: Session, lead: Lead, now: dt.datetime) -> None:
    """End a lead of a suspended platform, and what its team had decided before."""
    decision = lead_queries.pending_decision(session, SERVICE, lead.id)
    if decision is not None:
        decision.end(DecisionStatus.REFUSED, SUSPENDED)
    lead.move(LeadState.EXPIRED, SERVICE, SUSPENDED, at=now)


def _name_next(session: Session, lead: Lead, found: Sequence[Successor]) -> None:
    session.add(ClockStep(lead_id=lead.id, kind=StepKind.NEXT, due_at=lead.due_at, at=utc_now(),
                          offerings=[str(successor.offering.id) for successor in found]))
    session.flush()
    outbox.tell_firm(session, "choose_next" if found else "nobody_next", lead.need_id, lead=str(lead.id),
                     offerings=[str(successor.offering.id) for successor in found])
