"""What is asked of the choices of a batch's rows while its places are allotted."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func

from matchmaker.domain import Actor, Lead, ReferralChoice
from matchmaker.domain.leads import OPEN
from matchmaker.storage import Session
from matchmaker.storage.queries import scope, scope_referrals


def choices(session: Session, actor: Actor, batch_id: UUID,
            rows: Collection[int] | None = None) -> Sequence[ReferralChoice]:
    """Return what would do for the rows of a batch (or for these of them), in order."""
    query = scope_referrals.choices(actor).where(ReferralChoice.batch_id == batch_id)
    if rows is not None:
        query = query.where(ReferralChoice.row.in_(rows))
    return session.scalars(query.order_by(ReferralChoice.row)).all()


def count_choices(session: Session, actor: Actor, batch_id: UUID) -> int:
    """Return how many rows of a batch have a choice."""
    query = scope_referrals.choices(actor).where(ReferralChoice.batch_id == batch_id)
    return session.scalar(query.with_only_columns(func.count())) or 0


def waiting_by_offering(session: Session, actor: Actor, offering_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many leads wait for an answer at each of these offerings."""
    query = scope.leads(actor).where(Lead.state.in_(OPEN), Lead.offering_id.in_(offering_ids))
    counted = query.with_only_columns(Lead.offering_id, func.count()).group_by(Lead.offering_id)
    return {row[0]: row[1] for row in session.execute(counted)}
