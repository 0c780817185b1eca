"""What a list promised beside what became of it: answers, capacity and fees, from the leads.

Nothing is said of fewer than five firms, so that no figure speaks of one of them.
"""

import datetime as dt
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.domain import ListEntry, ListVersion
from matchmaker.domain.base import utc_now
from matchmaker.storage.queries import delivery as queries

FEWEST = 5
"""Firms of which a public figure speaks at least."""
RECENT = dt.timedelta(days=90)
DAY = 86_400


@dataclass(frozen=True)
class Room:
    """Of one resource that enough firms have used: how much of it is open, in what unit, and by how many it was."""

    entry: ListEntry
    maximum: float
    unit: str | None
    taken: int


@dataclass(frozen=True)
class Delivery:
    """What became of a list's promises since a moment."""

    since: dt.datetime
    is_told: bool
    """Whether enough firms asked to say anything."""
    due: int = 0
    """Leads that were answered or should have been by now."""
    in_time: int = 0
    median_days: float | None = None
    rooms: Sequence[Room] = ()
    fees: int = 0
    """How many terms with a price were offered for something whose price the list states."""
    fees_kept: int = 0
    """How many of them within the stated price."""


def delivery(session: Session, version: ListVersion) -> Delivery:
    """Return what became of what a version in force promised, from the leads since it was published."""
    since = version.published_at or version.created_at
    answers = queries.answers(session, version.platform_id, since, utc_now())
    if answers.firms < FEWEST:
        return Delivery(since, is_told=False)
    spans = queries.answer_spans(session, since, platform_id=version.platform_id)
    taken = queries.slots_taken(session, version.platform_id, since)
    fees, kept = _fees(version.entries, queries.terms_offered(session, version.platform_id, since))
    return Delivery(since, True, answers.due, answers.in_time, _median(spans),
                    [room for entry in version.entries if (room := _room(entry, taken))], fees, kept)


def usual_days(session: Session, now: dt.datetime | None = None) -> float | None:
    """Return the median of days until a first answer, over all platforms and the last 90 days; None for too few."""
    return _median(queries.answer_spans(session, (now or utc_now()) - RECENT))


def _median(spans: Sequence[Any]) -> float | None:
    if len({need_id for need_id, _came, _answered in spans}) < FEWEST:
        return None
    return statistics.median((answered - came).total_seconds() / DAY for _need_id, came, answered in spans)


def _room(entry: ListEntry, taken: Mapping[Any, int]) -> Room | None:
    capacity = entry.content.get("capacity") or {}
    if capacity.get("maximum") is None or taken.get(entry.offering_id, 0) < FEWEST:
        return None
    return Room(entry, capacity["maximum"], capacity.get("unit"), taken.get(entry.offering_id, 0))


def _fees(entries: Sequence[ListEntry], offered: Sequence[Any]) -> tuple[int, int]:
    """Return how many offered prices there are for what has a stated one, and how many lie within it."""
    stated = {entry.offering_id: entry.content for entry in entries if entry.content.get("price_max") is not None}
    within = []
    for offering_id, _need_id, terms in offered:
        price, content = (terms or {}).get("price"), stated.get(offering_id)
        if price and content and price["currency"] == (content.get("currency") or "CNY"):
            within.append(price["amount"] <= content["price_max"])
    firms = {need_id for offering_id, need_id, terms in offered if offering_id in stated and (terms or {}).get("price")}
    return (len(within), sum(within)) if len(firms) >= FEWEST else (0, 0)
