"""Exposure: what the rankings of a month showed of each platform, beside what it opens.

A place counts with the discount of DCG, 1 / log2(1 + place) (Järvelin & Kekäläinen, TOIS 2002), since the first is
looked at most. What a platform's places weigh together is its exposure (Singh & Joachims, KDD 2018). It is judged by
two things: the platform's share of what is open, and its share of the fits of all that was considered, which is what it
would be shown if places went by fit alone.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from matchmaker.domain import ExposureSummary, Member, Organisation, Ranking
from matchmaker.services.demand.privacy import LEAST, check_listed
from matchmaker.services.fairness.parity import MOST_ROWS
from matchmaker.storage import Session
from matchmaker.storage.queries.boards import fairness as queries


@dataclass(frozen=True)
class Platform:
    """What was shown of a platform; shares are of all platforms together."""

    organisation: Organisation
    places: int
    first: int
    share: float
    """Of the exposure."""
    first_share: float
    open: int
    """How many offerings it has open at present."""
    open_share: float
    fit_share: float


@dataclass(frozen=True)
class Exposure:
    """The exposure of a month: lists and firms behind it, platforms with most of it first."""

    lists: int
    firms: int
    platforms: Sequence[Platform]
    gini: float
    gini_open: float
    """The same of what is open, to compare with."""

    @property
    def is_told(self) -> bool:
        """Tell whether enough firms stand behind it."""
        return self.firms >= LEAST

    @property
    def top(self) -> Platform | None:
        """The platform with most first places."""
        return max(self.platforms, key=lambda platform: platform.first, default=None)


def discount(place: int) -> float:
    """Return what a place, counted from 1, weighs.

    >>> discount(1), round(discount(3), 3)
    (1.0, 0.5)
    """
    return 1 / math.log2(1 + place)


def of_record(ranking: Ranking, platforms: Mapping[UUID, UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what one ranking record showed of each platform that it considered."""
    found: dict[UUID, dict[str, Any]] = {}
    for place, entry in enumerate(ranking.considered, 1):
        platform = platforms.get(UUID(entry["offering"]))
        if platform is None:
            continue
        row = found.setdefault(platform, {"places": 0, "is_first": False, "weight": 0.0, "fit": 0.0})
        row["fit"] += entry["fit"]
        if place <= ranking.shown:
            row["places"] += 1
            row["is_first"] |= place == 1
            row["weight"] += discount(place)
    return found


def exposure(session: Session, member: Member, month: dt.date) -> Exposure:
    """Return the exposure of a month, in three queries; without platforms where too few firms stand behind it."""
    lists, firms = queries.lists_of(session, member, month)
    if firms < LEAST:
        return Exposure(lists, firms, [], 0.0, 0.0)
    shown = {row.platform_id: row for row in queries.shown_of(session, member, month)}
    opened = queries.open_offerings(session)
    platforms = queries.platforms(session, {*shown, *opened})
    weights = {one.id: shown[one.id].weight if one.id in shown else 0.0 for one in platforms}
    firsts = {one.id: shown[one.id].first if one.id in shown else 0 for one in platforms}
    fits = {one.id: shown[one.id].fit if one.id in shown else 0.0 for one in platforms}
    found = [Platform(one, shown[one.id].places if one.id in shown else 0, firsts[one.id], _share(weights, one.id),
                      _share(firsts, one.id), opened.get(one.id, 0), _share(opened, one.id), _share(fits, one.id))
             for one in platforms]
    found.sort(key=lambda platform: (-platform.share, -platform.open, str(platform.organisation.id)))
    return Exposure(lists, firms, found, gini(list(weights.values())),
                    gini([opened.get(one.id, 0) for one in platforms]))


@dataclass(frozen=True)
class Lists:
    """The lists of a month that showed a platform: how many, its places on them, and the newest of them."""

    platform: Organisation
    lists: int
    places: int
    rows: Sequence[ExposureSummary]


def lists(session: Session, member: Member, month: dt.date, slug: str, is_first: bool) -> Lists:
    """Return the lists behind a platform's places, or first places, of a month.

    Raise `NotFound` when there is no such platform, and `Invalid` when the lists are of too few firms.
    """
    platform = queries.platform_called(session, slug)
    found, places, firms, rows = queries.lists_showing(session, member, month, platform.id, is_first, MOST_ROWS)
    check_listed(firms)
    return Lists(platform, found, places, rows)


def gini(values: Sequence[float]) -> float:
    """Return the Gini coefficient: 0 where all have the same, 1 - 1/n where one has everything.

    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 1])
    (0.0, 0.75)
    """
    total, n = sum(values), len(values)
    if not total:
        return 0.0
    ranked = sum(place * value for place, value in enumerate(sorted(values), 1))
    return 2 * ranked / (n * total) - (n + 1) / n


def _share(values: Mapping[UUID, float], key: UUID) -> float:
    total = sum(values.values())
    return values.get(key, 0) / total if total else 0.0
