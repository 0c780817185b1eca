"""What the page of fairness asks: exposure by platform, leads by the sort of firm. Asked by an actor."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, distinct, func, select

from matchmaker.domain import (
    Actor,
    ExposureSummary,
    FairnessAlert,
    FairnessLook,
    FairnessMonth,
    LeadSummary,
    Offering,
    OfferingStatus,
    Organisation,
)
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_boards

CLOSED = 12
COLUMNS: Mapping[str, Any] = {
    "size": LeadSummary.size, "province": LeadSummary.province, "one_person": LeadSummary.is_one_person,
    "channel": LeadSummary.channel, "language": LeadSummary.language,
}
"""What sorts of firms and ways are compared by."""
OUTCOMES: Mapping[str, Any] = {
    "decided": LeadSummary.is_accepted.is_not(None), "accepted": LeadSummary.is_accepted.is_(True),
    "ended": LeadSummary.is_completed.is_not(None), "completed": LeadSummary.is_completed.is_(True),
}
"""What became of leads, by the name that the address of a figure has for it."""


def lists_of(session: Session, actor: Actor, month: dt.date) -> tuple[int, int]:
    """Return how many ranking records of a month were counted, and of how many firms."""
    query = scope_boards.exposure_summaries(actor).where(ExposureSummary.month == month)
    lists, firms = session.execute(query.with_only_columns(
        func.count(distinct(ExposureSummary.ranking_id)), func.count(distinct(ExposureSummary.firm)))).one()
    return lists, firms


def shown_of(session: Session, actor: Actor, month: dt.date) -> Sequence[Any]:
    """Return what a month's rankings showed of each platform: places, first places, weight and fits."""
    query = scope_boards.exposure_summaries(actor).where(ExposureSummary.month == month)
    first = func.sum(case((ExposureSummary.is_first, 1), else_=0))
    return session.execute(query.with_only_columns(
        ExposureSummary.platform_id, func.sum(ExposureSummary.places).label("places"), first.label("first"),
        func.sum(ExposureSummary.weight).label("weight"), func.sum(ExposureSummary.fit).label("fit"),
    ).group_by(ExposureSummary.platform_id)).all()


def open_offerings(session: Session) -> dict[UUID, int]:
    """Return how many offerings of each platform firms are shown."""
    query = select(Offering.platform_id, func.count()).join(Organisation, Organisation.id == Offering.platform_id)
    query = query.where(Offering.status == OfferingStatus.PUBLISHED, Organisation.suspended_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(Offering.platform_id))}


def platforms(session: Session, ids: Collection[UUID]) -> Sequence[Organisation]:
    """Return organisations by their ids."""
    return session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)).all()


def leads_of(session: Session, actor: Actor, since: dt.datetime, until: dt.datetime) -> Sequence[Any]:
    """Return what is compared of the leads that came in a time: firm, platform, sorts, hours and outcomes."""
    query = scope_boards.lead_summaries(actor).where(LeadSummary.came_at >= since, LeadSummary.came_at < until)
    sorts = [column.label(name) for name, column in COLUMNS.items()]
    return session.execute(query.with_only_columns(
        LeadSummary.firm, LeadSummary.platform_id, *sorts, LeadSummary.hours, LeadSummary.waited, LeadSummary.came_at,
        LeadSummary.is_accepted, LeadSummary.is_completed).order_by(LeadSummary.lead_id)).all()


def stamp_of(session: Session, actor: Actor, since: dt.datetime, until: dt.datetime) -> tuple[int, dt.datetime | None]:
    """Return how many leads came in a time, and when the last of them to change did."""
    query = scope_boards.lead_summaries(actor).where(LeadSummary.came_at >= since, LeadSummary.came_at < until)
    count, changed = session.execute(query.with_only_columns(func.count(), func.max(LeadSummary.changed_at))).one()
    return count, changed


def month_kept(session: Session, actor: Actor, month: dt.date) -> FairnessMonth | None:
    """Return what was counted of a month, if it was."""
    return session.scalar(scope_boards.fairness_months(actor).where(FairnessMonth.month == month))


