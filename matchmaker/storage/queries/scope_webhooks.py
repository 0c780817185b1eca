"""What each actor may see of webhooks, as `matchmaker.storage.queries.scope` says it of all else.

- An organisation's endpoints, with what was sent to them, are looked after by its people who refer and by its programs
  whose key has the scope for it. Nobody else sees them.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, Update, false, select, true, update

from matchmaker.domain import (
    Client,
    DeliveryState,
    Lead,
    LeadMove,
    Referral,
    ReferralBatch,
    ReferralTrace,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookHealth,
)
from matchmaker.domain.actors import REFERRING, Actor, Member, Service


def endpoints(actor: Actor) -> Select[WebhookEndpoint]:
    """Select the endpoints that `actor` looks after."""
    return select(WebhookEndpoint).where(_looked_after(actor))


def endpoints_with_health(actor: Actor) -> Select[WebhookEndpoint, WebhookHealth]:
    """Select these endpoints, each with how it is."""
    query = select(WebhookEndpoint, WebhookHealth).join(WebhookHealth, WebhookHealth.endpoint_id == WebhookEndpoint.id)
    return query.where(_looked_after(actor))


def deliveries(actor: Actor) -> Select[WebhookDelivery]:
    """Select what is or was on its way to these endpoints."""
    query = select(WebhookDelivery).join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
    return query.where(_looked_after(actor))


def giving_up(endpoint_id: UUID) -> Update:
    """Return the statement that gives up whatever is on its way to an endpoint."""
    waiting = (WebhookDelivery.endpoint_id == endpoint_id) & (WebhookDelivery.state == DeliveryState.WAITING)
    return update(WebhookDelivery).where(waiting).values(state=DeliveryState.GIVEN_UP, next_at=None)


def referred_moves(_service: Service) -> Select[LeadMove, Lead, ReferralTrace, Referral]:
    """Select the moves of leads that came of referrals, each with its lead and the row that it came of."""
    query = select(LeadMove, Lead, ReferralTrace, Referral).join(Lead, Lead.id == LeadMove.lead_id)
    query = query.join(ReferralTrace, ReferralTrace.need_id == Lead.need_id)
    return query.join(Referral, Referral.id == ReferralTrace.referral_id)


def rows(_service: Service) -> Select[Referral, ReferralBatch]:
    """Select rows with their batches."""
    return select(Referral, ReferralBatch).join(ReferralBatch, ReferralBatch.id == Referral.batch_id)


def _looked_after(actor: Actor) -> ColumnElement[bool]:
    if isinstance(actor, Client):
        return WebhookEndpoint.organisation_id == actor.organisation_id
    if isinstance(actor, Member):
        return WebhookEndpoint.organisation_id.in_(actor.organisations(*REFERRING))
    return true() if isinstance(actor, Service) else false()
