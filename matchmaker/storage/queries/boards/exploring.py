"""What is counted of the exposure of each offering, and the looks at it; all of it sums over firms."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Float, cast, delete, distinct, func, select

from matchmaker.domain import ExposureLook, ExposureSummary, OfferingExposure, Service
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_boards

SERVICE = Service()


def add(session: Session, sums: Mapping[tuple[dt.date, UUID], tuple[float, float]]) -> None:
    """Add fits and weights to what there is of days and offerings. Flushes."""
    days = {day for day, _offering in sums}
    held = select(OfferingExposure).where(OfferingExposure.day.in_(days),
                                          OfferingExposure.offering_id.in_({offering for _day, offering in sums}))
    known = {(row.day, row.offering_id): row for row in session.scalars(held)}
    for (day, offering), (fit, weight) in sums.items():
        row = known.get((day, offering))
        if row is None:
            session.add(OfferingExposure(day=day, offering_id=offering, fit=fit, weight=weight))
        else:
            row.fit, row.weight = row.fit + fit, row.weight + weight
    session.flush()


def sums(session: Session, since: dt.date, until: dt.date) -> dict[UUID, tuple[float, float]]:
    """Return fits and weights of each offering from one day to the day before another."""
    query = select(OfferingExposure.offering_id, cast(func.sum(OfferingExposure.fit), Float),
                   cast(func.sum(OfferingExposure.weight), Float))
    query = query.where(OfferingExposure.day >= since, OfferingExposure.day < until)
    return {row[0]: (row[1], row[2]) for row in session.execute(query.group_by(OfferingExposure.offering_id))}


def firms_since(session: Session, month: dt.date) -> int:
    """Return how many firms stand behind the rankings of a month and those after it."""
    query = scope_boards.exposure_summaries(SERVICE).where(ExposureSummary.month >= month)
    return session.scalar(query.with_only_columns(func.count(distinct(ExposureSummary.firm)))) or 0


def look_on(session: Session, day: dt.date) -> ExposureLook | None:
    """Return the look of a day, if it was made."""
    return session.get(ExposureLook, day)


def newest_day(session: Session) -> dt.date | None:
    """Return the day of the newest look."""
    return session.scalar(select(func.max(ExposureLook.day)))


def forget(session: Session, looks_before: dt.date, days_before: dt.date) -> None:
    """Delete old looks and old sums."""
    session.execute(delete(ExposureLook).where(ExposureLook.day < looks_before))
    session.execute(delete(OfferingExposure).where(OfferingExposure.day < days_before))
