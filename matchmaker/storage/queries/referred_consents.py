"""What is asked of the consents behind referrals and of their declined leads, by an actor (see `scope_referrals`)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Row, Select, String, cast, func
from sqlalchemy.orm import joinedload

from matchmaker.domain import (
    Actor,
    Consent,
    ConsentState,
    Lead,
    LeadState,
    Offering,
    Referral,
    ReferralBatch,
    ReferralTrace,
)
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_referrals
from matchmaker.storage.queries.scope_referrals import CONSENT

DECLINED = (LeadState.DECLINED, LeadState.DECLINED_FINAL, LeadState.APPEALED)


def state_counts(session: Session, actor: Actor) -> dict[ConsentState, int]:
    """Return how many of the rows that became needs stand so with their consent."""
    query = scope_referrals.rows_with_consent(actor)
    state = query.selected_columns[CONSENT]
    counted = query.with_only_columns(state, func.count()).group_by(state)
    return {ConsentState(str(found[0])): int(str(found[1])) for found in session.execute(counted)}


def rows(session: Session, actor: Actor, *, state: ConsentState | None, before: UUID | None,
         limit: int) -> Sequence[Row[Referral, ReferralTrace, ReferralBatch, str]]:
    """Return rows that became needs, each with how its consent stands, the newest first."""
    query = scope_referrals.rows_with_consent(actor)
    if state:
        query = query.where(query.selected_columns[CONSENT] == state.value)
    if before:
        query = query.where(Referral.id < before)
    return session.execute(query.order_by(Referral.id.desc()).limit(limit)).all()


def consents_of(session: Session, actor: Actor, need_ids: Collection[UUID]) -> Sequence[Consent]:
    """Return the consents given with needs that `actor` referred, withdrawn ones included, the oldest first."""
    query = scope_referrals.referred_consents(actor).where(Consent.need_id.in_(need_ids))
    return session.scalars(query.order_by(Consent.id)).all()


def declined(session: Session, actor: Actor, batch_id: UUID | None,
             limit: int) -> Sequence[Row[Lead, ReferralTrace, Referral, ReferralBatch]]:
    """Return the declined leads of the actor's referrals with the rows that they came from, the newest first."""
    query = _declined(actor, batch_id).options(joinedload(Lead.offering))
    return session.execute(query.order_by(Lead.id.desc()).limit(limit)).all()


def decline_counts(session: Session, actor: Actor, batch_id: UUID | None) -> Sequence[Row[str, str | None, int, int]]:
    """Return kind of resource, reason, how many leads were declined so, and of how many needs, the most first."""
    query = _declined(actor, batch_id)
    columns = (Offering.kind_code, Lead.decline_reason)
    counted = query.with_only_columns(*columns, func.count(), func.count(Lead.need_id.distinct())).group_by(*columns)
    return session.execute(counted.order_by(func.count().desc(), *columns)).all()


def count_answered(session: Session, actor: Actor, batch_id: UUID | None) -> int:
    """Return how many leads of the actor's referrals have had a first answer."""
    query = scope_referrals.leads_with_rows(actor).where(Lead.first_response_at.is_not(None))
    if batch_id:
        query = query.where(ReferralBatch.id == batch_id)
    return session.scalar(query.with_only_columns(func.count())) or 0


def told_what_would_fit(session: Session, actor: Actor, batch_id: UUID | None,
                        limit: int) -> Sequence[Row[Referral, ReferralTrace | None, ReferralBatch]]:
    """Return the rows that nothing fits and that were told what stands in the way, the newest first."""
    query = scope_referrals.referred_rows(actor).where(cast(Referral.remarks, String).contains('"would_fit"'))
    if batch_id:
        query = query.where(Referral.batch_id == batch_id)
    shown = query.with_only_columns(Referral, ReferralTrace, ReferralBatch)
    return session.execute(shown.order_by(Referral.id.desc()).limit(limit)).all()


def _declined(actor: Actor, batch_id: UUID | None) -> Select[Lead, ReferralTrace, Referral, ReferralBatch]:
    query = scope_referrals.leads_with_rows(actor).where(Lead.state.in_(DECLINED))
    return query.where(ReferralBatch.id == batch_id) if batch_id else query
