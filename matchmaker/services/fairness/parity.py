"""Parity: whether firms of every sort are accepted, answered and served alike.

Rates stand with the interval of Wilson and beside that of the best group. A group below four fifths of it (29 CFR
1607.4 D) is marked if, besides, it is lower than the others by more than chance easily brings about: the best of many
is partly so by luck. Times to the first answer are compared by rank, since they are skewed and some are not over. A
group of fewer than five firms is not told of, nor what would let it be worked out.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matchmaker.domain import Member
from matchmaker.domain.base import utc_now
from matchmaker.services.demand.privacy import kept_back
from matchmaker.services.fairness.statistics import Z, median_time, ratio_interval, shares_sooner, wilson
from matchmaker.services.formats import CHINA
from matchmaker.storage import Session
from matchmaker.storage.queries.boards import fairness as queries

DIMENSIONS = tuple(queries.COLUMNS)
FOUR_FIFTHS = 0.8
HOUR = 3600
EVEN = 0.5
"""How often of two leads each is answered first where there is no difference."""
MOST_ROWS = 500


@dataclass(frozen=True)
class Leads:
    """What is compared of leads, shape (n,) each; outcomes are 1, 0 or, where nothing is decided, not a number."""

    firms: np.ndarray
    platforms: np.ndarray
    sorts: Mapping[str, np.ndarray]
    hours: np.ndarray
    """Until the first answer, or so far."""
    is_answered: np.ndarray
    accepted: np.ndarray
    completed: np.ndarray

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.firms)


@dataclass(frozen=True)
class Rate:
    """So many of so many, with the interval of the share, and its ratio to the best group's."""

    good: int
    of: int
    interval: tuple[float, float]
    ratio: float | None = None
    ratio_interval: tuple[float, float] | None = None
    is_clear: bool = False
    """Whether it is lower than the others by more than chance easily brings about."""

    @property
    def share(self) -> float:
        """The rate itself."""
        return self.good / self.of

    @property
    def is_low(self) -> bool:
        """Tell whether it is under four fifths of the best."""
        return self.ratio is not None and self.ratio < FOUR_FIFTHS

    @property
    def is_marked(self) -> bool:
        """Tell whether it is so low, and clearly."""
        return self.is_low and self.is_clear


@dataclass(frozen=True)
class Time:
    """How long a group waits for the first answer."""

    median: float | None
    """In hours; None where half are not answered yet."""
    sooner: float
    """The share of pairs with a lead of another group in which this one was answered first; .5 is even."""
    ratio: float | None = None
    """The shortest median, by this one."""
    is_clear: bool = False
    """Whether it is later than the others by more than chance easily brings about."""

    @property
    def is_low(self) -> bool:
        """Tell whether the best median is under four fifths of it."""
        return self.ratio is not None and self.ratio < FOUR_FIFTHS

    @property
    def is_marked(self) -> bool:
        """Tell whether it is so late, and clearly."""
        return self.is_low and self.is_clear


@dataclass(frozen=True)
class Group:
    """How the firms of one sort fared; None where it would tell of too few."""

    value: Any
    leads: int | None
    firms: int | None
    accepted: Rate | None = None
    time: Time | None = None
    completed: Rate | None = None


def parity(session: Session, member: Any, month: dt.date) -> dict[str, list[Group]]:
    """Return how the leads of a month fared, by each sort of firm, in one query."""
    leads = read(session, member, *bounds(month))
    return {name: compare(leads, name) for name in DIMENSIONS}


def read(session: Session, member: Any, since: dt.datetime, until: dt.datetime) -> Leads:
    """Return what is compared of the leads that came in a time."""
    rows, now = queries.leads_of(session, member, since, until), utc_now()
    columns = list(zip(*rows, strict=True)) or [()] * (len(queries.COLUMNS) + 7)
    firms, platforms, *sorts = columns[:2 + len(queries.COLUMNS)]
    hours, waited, came, accepted, completed = columns[2 + len(queries.COLUMNS):]
    lasted = [answered if answered is not None else ended if ended is not None else (now - at).total_seconds() / HOUR
              for answered, ended, at in zip(hours, waited, came, strict=True)]
    return Leads(_codes(firms), _codes(platforms),
                 {name: _objects(column) for name, column in zip(queries.COLUMNS, sorts, strict=True)},
                 np.array(lasted, float), np.array([one is not None for one in hours], bool),
                 _numbers(accepted), _numbers(completed))


