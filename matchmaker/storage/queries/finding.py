"""What is asked of needs that may be found. All of it is asked by an actor (see `scope`)."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from matchmaker.domain import Actor, FindConsent, Finding, Lead, Need, NeedStatus, Service
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

CONSIDERED = 60
"""So many findings are looked at for a page; some of them concern firms that have asked by then."""


def consent_of(session: Session, actor: Actor, need_id: UUID) -> FindConsent | None:
    """Return the consent to find a need, whether or not it is in force."""
    return session.scalar(scope.find_consents(actor).where(FindConsent.need_id == need_id))


def findings_of(session: Session, actor: Actor, need_id: UUID) -> Sequence[Finding]:
    """Return what fits a need that may be found."""
    return session.scalars(scope.findings(actor).where(Finding.need_id == need_id)).all()


def findings_on(session: Session, actor: Actor, offering_id: UUID) -> Sequence[Finding]:
    """Return the needs that fit an offering and that `actor` may find, the best first."""
    query = scope.findings(actor).where(Finding.offering_id == offering_id)
    return session.scalars(query.order_by(Finding.fit.desc(), Finding.need_id).limit(CONSIDERED)).all()


def facts_of(session: Session, need_ids: Collection[UUID]) -> dict[UUID, Any]:
    """Return the facts of needs by which they may be found, by id: never their words, nor whose they are."""
    query = scope.needs(Service()).where(Need.id.in_(need_ids)).with_only_columns(
        Need.id, Need.kinds, Need.region, Need.firm, Need.excluded_platforms)
    return {row.id: row for row in session.execute(query)}


def leads_with(session: Session, platform_id: UUID, need_ids: Collection[UUID]) -> Sequence[Any]:
    """Return which of the needs a platform knows or has invited, in whatever state, so that it invites nobody twice."""
    query = scope.leads(Service()).where(Lead.platform_id == platform_id, Lead.need_id.in_(need_ids))
    return session.execute(query.with_only_columns(Lead.need_id)).all()


def findable_needs(session: Session, actor: Actor, *, limit: int, after: UUID | None = None,
                   only: UUID | None = None) -> Sequence[Need]:
    """Return at most `limit` open needs that may be found, in the order of their ids, from the one `after` on."""
    allowed = scope.find_consents(actor).where(FindConsent.need_id == Need.id, FindConsent.withdrawn_at.is_(None))
    query = scope.needs(actor).where(allowed.exists(), Need.status == NeedStatus.OPEN)
    if after is not None:
        query = query.where(Need.id > after)
    if only is not None:
        query = query.where(Need.id == only)
    return session.scalars(query.order_by(Need.id).limit(limit)).all()
