"""What the board of demand asks: counts by group, the rows behind them, and what is opened. Asked by an actor."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, distinct, func, select, true

from matchmaker.domain import (
    Actor,
    DemandTopic,
    LeadSummary,
    NeedSummary,
    Offering,
    OfferingStatus,
    Organisation,
)
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_boards

GROUPS = ("kind", "theme", "province", "industry", "month", "rule")
_IS_UNMET = NeedSummary.is_met.is_(False)
_UNMET = func.coalesce(func.sum(case((_IS_UNMET, 1), else_=0)), 0)
FIRMS = func.count(distinct(NeedSummary.firm))
HOURS = (24, 72, 168)


def narrowed(actor: Actor, asked: Mapping[str, Any]) -> Select[Any]:
    """Select the summaries of needs that an address asks for: by group, unmet or not, of a topic."""
    query = scope_boards.need_summaries(actor)
    for name in GROUPS:
        if name in asked:
            query = query.where(getattr(NeedSummary, name) == asked[name])
    if asked.get("unmet"):
        query = query.where(_IS_UNMET)
    if "topic" in asked:
        query = query.where(NeedSummary.topic_id == asked["topic"])
    return query


def totals(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Any:
    """Return needs, unmet ones, firms and firms with an unmet need, of what is asked for."""
    # Counted by firm first: no index has all of them in the order of firms, in which they are told apart at once.
    by_firm = narrowed(actor, asked).with_only_columns(func.count().label("needs"), _UNMET.label("unmet"))
    firms = by_firm.group_by(NeedSummary.firm).subquery()
    sums = (func.coalesce(func.sum(firms.c[name]), 0).label(name) for name in ("needs", "unmet"))
    unmet_firms = func.coalesce(func.sum(case((firms.c.unmet > 0, 1), else_=0)), 0)
    return session.execute(select(*sums, func.count().label("firms"), unmet_firms.label("unmet_firms"))
                           .select_from(firms)).one()


def counts_by(session: Session, actor: Actor, group: str, asked: Mapping[str, Any]) -> Sequence[Any]:
    """Return the same by the values of a group, those with most unmet needs first."""
    column = getattr(NeedSummary, group)
    if asked.keys() & {*GROUPS, "topic"}:
        # An expression has no index: else SQLite, without statistics, goes over everything in the order of the group.
        column = func.coalesce(column, column)
    query = narrowed(actor, asked).with_only_columns(column.label("value"), *_counts()).group_by(column)
    return session.execute(query.order_by(func.sum(case((_IS_UNMET, 1), else_=0)).desc(), column)).all()


def rows(session: Session, actor: Actor, asked: Mapping[str, Any], limit: int) -> Sequence[NeedSummary]:
    """Return the plain facts of needs, the newest first."""
    query = narrowed(actor, asked).order_by(NeedSummary.month.desc(), NeedSummary.need_id.desc()).limit(limit)
    return session.scalars(query).all()


def topics(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Sequence[Any]:
    """Return each topic with its unmet needs and their firms, the largest first."""
    held = narrowed(actor, asked).where(_IS_UNMET, NeedSummary.topic_id.is_not(None)).subquery()
    query = select(DemandTopic, func.count().label("unmet"), func.count(distinct(held.c.firm)).label("firms"))
    query = query.join(held, held.c.topic_id == DemandTopic.id).group_by(DemandTopic.id)
    return session.execute(query.order_by(func.count().desc(), DemandTopic.id)).all()


def unmet_cells(session: Session, actor: Actor) -> Sequence[Any]:
    """Return what is asked for in vain, and by how many firms, by kind, theme and province."""
    group = (NeedSummary.kind, NeedSummary.theme, NeedSummary.province)
    query = scope_boards.need_summaries(actor).where(_IS_UNMET, NeedSummary.kind.is_not(None))
    return session.execute(query.with_only_columns(*group, func.count().label("unmet"), FIRMS.label("firms"))
                           .group_by(*group)).all()


def cells_of_few(session: Session, actor: Actor, least: int) -> Sequence[Any]:
    """Return what each firm asks for in vain, where fewer than so many firms ask for a kind, theme and province."""
    group = (NeedSummary.kind, NeedSummary.theme, NeedSummary.province)
    every = scope_boards.need_summaries(actor).where(_IS_UNMET, NeedSummary.kind.is_not(None))
    few = every.with_only_columns(*group).group_by(*group).having(least > FIRMS).subquery()
    same = and_(few.c.kind == NeedSummary.kind, *(
        func.coalesce(few.c[column.key], "") == func.coalesce(column, "") for column in group[1:]))
    query = every.with_only_columns(*group, NeedSummary.firm, func.count().label("unmet")).join(few, same)
    return session.execute(query.group_by(*group, NeedSummary.firm)).all()


def unasked(session: Session, actor: Actor, since: dt.date, limit: int) -> Sequence[Any]:
    """Return published offerings that nobody has asked for since a month, those opened longest ago first."""
    asked = scope_boards.lead_summaries(actor).where(LeadSummary.month >= since,
                                              LeadSummary.offering_id == Offering.id).exists()
    query = select(Offering, Organisation).join(Organisation, Organisation.id == Offering.platform_id).where(
        Offering.status == OfferingStatus.PUBLISHED, Organisation.suspended_at.is_(None), ~asked)
    return session.execute(query.order_by(Offering.created_at, Offering.id).limit(limit)).all()


def offered_by_kind(session: Session) -> dict[str, int]:
    """Return how many offerings of each kind firms are shown."""
    query = select(Offering.kind_code, func.count()).join(Organisation, Organisation.id == Offering.platform_id).where(
        Offering.status == OfferingStatus.PUBLISHED, Organisation.suspended_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(Offering.kind_code))}


def waits(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Sequence[Any]:
    """Return by kind: the kind; leads; those answered within each of `HOURS`; those answered; and the firms of each."""
    those = (true(), *(LeadSummary.hours <= hours for hours in HOURS), LeadSummary.hours.is_not(None))
    leads = [func.count().filter(condition) for condition in those]
    firms = [func.count(distinct(LeadSummary.firm)).filter(condition) for condition in those]
    query = waiting(actor, asked).with_only_columns(LeadSummary.kind, *leads, *firms).group_by(LeadSummary.kind)
    return session.execute(query.order_by(leads[0].desc(), LeadSummary.kind)).all()


def waiting(actor: Actor, asked: Mapping[str, Any]) -> Select[Any]:
    """Select the summaries of leads by kind, province and month of their needs, and by how soon they were answered."""
    query = scope_boards.lead_summaries(actor)
    for name in ("kind", "province", "month"):
        if name in asked:
            query = query.where(getattr(LeadSummary, name) == asked[name])
    if asked.get("answered"):
        query = query.where(LeadSummary.hours.is_not(None))
    return query.where(LeadSummary.hours <= asked["within"]) if "within" in asked else query


def waited(session: Session, actor: Actor, asked: Mapping[str, Any],
           limit: int) -> tuple[int, int, Sequence[LeadSummary]]:
    """Return how many leads are asked for, of how many firms, and the plain facts of the newest."""
    counts = (func.count(), func.count(distinct(LeadSummary.firm)))
    leads, firms = session.execute(waiting(actor, asked).with_only_columns(*counts)).one()
    query = waiting(actor, asked).order_by(LeadSummary.came_at.desc(), LeadSummary.lead_id.desc())
    return leads, firms, session.scalars(query.limit(limit)).all()


def kinds_of(session: Session, platform_ids: Sequence[Any]) -> list[str]:
    """Return the kinds of which platforms have anything published."""
    query = select(Offering.kind_code).where(Offering.platform_id.in_(platform_ids),
                                             Offering.status == OfferingStatus.PUBLISHED)
    return sorted(session.scalars(query.distinct()))


def newest(session: Session, actor: Actor) -> dt.datetime | None:
    """Return when a need was last summarised."""
    return session.scalar(scope_boards.need_summaries(actor).with_only_columns(func.max(NeedSummary.summarised_at)))


def _counts() -> tuple[Any, ...]:
    unmet_firm = case((_IS_UNMET, NeedSummary.firm))
    return (func.count().label("needs"), _UNMET.label("unmet"),
            func.count(distinct(NeedSummary.firm)).label("firms"),
            func.count(distinct(unmet_firm)).label("unmet_firms"))
