"""Write down what is to be told, in the transaction in which it happens, whoever makes it happen.

No service has to think of it: a flush notes the moves of leads, new batches and rows that stand elsewhere now, and the
commit makes events of them for the endpoints that asked for them, each with its delivery and the job that makes it. The
end of a batch is the end of its job, which `matchmaker.jobs` tells.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, sessionmaker

from matchmaker import jobs
from matchmaker.domain import (
    EventType,
    JobState,
    LeadMove,
    Referral,
    ReferralBatch,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.leads import UNSEEN
from matchmaker.storage.queries import webhooks as queries

TASK = "deliver_webhook"
NOTED = "webhooks_noted"


class Told(NamedTuple):
    """What happened, and whom it concerns."""

    organisation_id: UUID
    type: EventType
    data: dict[str, Any]


def attach(sessions: sessionmaker[Session]) -> None:
    """Let whatever the sessions of a factory commit be told."""
    if not event.contains(sessions, "after_flush", _note):
        event.listen(sessions, "after_flush", _note)
        event.listen(sessions, "before_commit", _tell)


def batch_ended(session: Session, job_ids: Iterable[UUID], state: JobState) -> None:
    """Tell that the batches of these jobs have ended, in the transaction in which the jobs do."""
    told = []
    for batch in queries.batches(session, job_ids=set(job_ids)):
        kind, name = EventType.BATCH_COMPLETED, "done"
        if state == JobState.FAILED:
            kind, name = EventType.BATCH_FAILED, "failed"
        elif batch.cancelled_at:
            kind, name = EventType.BATCH_CANCELLED, "cancelled"
        told.append(Told(batch.organisation_id, kind, _batch(batch, name)))
    emit(session, told)


def emit(session: Session, told: Iterable[Told]) -> None:
    """Make events of what happened for whoever asked for them. Flushes."""
    told = list(told)
    endpoints: dict[UUID, list[WebhookEndpoint]] = {}
    for endpoint in queries.open_endpoints(session, {one.organisation_id for one in told}) if told else ():
        endpoints.setdefault(endpoint.organisation_id, []).append(endpoint)
    for one in told:
        if wanting := [found for found in endpoints.get(one.organisation_id, ()) if one.type in found.events]:
            send(session, one, wanting)


def send(session: Session, told: Told, endpoints: Iterable[WebhookEndpoint]) -> list[WebhookDelivery]:
    """Write an event down, and queue its delivery to each of the endpoints. Flushes."""
    now = utc_now()
    happened = WebhookEvent(id=new_id(), organisation_id=told.organisation_id, type=told.type, at=now, data=told.data)
    made = [WebhookDelivery(id=new_id(), endpoint=endpoint, event=happened, next_at=now) for endpoint in endpoints]
    session.add_all([happened, *made])
    session.flush()
    for delivery in made:
        jobs.enqueue(session, TASK, delivery=str(delivery.id))
    return made


def _note(session: Session, _context: object) -> None:
    """Note what a flush did; whether it is committed, and with what beside it, is not known yet."""
    for name, thing_id in _news(session):
        session.info.setdefault(NOTED, {}).setdefault(name, set()).add(thing_id)


def _news(session: Session) -> Iterator[tuple[str, UUID]]:
    for thing in session.new:
        if isinstance(thing, ReferralBatch):
            yield "batches", thing.id
        elif isinstance(thing, LeadMove) and thing.to_state not in UNSEEN:
            yield "moves", thing.id
    for thing in session.dirty:
        if isinstance(thing, Referral) and any(
                inspect(thing).attrs[name].history.has_changes() for name in ("standing", "version")):
            yield "rows", thing.id


def _tell(session: Session) -> None:
    """Make events of what was noted; what a savepoint has undone is not found any more."""
    if session.in_nested_transaction():
        return
    session.flush()
    if noted := session.info.pop(NOTED, None):
        emit(session, [*_rows(session, noted.get("rows", ())), *_batches(session, noted.get("batches", ())),
                       *_moves(session, noted.get("moves", ()))])


def _batches(session: Session, ids: Iterable[UUID]) -> Iterator[Told]:
    for batch in queries.batches(session, ids=set(ids)) if ids else ():
        yield Told(batch.organisation_id, EventType.BATCH_CREATED, _batch(batch, "queued"))


def _batch(batch: ReferralBatch, state: str) -> dict[str, Any]:
    return {"batch": {"id": str(batch.id), "reference": batch.reference, "state": state, "live": batch.is_live}}


def _rows(session: Session, ids: Iterable[UUID]) -> Iterator[Told]:
    for row, batch in queries.rows(session, set(ids)) if ids else ():
        yield Told(batch.organisation_id, EventType.ROW_CHANGED, {
            "batch": {"id": str(batch.id)}, "row": row.row, "standing": row.standing})


def _moves(session: Session, ids: Iterable[UUID]) -> Iterator[Told]:
    for move, lead, trace, row in queries.referred_moves(session, set(ids)) if ids else ():
        is_new = move.from_state is None or move.from_state in UNSEEN
        yield Told(trace.organisation_id, EventType.LEAD_CREATED if is_new else EventType.LEAD_CHANGED, {
            "batch": {"id": str(trace.batch_id)}, "row": row.row,
            "lead": {"id": str(lead.id), "reference": lead.reference, "offering": str(lead.offering_id),
                     "platform": str(lead.platform_id), "state": move.to_state.value,
                     "previous_state": None if is_new or move.from_state is None else move.from_state.value}})
