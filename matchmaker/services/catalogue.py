"""The public catalogue: the offerings that firms may see, with filters, counts and pages."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Offering
from matchmaker.errors import Invalid, NotFound
from matchmaker.services import formats
from matchmaker.storage.queries import offerings as queries
from matchmaker.storage.queries import organisations
from matchmaker.storage.queries.offerings import NATIONWIDE, OfferingFilter

MAXIMUM_LIMIT = 100
EVERYTHING = OfferingFilter()
AS_THEY_STAND = (
    "external_id", "title", "summary", "description", "keywords", "capabilities", "standards", "accreditations",
    "industries", "themes", "trl_min", "trl_max", "eligibility", "required_documents", "access_mode", "delivery",
    "pricing_model", "sme_discount", "voucher_schemes", "capacity", "lead_time_days", "response_days", "regions",
    "languages", "terms_url", "ip_terms",
)


@dataclass(frozen=True)
class Page:
    """A page of a list: its items, where the next page starts (if there is one), and how many there are in all."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    total: int


def offerings(session: Session, wanted: OfferingFilter = EVERYTHING, *, limit: int = 20,
              cursor: str | None = None, today: dt.date | None = None) -> Page:
    """Return a page of the open offerings under `wanted`, the newest first.

    `cursor` is the ``next_cursor`` of the page before; raise `Invalid` when it is something else.
    """
    today = today or formats.today()
    limit = max(1, min(limit, MAXIMUM_LIMIT))
    found = queries.open_offerings(session, wanted, today, limit=limit + 1, after=_place(cursor))
    items = found[:limit]
    return Page(
        items=[to_public(offering) for offering in items],
        next_cursor=items[-1].id.hex if len(found) > limit else None,
        total=queries.count_open_offerings(session, wanted, today),
    )


def offering(session: Session, offering_id: UUID, *, today: dt.date | None = None) -> dict[str, Any]:
    """Return one open offering; raise `NotFound` when there is none, or firms may not be shown it."""
    found = queries.offering_by_id(session, offering_id)
    if found is None or not found.is_open(today or formats.today()):
        raise NotFound("There is no open offering %(id)s.", id=offering_id)
    return to_public(found)


def open_addresses(session: Session, limit: int) -> Sequence[tuple[UUID, dt.datetime]]:
    """Return id and last change of at most `limit` open offerings, the newest first."""
    return queries.open_ids(session, formats.today(), limit)


def facets(session: Session, wanted: OfferingFilter = EVERYTHING, *,
           today: dt.date | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return what each further choice would find: ``kind``, ``region`` (provinces), ``platform`` and ``delivery``.

    Each is a list of ``{"code", "count"}`` (platforms with their ``name`` too), the commonest first. A facet counts
    under all the other filters, so that a choice within it can be changed.
    """
    today = today or formats.today()
    by_platform = _facet(queries.count_by_platform(session, replace(wanted, platform=None), today))
    named = organisations.organisations_by_slug(session, [entry["code"] for entry in by_platform])
    by_region = queries.count_by_regions(session, replace(wanted, region=None), today)
    by_delivery = queries.count_by_delivery(session, replace(wanted, delivery=None), today)
    return {
        "kind": _facet(queries.count_by_kind(session, replace(wanted, kind=None), today)),
        "region": _facet(_spread(by_region, province_of)),
        "platform": [{**entry, "name": named[entry["code"]].name} for entry in by_platform if entry["code"] in named],
        "delivery": _facet(_spread(by_delivery, str)),
    }


def province_of(region: str) -> str:
    """Return the province of a GB/T 2260 code, as a code.

    >>> province_of("320500")
    '320000'
    """
    return region[:2] + "0000" if region.isdecimal() and region != NATIONWIDE else region


def to_public(offering: Offering) -> dict[str, Any]:
    """Return what everybody may know of an offering, ready for JSON; its contact is never in it."""
    platform = offering.platform
    return {
        "id": str(offering.id),
        "platform": {"id": str(platform.id), "slug": platform.slug, "name": platform.name},
        "kind": offering.kind_code,
        **{name: getattr(offering, name) for name in AS_THEY_STAND},
        "price_min": _money(offering.price_min, offering.currency),
        "price_max": _money(offering.price_max, offering.currency),
        "valid_from": _day(offering.valid_from),
        "valid_through": _day(offering.valid_through),
        "verified_at": _day(offering.verified_at),
    }


def _place(cursor: str | None) -> UUID | None:
    try:
        return UUID(hex=cursor) if cursor else None
    except ValueError:
        raise Invalid("The cursor is not one that this list gave out; start again without it.") from None


def _money(amount: int | None, currency: str | None) -> dict[str, Any] | None:
    return None if amount is None else {"amount": amount, "currency": currency or "CNY"}


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _spread(counts: list[tuple[list[str], int]], name: Callable[[str], str]) -> list[tuple[str, int]]:
    """Count by the single values of lists; an offering with two cities of a province counts once for it."""
    totals: Counter[str] = Counter()
    for values, number in counts:
        for value in {name(value) for value in values}:
            totals[value] += number
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))


def _facet(counts: list[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"code": code, "count": number} for code, number in counts if code]
