"""Demand beside supply, in figures that speak of at least five firms each: fewer are never told, nor listed."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from matchmaker.domain import Actor, DemandTopic, Member, NeedSummary, Offering, Organisation, Service
from matchmaker.domain.actors import ANSWERING, EDITING
from matchmaker.domain.base import utc_now
from matchmaker.services.demand.privacy import LEAST, check_listed
from matchmaker.services.demand.summarising import month_of
from matchmaker.storage import Session
from matchmaker.storage.queries.boards import demand as queries
from matchmaker.storage.queries.boards import fairness
from matchmaker.storage.queries.boards.demand import GROUPS, HOURS

__all__ = ["GROUPS", "HOURS", "LEAST", "SEVERAL", "Board", "Count", "Next", "Wanted", "board", "by_group",
           "next_to_open", "rolled_up", "rows", "topics", "waited", "waits"]

MOST_ROWS = 500
UNASKED = 20
NEXT = 12
QUIET_MONTHS = 3
SEVERAL = "*"
"""Stands for a theme or province where those of too few firms each were put together."""


class Wanted(NamedTuple):
    """Needs of a kind that nothing opened fits; theme and province are `SEVERAL` where they were put together."""

    kind: str
    theme: str | None
    province: str | None
    unmet: int
    firms: int


class Next(NamedTuple):
    """What a platform may open next: of the kinds that it offers, of other kinds, and all of it in the firms' words."""

    own: Sequence[Wanted]
    others: Sequence[Wanted]
    topics: Sequence[tuple[DemandTopic, int]]


@dataclass(frozen=True)
class Count:
    """How many needs of a group there are, and how many of them nothing fits; None where it would tell of too few."""

    value: Any
    needs: int | None
    unmet: int | None

    @property
    def share(self) -> float | None:
        """The unmet ones among them."""
        return self.unmet / self.needs if self.needs and self.unmet is not None else None


@dataclass(frozen=True)
class Board:
    """All figures of the page."""

    total: Count
    groups: Mapping[str, Sequence[Count]]
    topics: Sequence[tuple[DemandTopic, int]]
    unasked: Sequence[tuple[Offering, Organisation]]
    waits: Sequence[Any]
    offered: Mapping[str, int]
    as_of: dt.datetime | None


def board(session: Session, member: Member, asked: Mapping[str, Any]) -> Board:
    """Return the figures of what is asked for, in a constant number of queries."""
    total = queries.totals(session, member, asked)
    groups = {name: by_group(session, member, name, asked) for name in GROUPS if name not in asked and name != "rule"}
    groups["rule"] = by_group(session, member, "rule", {**asked, "unmet": True})
    return Board(
        total=_count(None, total), groups=groups, waits=waits(session, member, asked),
        topics=topics(session, member, asked),
        unasked=[(row.Offering, row.Organisation) for row in
                 queries.unasked(session, member, quiet_since(utc_now()), UNASKED)],
        offered=queries.offered_by_kind(session), as_of=queries.newest(session, member),
    )


def by_group(session: Session, member: Member, group: str, asked: Mapping[str, Any]) -> list[Count]:
    """Return the counts by the values of a group, those that may be told first."""
    found = [_count(row.value, row) for row in queries.counts_by(session, member, group, asked)]
    return sorted(found, key=lambda count: count.needs is None)


def rows(session: Session, member: Member, asked: Mapping[str, Any]) -> tuple[int, Sequence[NeedSummary]]:
    """Return how many needs stand behind a figure, and the plain facts of the newest of them.

    Raise `Invalid` when they are of too few firms.
    """
    total = queries.totals(session, member, asked)
    check_listed(total.firms)
    return total.needs, queries.rows(session, member, asked, MOST_ROWS)


def waits(session: Session, member: Member, asked: Mapping[str, Any]) -> Sequence[Any]:
    """Return, by kind: the kind, leads, those answered within each of `HOURS`, and those answered.

    Kinds of too few firms are left out; a figure of too few is None.
    """
    found = []
    for kind, *figures in queries.waits(session, member, asked):
        counts, firms = figures[:len(figures) // 2], figures[len(figures) // 2:]
        if firms[0] >= LEAST:
            found.append((kind, *(count if not count or behind >= LEAST else None
                                  for count, behind in zip(counts, firms, strict=True))))
    return found


def waited(session: Session, member: Member, asked: Mapping[str, Any]) -> tuple[int, Sequence[Any]]:
    """Return how many leads stand behind a figure of `waits`, and the plain facts of the newest, with their platforms.

    Raise `Invalid` when they are of too few firms.
    """
    leads, firms, found = queries.waited(session, member, asked, MOST_ROWS)
    check_listed(firms)
    platforms = {one.id: one for one in fairness.platforms(session, {row.platform_id for row in found})}
    return leads, [(row, platforms[row.platform_id]) for row in found]


def next_to_open(session: Session, member: Member) -> Next:
    """Return what firms look for in vain, most first.

    Every line is of at least five firms, and says neither which nor whom they asked; every word of a topic is one that
    at least five firms use.
    """
    mine = queries.kinds_of(session, [*member.organisations(*ANSWERING, *EDITING)])
    every = _ordered([*(Wanted(*row) for row in queries.unmet_cells(session, Service()) if row.firms >= LEAST),
                      *rolled_up(queries.cells_of_few(session, Service(), LEAST))])
    own = [cell for cell in every if cell.kind in mine]
    others = [cell for cell in every if cell.kind not in mine]
    return Next(own[:NEXT], others[:NEXT], topics(session, Service(), {})[:NEXT])


def rolled_up(cells: Iterable[Any]) -> list[Wanted]:
    """Return unmet needs by kind, theme and province, as finely as at least five firms stand behind each; most first.

    `cells` have ``kind``, ``theme``, ``province``, ``firm`` and ``unmet``. What is of fewer firms is put together:
    first the themes of a kind in a province, then all that is left of the kind. No need is in two lines, so that
    subtracting them tells of nobody, and what is still of too few is left out.
    """
    held: dict[tuple[Any, Any, Any], Counter[Any]] = defaultdict(Counter)
    for cell in cells:
        held[cell.kind, cell.theme, cell.province][cell.firm] += cell.unmet
    found = []
    for coarser in (lambda key: (key[0], SEVERAL, key[2]), lambda key: (key[0], SEVERAL, SEVERAL), None):
        left: dict[tuple[Any, Any, Any], Counter[Any]] = defaultdict(Counter)
        for key, firms in held.items():
            if len(firms) >= LEAST:
                found.append(Wanted(*key, unmet=firms.total(), firms=len(firms)))
            elif coarser:
                left[coarser(key)].update(firms)
        held = left
    return _ordered(found)


def _ordered(found: Iterable[Wanted]) -> list[Wanted]:
    return sorted(found, key=lambda cell: (-cell.unmet, *map(str, cell[:3])))


def quiet_since(now: dt.datetime) -> dt.date:
    """Return the month since which an offering that nobody asked for counts as under-used."""
    month = month_of(now)
    for _number in range(QUIET_MONTHS - 1):
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return month


def topics(session: Session, actor: Actor, asked: Mapping[str, Any]) -> list[tuple[DemandTopic, int]]:
    """Return the topics of at least five firms, each with how many needs of it nothing fits, the largest first."""
    return [(row.DemandTopic, row.unmet) for row in queries.topics(session, actor, asked) if row.firms >= LEAST]


def _count(value: Any, row: Any) -> Count:
    if row.firms < LEAST:
        return Count(value, None, None)
    return Count(value, row.needs, row.unmet if row.unmet_firms >= LEAST or not row.unmet else None)
