"""Queries on the audit log."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain import AuditEntry

PART = 1000


def entries(session: Session) -> Iterator[AuditEntry]:
    """Yield all entries in their order, read some at a time."""
    last = 0
    while part := session.scalars(select(AuditEntry).where(AuditEntry.number > last).order_by(AuditEntry.number)
                                  .limit(PART)).all():
        yield from part
        last = part[-1].number
        session.expunge_all()


def newest_entries(session: Session, thing_id: str = "", before: int | None = None, limit: int = 50,
                   ) -> Sequence[AuditEntry]:
    """Return the newest entries, those about one thing only where `thing_id` is given, those before a number."""
    query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(limit)
    if thing_id:
        query = query.where(AuditEntry.thing_id == thing_id)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    return session.scalars(query).all()
