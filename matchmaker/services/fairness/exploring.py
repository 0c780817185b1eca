"""What is shown too little: the exposure of every offering for its chances, looked at once a day.

An offering's chances are its fits on all lists on which it was considered, added up; its exposure is what its places
weighed (see `exposing`). One divided by the other, beside the same of all offerings together, says how much of the
usual it was shown: 1 is the usual, 0 is never, also for what is new. Where the weights keep a place for it, lists are
made with the newest look, whose day stands in the version of the index; a ranking record keeps what it needs of it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from matchmaker.domain import ExposureLook, Ranking
from matchmaker.domain.base import utc_now
from matchmaker.services.demand.privacy import LEAST
from matchmaker.services.fairness.exposing import discount
from matchmaker.services.formats import CHINA
from matchmaker.storage import Session
from matchmaker.storage.queries.boards import exploring as queries

DAYS = 30
KEPT = dt.timedelta(days=3)
"""So long looks are kept: who has read one before goes on with it for a moment."""


@dataclass(frozen=True)
class Exposed:
    """What the newest look found, as the ranking takes it."""

    day: dt.date
    shares: Mapping[str, float]

    @property
    def name(self) -> str:
        """What stands for it in the version of an index."""
        return f"{self.day:%Y%m%d}"


def count(session: Session, rankings: Iterable[Ranking]) -> None:
    """Add what ranking records showed of each offering to the sums of their days. Flushes."""
    sums: dict[tuple[dt.date, UUID], tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for ranking in rankings:
        day = ranking.created_at.astimezone(CHINA).date()
        for place, entry in enumerate(ranking.considered, 1):
            key = day, UUID(entry["offering"])
            fit, weight = sums[key]
            sums[key] = fit + entry["fit"], weight + (discount(place) if place <= ranking.shown else 0.0)
    queries.add(session, sums)


def look(session: Session, today: dt.date) -> ExposureLook | None:
    """Look once a day at the days before; return the look, None when it was made or too few firms were shown anything.

    Deletes what no look needs any more. Flushes.
    """
    since = today - dt.timedelta(days=DAYS)
    if queries.look_on(session, today) or queries.firms_since(session, since.replace(day=1)) < LEAST:
        return None
    queries.forget(session, today - KEPT, since)
    made = ExposureLook(day=today, shares=shares(queries.sums(session, since, today)), made_at=utc_now())
    session.add(made)
    session.flush()
    return made


def shares(sums: Mapping[UUID, tuple[float, float]]) -> dict[str, float]:
    """Return how much of the usual each offering was shown for its chances, of fits and weights added up.

    >>> a, b = UUID(int=1), UUID(int=2)
    >>> list(shares({a: (3.0, 3.0), b: (1.0, 0.0)}).values())
    [1.3333, 0.0]
    """
    fits, weights = (sum(one[place] for one in sums.values()) for place in (0, 1))
    usual = weights / fits if fits else 0.0
    return {str(id): round(weight / fit / usual, 4) for id, (fit, weight) in sums.items() if fit and usual}


def newest(session: Session, known: Exposed | None) -> Exposed | None:
    """Return the newest look; the one that is known while no other was made."""
    day = queries.newest_day(session)
    if day is None or (known and known.day == day):
        return known if day else None
    found = queries.look_on(session, day)
    return Exposed(found.day, found.shares) if found else known
