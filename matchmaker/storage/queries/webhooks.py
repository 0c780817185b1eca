"""What is asked of webhooks: endpoints and deliveries by an actor (see `scope_webhooks`), and what there is to tell."""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import CursorResult, Row, String, cast, delete, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from matchmaker.domain import (
    Actor,
    DeliveryState,
    Job,
    JobState,
    Lead,
    LeadMove,
    Referral,
    ReferralBatch,
    ReferralTrace,
    Service,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    WebhookHealth,
)
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_referrals, scope_webhooks

SERVICE = Service()


def endpoints_of(session: Session, actor: Actor) -> Sequence[Row[WebhookEndpoint, WebhookHealth]]:
    """Return the endpoints that `actor` looks after, each with how it is, the newest first."""
    return session.execute(scope_webhooks.endpoints_with_health(actor).order_by(WebhookEndpoint.id.desc())).all()


def endpoint_by_id(session: Session, actor: Actor, endpoint_id: UUID, *, locked: bool = False) -> WebhookEndpoint:
    """Return an endpoint as the database has it now; raise `NotFound` when there is none that `actor` looks after."""
    query = scope_webhooks.endpoints(actor).where(WebhookEndpoint.id == endpoint_id)
    if locked:
        query = query.with_for_update(of=WebhookEndpoint)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such webhook, or not for you.")
    return found


def health_of(session: Session, endpoint_id: UUID, *, locked: bool = False) -> WebhookHealth:
    """Return how an endpoint is, as the database has it now."""
    query = select(WebhookHealth).where(WebhookHealth.endpoint_id == endpoint_id)
    if locked:
        query = query.with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def open_endpoints(session: Session, organisation_ids: Collection[UUID]) -> Sequence[WebhookEndpoint]:
    """Return the endpoints of these organisations to which events are sent."""
    query = scope_webhooks.endpoints(SERVICE).where(WebhookEndpoint.organisation_id.in_(organisation_ids),
                                                    WebhookEndpoint.off_at.is_(None))
    return session.scalars(query.order_by(WebhookEndpoint.id)).all()


def deliveries_of(session: Session, actor: Actor, endpoint_id: UUID, *, limit: int,
                  before: UUID | None) -> Sequence[WebhookDelivery]:
    """Return what was sent to an endpoint with every attempt, the newest first; `before` is the last one before."""
    query = scope_webhooks.deliveries(actor).where(WebhookDelivery.endpoint_id == endpoint_id)
    if before:
        query = query.where(WebhookDelivery.id < before)
    query = query.options(joinedload(WebhookDelivery.event), selectinload(WebhookDelivery.log))
    return session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit)).all()


def delivery_by_id(session: Session, actor: Actor, delivery_id: UUID, *,
                   locked: bool = False) -> WebhookDelivery | None:
    """Return a delivery with its event and endpoint as the database has them now, None when it is gone."""
    query = scope_webhooks.deliveries(actor).where(WebhookDelivery.id == delivery_id)
    query = query.options(contains_eager(WebhookDelivery.endpoint), joinedload(WebhookDelivery.event))
    if locked:
        query = query.with_for_update(of=WebhookDelivery)
    return session.scalar(query.execution_options(populate_existing=True))


def referred_moves(session: Session,
                   ids: Collection[UUID]) -> Sequence[Row[LeadMove, Lead, ReferralTrace, Referral]]:
    """Return those of the moves with these ids that are of referred leads, in their order."""
    return session.execute(scope_webhooks.referred_moves(SERVICE).where(LeadMove.id.in_(ids))
                           .order_by(LeadMove.id)).all()


def rows(session: Session, ids: Collection[UUID]) -> Sequence[Row[Referral, ReferralBatch]]:
    """Return the rows with these ids and their batches."""
    return session.execute(scope_webhooks.rows(SERVICE).where(Referral.id.in_(ids)).order_by(Referral.id)).all()


def batches(session: Session, *, ids: Collection[UUID] = (), job_ids: Collection[UUID] = ()) -> Sequence[ReferralBatch]:
    """Return the batches with these ids, or whose jobs have these ids."""
    is_meant = ReferralBatch.id.in_(ids) | ReferralBatch.job_id.in_(job_ids)
    query = scope_referrals.batches(SERVICE).where(is_meant).order_by(ReferralBatch.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def stray_deliveries(session: Session, task: str, limit: int) -> Sequence[WebhookDelivery]:
    """Return deliveries that wait although no unfinished job of the kind `task` would make them, the oldest first."""
    # Both databases write an id as text; SQLite keeps it without hyphens.
    written = func.replace(cast(WebhookDelivery.id, String), "-", "")
    named = func.replace(Job.payload["delivery"].as_string(), "-", "")
    has_job = select(Job.id).where(Job.task == task, Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
                                   named == written).exists()
    query = scope_webhooks.deliveries(SERVICE).where(WebhookDelivery.state == DeliveryState.WAITING, ~has_job)
    return session.scalars(query.order_by(WebhookDelivery.id).limit(limit)).all()


def give_up_all(session: Session, endpoint_id: UUID) -> None:
    """Give up whatever is on its way to an endpoint. Executes at once."""
    session.execute(scope_webhooks.giving_up(endpoint_id).execution_options(synchronize_session=False))


def delete_events(session: Session, before: dt.datetime) -> int:
    """Delete the events from before this moment that nobody waits for, with their deliveries; return how many."""
    waits = scope_webhooks.deliveries(SERVICE).where(WebhookDelivery.event_id == WebhookEvent.id,
                                                     WebhookDelivery.state == DeliveryState.WAITING).exists()
    result = session.execute(delete(WebhookEvent).where(WebhookEvent.at < before, ~waits)
                             .execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0