def compare(leads: Leads, dimension: str) -> list[Group]:
    """Return how the groups of a sort fared, those with most leads first and those that may not be told last."""
    parts = masks(leads, dimension)
    firms = {value: _count(leads, mask) for value, mask in parts.items()}
    hidden = kept_back(firms)
    told = {value: mask for value, mask in parts.items() if value not in hidden}
    accepted, completed = (_rates(leads, told, outcome) for outcome in (leads.accepted, leads.completed))
    times = _times(leads, told)
    found = [Group(value, int(mask.sum()), firms[value], accepted.get(value), times.get(value), completed.get(value))
             if value in told else Group(value, None, None) for value, mask in parts.items()]
    return sorted(found, key=lambda group: (group.leads is None, -(group.leads or 0), str(group.value)))


def masks(leads: Leads, dimension: str) -> dict[Any, np.ndarray]:
    """Return which leads belong to each group of a sort."""
    column = leads.sorts[dimension]
    return {value: np.array([one == value for one in column], bool) for value in dict.fromkeys(column)}


def months(session: Session, member: Member, month: dt.date) -> list[dt.date]:
    """Return the months that can be chosen, the newest first; `month` is among them."""
    return sorted({month, *queries.months(session, member)}, reverse=True)


def bounds(month: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return when a month begins and ends in China."""
    after = (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return dt.datetime.combine(month, dt.time(), CHINA), dt.datetime.combine(after, dt.time(), CHINA)


def _rates(leads: Leads, parts: Mapping[Any, np.ndarray], outcome: np.ndarray) -> dict[Any, Rate]:
    is_known = ~np.isnan(outcome)
    hidden = kept_back({value: _count(leads, mask & is_known) for value, mask in parts.items()})
    found = {}
    for value, mask in parts.items():
        of, good = int((mask & is_known).sum()), int(np.nansum(outcome[mask]))
        if of and value not in hidden:
            found[value] = Rate(good, of, wilson(good, of))
    best = max(found.values(), key=lambda rate: (rate.share, rate.of), default=None)
    if best is None or not best.good:
        return found
    good, of = sum(rate.good for rate in found.values()), sum(rate.of for rate in found.values())
    return {value: replace(
        rate, ratio=rate.share / best.share, is_clear=_is_lower(rate, good - rate.good, of - rate.of),
        ratio_interval=None if rate is best else ratio_interval(rate.good, rate.of, best.good, best.of),
    ) for value, rate in found.items()}


def _is_lower(rate: Rate, good: int, of: int) -> bool:
    """Tell whether a rate is clearly lower than so many of so many."""
    if not good:
        return False
    interval = ratio_interval(rate.good, rate.of, good, of)
    return interval[1] < 1 if interval else rate.interval[1] < wilson(good, of)[0]


def _times(leads: Leads, parts: Mapping[Any, np.ndarray]) -> dict[Any, Time]:
    found = {}
    for value, mask in parts.items():
        of = (leads.hours[mask], leads.is_answered[mask])
        sooner = shares_sooner(*of, leads.hours[~mask], leads.is_answered[~mask]).mean()
        spread = Z * math.sqrt((len(leads) + 1) / (12 * max(int(mask.sum()) * int((~mask).sum()), 1)))
        found[value] = Time(median_time(*of), float(sooner), is_clear=sooner + spread < EVEN)
    medians = [time.median for time in found.values() if time.median is not None]
    best = min(medians, default=None)
    return {value: replace(time, ratio=None if best is None or time.median is None else
                           best / time.median if time.median else 1.0) for value, time in found.items()}


def _count(leads: Leads, mask: np.ndarray) -> int:
    return len(np.unique(leads.firms[mask]))


def _codes(values: Sequence[Any]) -> np.ndarray:
    places: dict[Any, int] = {}
    return np.array([places.setdefault(value, len(places)) for value in values], int)


def _objects(values: Sequence[Any]) -> np.ndarray:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _numbers(values: Sequence[bool | None]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values], float)
