"""What changed in the catalogue, in the order of commits.

The audit log is the feed: it has every change of an offering or a platform, entered by construction, and its numbers
rise in the order in which transactions commit, so that whoever has seen a number has missed nothing before it.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from matchmaker.domain import AuditEntry, Offering, Organisation

THINGS = (Offering.__tablename__, Organisation.__tablename__)


def newest(session: Session) -> int:
    """Return the number of the newest change of anything; 0 when there is none."""
    return session.scalar(select(func.max(AuditEntry.number))) or 0


def moment_after(session: Session, number: int) -> dt.datetime:
    """Return the moment of the first change of an offering or a platform after a number, which must be there."""
    query = select(AuditEntry.at).where(AuditEntry.number > number, AuditEntry.thing.in_(THINGS))
    return session.scalars(query.order_by(AuditEntry.number).limit(1)).one()


def touched_offerings(session: Session, after: int, until: int) -> set[UUID]:
    """Return the offerings that were touched by the changes from `after`, exclusive, to `until`.

    A platform's change touches all its offerings, since they tell its name.
    """
    found = select(AuditEntry.thing, AuditEntry.thing_id).distinct().where(
        AuditEntry.number > after, AuditEntry.number <= until, AuditEntry.thing.in_(THINGS))
    ids: dict[str, set[UUID]] = {thing: set() for thing in THINGS}
    for thing, thing_id in session.execute(found):
        ids[thing].add(UUID(thing_id))
    offerings, platforms = ids.values()
    if platforms:
        offerings.update(session.scalars(select(Offering.id).where(Offering.platform_id.in_(platforms))))
    return offerings


def offerings_by_id(session: Session, ids: Collection[UUID], *, part: int = 500) -> Iterator[Offering]:
    """Yield the offerings with these ids that there are, in the order of their making, read some at a time."""
    ordered: Sequence[UUID] = sorted(ids)
    for start in range(0, len(ordered), part):
        query = select(Offering).join(Offering.platform).options(contains_eager(Offering.platform))
        yield from session.scalars(query.where(Offering.id.in_(ordered[start:start + part])).order_by(Offering.id))
