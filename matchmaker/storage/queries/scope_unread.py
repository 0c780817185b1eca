"""On which leads messages wait to be read; whoever may not read the messages is not told of them (see `scope`)."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import or_

from matchmaker.domain import Lead, LeadMessage, LeadReading, Member, Side
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def unread(session: Session, member: Member, lead_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return on which of these leads a firm has written what the team of `member` has not said to have read."""
    own = (LeadReading.lead_id == Lead.id) & (LeadReading.side == Side.PLATFORM)
    query = scope.messages(member).outerjoin(LeadReading, own).where(
        Lead.id.in_(list(lead_ids)), LeadMessage.side == Side.FIRM,
        or_(LeadReading.at.is_(None), LeadMessage.at > LeadReading.at))
    return frozenset(session.scalars(query.with_only_columns(Lead.id).distinct()))
