"""What is asked of the records that count towards targets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from matchmaker.domain import TargetUnit
from matchmaker.storage import Session


@dataclass(frozen=True)
class UnitFilter:
    """Which records to show; an empty field asks nothing, and "" as region or theme asks for those without one."""

    target: str | None = None
    state: str | None = None
    year: int | None = None
    region: str | None = None
    theme: str | None = None


def counts(session: Session) -> Sequence[Any]:
    """Return how many records there are by target, state, year, region and theme."""
    columns = (TargetUnit.target, TargetUnit.state, TargetUnit.year, TargetUnit.region, TargetUnit.theme)
    return session.execute(select(*columns, func.count().label("count")).group_by(*columns)).all()


def units(session: Session, wanted: UnitFilter, *, limit: int, after: UUID | None = None) -> Sequence[TargetUnit]:
    """Return at most `limit` records, the newest first."""
    query = _under(select(TargetUnit), wanted).options(joinedload(TargetUnit.organisation))
    if after is not None:
        query = query.where(TargetUnit.id < after)
    return session.scalars(query.order_by(TargetUnit.id.desc()).limit(limit)).all()


def count_units(session: Session, wanted: UnitFilter) -> int:
    """Return how many records there are under `wanted`."""
    return session.scalar(_under(select(func.count(TargetUnit.id)), wanted)) or 0


def unit_by_id(session: Session, unit_id: UUID) -> TargetUnit | None:
    """Return a record, locked until the transaction ends."""
    return session.scalar(select(TargetUnit).where(TargetUnit.id == unit_id).with_for_update())


def known_sources(session: Session, sources: Collection[str]) -> set[tuple[str, str | None]]:
    """Return those of these sources that something was proposed from before, each with its target."""
    query = select(TargetUnit.target, TargetUnit.source).where(TargetUnit.source.in_(sources))
    return {(target, source) for target, source in session.execute(query)}


def _under(query: Select[Any], wanted: UnitFilter) -> Select[Any]:
    for name in ("target", "state", "year"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(getattr(TargetUnit, name) == value)
    for name in ("region", "theme"):
        if (value := getattr(wanted, name)) is not None:
            column = getattr(TargetUnit, name)
            query = query.where(column == value if value else column.is_(None))
    return query
