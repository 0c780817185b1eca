"""Allot scarce places among the rows of a batch (`fair_capacity`): weigh all rows first, then send each where it got.

Rows are weighed by chunks that are kept, so that a batch goes on where its worker died. No row gains by its place in
the file: equal ones are served by a draw whose seed is the batch. What a row lost by it is said with the row.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from matchmaker.domain import Offering, ReferralBatch, ReferralChoice, Service
from matchmaker.errors import Invalid
from matchmaker.i18n import marked as _
from matchmaker.ranking import allocation
from matchmaker.services import formats
from matchmaker.services.referrals.choosing import Choosing, name_of
from matchmaker.services.referrals.rows import Ready
from matchmaker.storage import Session
from matchmaker.storage.queries import allotting as queries
from matchmaker.storage.queries import offerings as offering_queries
from matchmaker.tabular import Fault

MOST_ROWS = 10_000
"""How many rows can be weighed against each other."""
SERVICE = Service()
_NO_PLACE = _("All that fits is taken. The best, %(best)s (fit %(fit)s), has places left: %(places)s, and would do for "
              "%(wanted)s rows. The places went so that the most firms get one and all together fit best; nobody was "
              "asked for this row.")
_DISPLACED = _("%(name)s (fit %(given)s) was chosen instead of the best, %(best)s (fit %(fit)s), which has places "
               "left: %(places)s, and would do for %(wanted)s rows. So the most firms get a place, and all together "
               "fit best.")


@dataclass(frozen=True)
class Plan:
    """What each row is given, and what is told of it."""

    given: Mapping[int, UUID | None]
    summary: dict[str, Any]


def weigh(session: Session, batch: ReferralBatch, choosing: Choosing, rows: Sequence[Ready]) -> None:
    """Keep what would do for some rows. Flushes. Raise `Invalid` when there are more than can be weighed."""
    for row in rows:
        named = [str(offering.id) for offering in choosing.named(row)]
        fits = {str(offering.id): round(fit, 6) for offering, fit in choosing.fitting(row)}
        if named or fits:
            session.add(ReferralChoice(batch_id=batch.id, row=row.number, named=named, fits=fits))
    session.flush()
    if queries.count_choices(session, SERVICE, batch.id) > MOST_ROWS:
        raise Invalid("At most %(most)s rows can be weighed against each other. Split the file, or ask for the best "
                      "match of each row.", most=MOST_ROWS)


def solve(session: Session, batch: ReferralBatch) -> Plan:
    """Return who gets what, by what was kept and the capacities of this moment; nothing changes."""
    choices = sorted(queries.choices(session, SERVICE, batch.id), key=lambda choice: _draw(batch.id, choice.row))
    ids = {UUID(id) for choice in choices for id in (*choice.fits, *choice.named)}
    offerings = {str(id): found for id, found in offering_queries.offerings_by_id(session, list(ids)).items()}
    places = _places(session, choices, offerings)
    names = {id: name_of(offering) for id, offering in offerings.items()}
    fits = [{id: fit for id, fit in choice.fits.items() if id in offerings} for choice in choices]
    try:
        found = allocation.allot(fits, places)
    except allocation.TooLargeError:
        raise Invalid("So many rows ask for the same resources that they cannot be weighed against each other. Split "
                      "the file, or ask for the best match of each row.") from None
    given = {choice.row: UUID(id) if id else None for choice, id in zip(choices, found.given, strict=True)}
    return Plan(given, _summary(fits, found, places, names))


def settle(session: Session, batch: ReferralBatch, plan: Plan) -> None:
    """Store a plan. Flushes."""
    given(session, batch, plan)
    batch.allotment = plan.summary
    session.flush()


def given(session: Session, batch: ReferralBatch, plan: Plan) -> list[ReferralChoice]:
    """Return what was kept of the rows with what a plan gives them, which is not stored."""
    choices = queries.choices(session, SERVICE, batch.id)
    for choice in choices:
        choice.given = plan.given[choice.row]
    return list(choices)


def forget(session: Session, batch: ReferralBatch) -> None:
    """Delete what is left of the choices of a batch that has ended. Flushes."""
    for choice in queries.choices(session, SERVICE, batch.id):
        session.delete(choice)
    session.flush()


def best_for(row: Ready, choosing: Choosing, choice: ReferralChoice | None,
             scarce: Mapping[str, Mapping[str, Any]]) -> list[Offering]:
    """Return the offering that a row was given, if any, and say what it lost by it."""
    if choice is None or not choice.fits:
        return []
    first = max(choice.fits, key=choice.fits.__getitem__)
    about = scarce.get(first, {})
    told = {"best": about.get("name", first), "fit": formats.percent(choice.fits[first]),
            "places": about.get("places", 0), "wanted": about.get("fits", 0)}
    if choice.given is None:
        row.warn(Fault("no_place", _NO_PLACE, column="send_to", **told))
        return []
    offering = choosing.open_to(row, choice.given)
    if offering is None:
        row.warn(Fault("place_lost", "The resource that was given to this row cannot be asked any more; nobody was "
                       "asked.", column="send_to"))
        return []
    if choice.fits[str(choice.given)] < choice.fits[first]:
        row.warn(Fault("displaced", _DISPLACED, column="send_to", name=name_of(offering),
                       given=formats.percent(choice.fits[str(choice.given)]), **told))
    return [offering]


def _places(session: Session, choices: Sequence[ReferralChoice], offerings: Mapping[str, Offering]) -> dict[str, int]:
    """Return how many more rows each offering has room for: what is free, less what waits there or is named here."""
    waiting = queries.waiting_by_offering(session, SERVICE, [offering.id for offering in offerings.values()])
    named = Counter(id for choice in choices for id in choice.named)
    free = {id: (offering.capacity or {}).get("available") for id, offering in offerings.items()}
    return {id: max(0, math.floor(count) - waiting.get(UUID(id), 0) - named[id])
            for id, count in free.items() if count is not None}


def _summary(fits: allocation.Fits, found: allocation.Allotment, places: Mapping[str, int],
             names: Mapping[str, str]) -> dict[str, Any]:
    """Return what is told of a plan: what it gives up beside the best match of each row, and where it was scarce."""
    would_do = Counter(id for row in fits for id in row)
    given = Counter(id for id in found.given if id)
    scarce: dict[str, dict[str, Any]] = {
        id: {"name": names[id], "places": places[id], "fits": count, "best_of": found.wanted.get(id, 0),
             "given": given[id]}
        for id, count in sorted(would_do.items()) if places.get(id, count) < count}
    asked = sum(map(bool, fits))
    moved = sum(1 for row, id in zip(fits, found.given, strict=True) if id and row[id] < max(row.values()))
    return {"rows": asked, "placed": given.total(), "without_place": asked - given.total(), "displaced": moved,
            "fit": round(found.fit, 4), "fit_best_each": round(found.best_fit, 4),
            "loss": round(found.best_fit - found.fit, 4),
            "beyond_capacity": sum(max(0, entry["best_of"] - entry["places"]) for entry in scarce.values()),
            "scarce": scarce}


def _draw(batch_id: UUID, row: int) -> bytes:
    return hashlib.sha256(batch_id.bytes + row.to_bytes(8)).digest()