def rows_of(session: Session, actor: Actor, times: tuple[dt.datetime, dt.datetime], sort: tuple[str, Any],
            outcome: str | None, limit: int) -> tuple[int, int, Sequence[LeadSummary]]:
    """Return how many leads of one sort and outcome came in a time, of how many firms, and the facts of the newest."""
    query = scope_boards.lead_summaries(actor).where(LeadSummary.came_at >= times[0], LeadSummary.came_at < times[1])
    column = COLUMNS[sort[0]]
    query = query.where(column.is_(None) if sort[1] is None else column == sort[1])
    if outcome:
        query = query.where(OUTCOMES[outcome])
    leads, firms = session.execute(query.with_only_columns(func.count(), func.count(distinct(LeadSummary.firm)))).one()
    order = (LeadSummary.came_at.desc(), LeadSummary.lead_id.desc())
    return leads, firms, session.scalars(query.order_by(*order).limit(limit)).all()


def lists_showing(session: Session, actor: Actor, month: dt.date, platform_id: UUID, is_first: bool,
                  limit: int) -> tuple[int, int, int, Sequence[ExposureSummary]]:
    """Return how many lists of a month showed a platform, in how many places, to how many firms, and the newest.

    With `is_first` those whose first place it had.
    """
    query = scope_boards.exposure_summaries(actor).where(
        ExposureSummary.month == month, ExposureSummary.platform_id == platform_id, ExposureSummary.places > 0)
    if is_first:
        query = query.where(ExposureSummary.is_first)
    lists, places, firms = session.execute(query.with_only_columns(
        func.count(), func.coalesce(func.sum(ExposureSummary.places), 0),
        func.count(distinct(ExposureSummary.firm)))).one()
    order = ExposureSummary.ranking_id.desc()
    return lists, places, firms, session.scalars(query.order_by(order).limit(limit)).all()


def platform_called(session: Session, slug: str) -> Organisation:
    """Return the organisation of a name in addresses; raise `NotFound` when there is none."""
    found = session.scalar(select(Organisation).where(Organisation.slug == slug))
    if found is None:
        raise NotFound("There is no such platform.")
    return found


def months(session: Session, actor: Actor) -> Sequence[dt.date]:
    """Return the months of which there is anything, the newest first."""
    leads = scope_boards.lead_summaries(actor).with_only_columns(LeadSummary.month).distinct()
    shown = scope_boards.exposure_summaries(actor).with_only_columns(ExposureSummary.month).distinct()
    return sorted({*session.scalars(leads), *session.scalars(shown)}, reverse=True)


def open_alerts(session: Session) -> Sequence[FairnessAlert]:
    """Return the alerts that are open, those that nobody has acknowledged first."""
    query = select(FairnessAlert).where(FairnessAlert.closed_on.is_(None))
    order = (FairnessAlert.acknowledged_at.is_not(None), FairnessAlert.raised_on.desc(), FairnessAlert.ratio)
    return session.scalars(query.order_by(*order, FairnessAlert.id)).all()


def closed_alerts(session: Session) -> Sequence[FairnessAlert]:
    """Return the alerts that were closed last."""
    query = select(FairnessAlert).where(FairnessAlert.closed_on.is_not(None))
    return session.scalars(query.order_by(FairnessAlert.closed_on.desc(), FairnessAlert.id.desc()).limit(CLOSED)).all()


def waiting_alerts(session: Session) -> int:
    """Return how many open alerts nobody has acknowledged."""
    query = select(func.count()).select_from(FairnessAlert)
    return session.scalar(query.where(FairnessAlert.closed_on.is_(None), FairnessAlert.acknowledged_at.is_(None))) or 0


def alert_by_id(session: Session, alert_id: UUID) -> FairnessAlert:
    """Return an alert, locked; raise `NotFound` when there is none."""
    found = session.get(FairnessAlert, alert_id, with_for_update=True)
    if found is None:
        raise NotFound("There is no such alert.")
    return found


def look_on(session: Session, day: dt.date) -> FairnessLook | None:
    """Return the look of a day, if it was made."""
    return session.get(FairnessLook, day)


def last_look(session: Session) -> FairnessLook | None:
    """Return the last look."""
    return session.scalar(select(FairnessLook).order_by(FairnessLook.day.desc()).limit(1))
