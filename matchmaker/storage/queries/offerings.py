"""What is asked of offerings: the open ones under filters, a page at a time, one by id, and counts."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from matchmaker.domain import Offering, OfferingStatus, Organisation

NATIONWIDE = "000000"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class OfferingFilter:
    """What an offering must be, to be listed; an empty field asks nothing.

    ``region`` is a GB/T 2260 code: a province finds everything in it, a city also what its province offers, and
    every region what is open nationwide. ``platform`` is a slug. Every word of ``text`` must occur somewhere.
    """

    kind: str | None = None
    region: str | None = None
    platform: str | None = None
    delivery: str | None = None
    text: str | None = None


def open_offerings(session: Session, wanted: OfferingFilter, today: dt.date, *, limit: int,
                   after: UUID | None = None) -> Sequence[Offering]:
    """Return at most `limit` offerings that firms may be shown on the day `today`, the newest first."""
    query = _open(wanted, today).options(contains_eager(Offering.platform)).order_by(Offering.id.desc()).limit(limit)
    if after is not None:
        query = query.where(Offering.id < after)
    return session.scalars(query).all()


def open_ids(session: Session, today: dt.date, limit: int) -> list[tuple[UUID, dt.datetime]]:
    """Return id and last change of at most `limit` offerings that firms may be shown, the newest first."""
    query = _open(OfferingFilter(), today).with_only_columns(Offering.id, Offering.changed_at)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Offering.id.desc()).limit(limit))]


def count_open_offerings(session: Session, wanted: OfferingFilter, today: dt.date) -> int:
    """Return how many open offerings there are under `wanted`."""
    return session.scalar(_open(wanted, today).with_only_columns(func.count(Offering.id))) or 0


def offering_by_id(session: Session, offering_id: UUID) -> Offering | None:
    """Return the offering, open or not, with its platform."""
    query = select(Offering).join(Offering.platform).options(contains_eager(Offering.platform))
    return session.scalar(query.where(Offering.id == offering_id))


def offerings_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, Offering]:
    """Return those of the offerings with these ids that there are, open or not, with their platforms."""
    query = select(Offering).join(Offering.platform).options(contains_eager(Offering.platform))
    return {found.id: found for found in session.scalars(query.where(Offering.id.in_(ids)))}


def offering_of_platform(session: Session, slug: str, external_id: str) -> Offering | None:
    """Return the offering that a platform knows under its own number."""
    query = select(Offering).join(Offering.platform).where(Organisation.slug == slug)
    return session.scalar(query.where(Offering.external_id == external_id))


def count_by_kind(session: Session, wanted: OfferingFilter, today: dt.date) -> list[tuple[str, int]]:
    """Return the open offerings of each kind: (code, count), the commonest first."""
    return _counts(session, wanted, today, Offering.kind_code)


def count_by_platform(session: Session, wanted: OfferingFilter, today: dt.date) -> list[tuple[str, int]]:
    """Return the open offerings of each platform: (slug, count), the commonest first."""
    return _counts(session, wanted, today, Organisation.slug)


def count_by_regions(session: Session, wanted: OfferingFilter, today: dt.date) -> list[tuple[list[str], int]]:
    """Return the open offerings of each list of regions that occurs: (regions, count)."""
    return _counts(session, wanted, today, Offering.regions)


def count_by_delivery(session: Session, wanted: OfferingFilter, today: dt.date) -> list[tuple[list[str], int]]:
    """Return the open offerings of each list of ways of delivery that occurs: (deliveries, count)."""
    return _counts(session, wanted, today, Offering.delivery)


def _counts(session: Session, wanted: OfferingFilter, today: dt.date, column: Any) -> list[tuple[Any, int]]:
    count = func.count(Offering.id)
    query = _open(wanted, today).with_only_columns(column, count).group_by(column).order_by(count.desc(), column)
    return [(value, number) for value, number in session.execute(query)]


def _open(wanted: OfferingFilter, today: dt.date) -> Select[Offering]:
    query = select(Offering).join(Offering.platform).where(
        Offering.status == OfferingStatus.PUBLISHED, Organisation.suspended_at.is_(None),
        or_(Offering.valid_from.is_(None), Offering.valid_from <= today),
        or_(Offering.valid_through.is_(None), Offering.valid_through >= today),
    )
    if wanted.kind:
        query = query.where(Offering.kind_code == wanted.kind)
    if wanted.platform:
        query = query.where(Organisation.slug == wanted.platform)
    if wanted.delivery:
        query = query.where(_lists(Offering.delivery, wanted.delivery))
    if wanted.region:
        query = query.where(_serves(wanted.region))
    for word in (wanted.text or "").split():
        query = query.where(mentions(word))
    return query


def _serves(region: str) -> ColumnElement[bool]:
    province = region[:2] + "0000"
    inside = f'"{region[:2]}' if region == province else f'"{region[:4]}' if region.endswith("00") else f'"{region}"'
    written = cast(Offering.regions, String)
    return or_(written.contains(inside, autoescape=True), _lists(Offering.regions, province),
               _lists(Offering.regions, NATIONWIDE))


def _lists(column: Any, item: str) -> ColumnElement[bool]:
    # Both databases write a JSON list of codes as text with each code in double quotes.
    return cast(column, String).contains(f'"{item}"', autoescape=True)


def mentions(word: str) -> ColumnElement[bool]:
    """Tell whether an offering has a word in title, summary, keywords or number."""
    texts = [column[language].as_string() for column in (Offering.title, Offering.summary) for language in LANGUAGES]
    inside = [text.icontains(word, autoescape=True) for text in (*texts, Offering.external_id)]
    if any(sign.isalnum() for sign in word):
        # The list is searched as JSON, in which quotation marks and commas stand between the keywords too.
        written = orjson.dumps(word).decode()[1:-1]
        inside.append(cast(Offering.keywords, String).icontains(written, autoescape=True))
    return or_(*inside)


def published_offerings(session: Session, *, batch: int = 500) -> Iterator[Offering]:
    """Yield every published offering of a platform that is not suspended, in the order of its making.

    Also one whose time has not come or is over.
    """
    query = select(Offering).join(Offering.platform).options(contains_eager(Offering.platform))
    query = query.where(Offering.status == OfferingStatus.PUBLISHED, Organisation.suspended_at.is_(None))
    query = query.order_by(Offering.id)
    yield from session.scalars(query.execution_options(yield_per=batch))


def offerings_named(session: Session, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Return the ids of offerings by the short names of their platforms and the platforms' own numbers."""
    slugs, numbers = {slug for slug, _number in names}, {number for _slug, number in names}
    query = select(Organisation.slug, Offering.external_id, Offering.id).join_from(Offering, Offering.platform)
    found = session.execute(query.where(Organisation.slug.in_(slugs), Offering.external_id.in_(numbers)))
    return {(slug, number): offering_id for slug, number, offering_id in found if slug and (slug, number) in names}
