"""The board: how far each target is, by state, year, region and theme, and where its pace leads."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Member, TargetUnit, UnitState
from matchmaker.domain.base import new_id, utc_now
from matchmaker.errors import Invalid, NotFound
from matchmaker.services import formats
from matchmaker.services.catalogue import province_of
from matchmaker.services.targets.programme import Programme, Target, programme
from matchmaker.storage.queries import targets as queries
from matchmaker.storage.queries.targets import UnitFilter

__all__ = ["Progress", "UnitFilter", "add", "decide", "progress", "units"]

PAGE = 50


@dataclass(frozen=True)
class Units:
    """A page of records, where the next one starts (if there is one), and how many there are in all."""

    items: Sequence[TargetUnit]
    next_cursor: str | None
    total: int


@dataclass(frozen=True)
class Progress:
    """How far a target is; every number is a count of records."""

    target: Target
    states: Mapping[str, int]
    years: Mapping[int, Mapping[str, int]]
    """By year, the records that count and those that are proposed."""
    regions: Sequence[tuple[str, int]]
    themes: Sequence[tuple[str, int]]
    """The verified records by region and by theme, "" for none, the commonest first."""
    projected: int
    """How many there will be on the programme's last day at the pace so far."""
    reached_on: dt.date | None
    """When the aim is reached at the pace so far; None when it is never, or not within ten years."""

    @property
    def verified(self) -> int:
        """How many count."""
        return self.states.get(UnitState.VERIFIED, 0)

    @property
    def proposed(self) -> int:
        """How many wait to be verified."""
        return self.states.get(UnitState.PROPOSED, 0)


def progress(session: Session, config: Config, today: dt.date | None = None) -> tuple[Programme, list[Progress]]:
    """Return the programme and how far each of its targets is, with one query."""
    plan, today = programme(config.data), today or formats.today()
    counted = queries.counts(session)
    return plan, [_progress(plan, target, [row for row in counted if row.target == target.code], today)
                  for target in plan.targets]


def units(session: Session, wanted: UnitFilter, *, cursor: str | None = None, limit: int = PAGE) -> Units:
    """Return a page of the records behind a figure, the newest first; raise `Invalid` for a strange cursor."""
    try:
        after = UUID(hex=cursor) if cursor else None
    except ValueError:
        raise Invalid("The cursor is not one that this list gave out; start again without it.") from None
    found = queries.units(session, wanted, limit=limit + 1, after=after)
    return Units(found[:limit], found[limit - 1].id.hex if len(found) > limit else None,
                 queries.count_units(session, wanted))


def add(session: Session, config: Config, said: Mapping[str, Any]) -> TargetUnit:
    """Propose a record. Flushes; raise `Invalid` for a target or a year that the programme has not."""
    plan = programme(config.data)
    if plan.target(said["target"]) is None:
        raise Invalid("Choose one of the targets.")
    if said["year"] not in plan.years:
        raise Invalid("Choose a year from %(first)s to %(last)s.", first=plan.years[0], last=plan.years[-1])
    title = {language: said[f"title_{language}"] for language in ("zh", "en") if said[f"title_{language}"]}
    if not title:
        raise Invalid("Give it a title, in Chinese or English.")
    region = province_of(said["region"]) if said["region"] else None
    unit = TargetUnit(id=new_id(), target=said["target"], title=title, year=said["year"], region=region,
                      theme=said["theme"], evidence=said["evidence"])
    session.add(unit)
    session.flush()
    return unit


def decide(session: Session, member: Member, unit_id: UUID, *, is_verified: bool, why: str = "",
           evidence: Sequence[Mapping[str, str]] = ()) -> TargetUnit:
    """Let a record count, adding evidence where some is given, or count no longer, with a reason. Flushes.

    Raise `NotFound` when there is none, `Conflict` when it stands so already, `Invalid` when something is missing.
    """
    unit = queries.unit_by_id(session, unit_id)
    if unit is None:
        raise NotFound("There is no such record.")
    if evidence:
        unit.evidence = [*unit.evidence, *map(dict, evidence)]
    if is_verified:
        unit.verify()
    else:
        unit.withdraw(why)
    unit.decided_at, unit.decided_by = utc_now(), member.person_id
    session.flush()
    return unit


def _progress(plan: Programme, target: Target, rows: Sequence[Any], today: dt.date) -> Progress:
    states: Counter[str] = Counter()
    years: dict[int, Counter[str]] = {year: Counter() for year in plan.years}
    regions: Counter[str] = Counter()
    themes: Counter[str] = Counter()
    for row in rows:
        states[row.state] += row.count
        years.setdefault(row.year, Counter())[row.state] += row.count
        if row.state == UnitState.VERIFIED:
            regions[row.region or ""] += row.count
            themes[row.theme or ""] += row.count
    projected, reached_on = _pace(plan, target, states[UnitState.VERIFIED], today)
    return Progress(target, states, years, _ordered(regions), _ordered(themes), projected, reached_on)


def _pace(plan: Programme, target: Target, verified: int, today: dt.date) -> tuple[int, dt.date | None]:
    """Return where an even pace from the first day to today leads: the count on the last day, the day of the aim."""
    whole = (plan.last_day - plan.first_day).days + 1
    elapsed = min(max((today - plan.first_day).days + 1, 1), whole)
    if not verified:
        return 0, None
    needed = -(-target.aim * elapsed // verified)
    return verified * whole // elapsed, plan.first_day + dt.timedelta(days=needed - 1) if needed < 3653 else None


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
