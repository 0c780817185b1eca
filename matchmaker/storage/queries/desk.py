"""What is asked of offerings by those who work on them. All of it is asked by an actor (see `scope`)."""

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from matchmaker.domain import (
    Actor,
    Offering,
    OfferingMove,
    OfferingRevision,
    OfferingStatus,
    OfferingVersion,
    OpennessList,
)
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope
from matchmaker.storage.queries.offerings import mentions

SOON = dt.timedelta(days=30)


class Shelf(enum.StrEnum):
    """Which offerings of a platform a reader looks at."""

    ALL = "all"
    DRAFTS = "drafts"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    FULL = "full"
    ENDING = "ending"
    SUSPENDED = "suspended"
    CLOSED = "closed"


def offerings_on(session: Session, actor: Actor, shelf: Shelf, today: dt.date, *, text: str | None, limit: int,
                 after: UUID | None = None) -> Sequence[Offering]:
    """Return at most `limit` offerings on a shelf with their platforms, the newest first."""
    query = _on(scope.offerings(actor), actor, shelf, today, text).options(joinedload(Offering.platform))
    if after is not None:
        query = query.where(Offering.id < after)
    return session.scalars(query.order_by(Offering.id.desc()).limit(limit)).all()


def count_on(session: Session, actor: Actor, shelf: Shelf, today: dt.date, *, text: str | None) -> int:
    """Return how many offerings lie on a shelf."""
    query = _on(scope.offerings(actor), actor, shelf, today, text)
    return session.scalar(query.with_only_columns(func.count(Offering.id))) or 0


def offering_by_id(session: Session, actor: Actor, offering_id: UUID, *, locked: bool = False) -> Offering:
    """Return an offering that `actor` works on as the database has it now; raise `NotFound` when there is none.

    `locked` keeps others from changing it until the transaction ends.
    """
    query = scope.offerings(actor).where(Offering.id == offering_id)
    if locked:
        query = query.with_for_update(of=Offering).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such offering, or not for you.")
    return found


def revision_of(session: Session, actor: Actor, offering_id: UUID, *, locked: bool = False) -> OfferingRevision | None:
    """Return the change that is being prepared to an offering, if `actor` may see it."""
    query = scope.offering_revisions(actor).where(OfferingRevision.offering_id == offering_id)
    if locked:
        query = query.with_for_update(of=OfferingRevision).execution_options(populate_existing=True)
    return session.scalar(query)


def revisions_of(session: Session, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, OfferingRevision]:
    """Return the changes that are being prepared to these offerings, by offering."""
    query = scope.offering_revisions(actor).where(OfferingRevision.offering_id.in_(list(ids)))
    return {found.offering_id: found for found in session.scalars(query)}


def moves_of(session: Session, actor: Actor, offering_id: UUID) -> Sequence[OfferingMove]:
    """Return the moves of an offering, the oldest first."""
    query = scope.offering_moves(actor).where(OfferingMove.offering_id == offering_id)
    return session.scalars(query.order_by(OfferingMove.id)).all()


def versions_of(session: Session, actor: Actor, offering_id: UUID) -> Sequence[OfferingVersion]:
    """Return the earlier versions of an offering, the oldest first."""
    query = scope.offering_versions(actor).where(OfferingVersion.offering_id == offering_id)
    return session.scalars(query.order_by(OfferingVersion.version)).all()


def is_taken(session: Session, platform_id: UUID, external_id: str) -> bool:
    """Tell whether a platform has an offering under this number of its own."""
    query = select(Offering.id).where(Offering.platform_id == platform_id, Offering.external_id == external_id)
    return session.scalar(query) is not None


def newest_list_id(session: Session, platform_id: UUID) -> UUID | None:
    """Return the id of a platform's newest openness list."""
    query = select(OpennessList.id).where(OpennessList.platform_id == platform_id)
    return session.scalar(query.order_by(OpennessList.version.desc()).limit(1))


def ended_offerings(session: Session, actor: Actor, today: dt.date, limit: int) -> Sequence[Offering]:
    """Return at most `limit` offerings that firms could see but for their validity, which is over; they are locked."""
    query = scope.offerings(actor).where(Offering.status.in_((OfferingStatus.PUBLISHED, OfferingStatus.SUSPENDED)),
                                         Offering.valid_through < today)
    return session.scalars(query.order_by(Offering.id).limit(limit).with_for_update(of=Offering)).all()


def ending_offerings(session: Session, actor: Actor, today: dt.date, until: dt.date) -> Sequence[Offering]:
    """Return the published offerings whose last day lies between two days, both counted, the earliest first."""
    query = scope.offerings(actor).where(Offering.status == OfferingStatus.PUBLISHED,
                                         Offering.valid_through.between(today, until))
    return session.scalars(query.order_by(Offering.valid_through, Offering.id)).all()


def _on(query: Select[Offering], actor: Actor, shelf: Shelf, today: dt.date, text: str | None) -> Select[Offering]:
    for word in (text or "").split():
        query = query.where(mentions(word))
    return query if shelf == Shelf.ALL else query.where(_lies_on(actor, shelf, today))


def _lies_on(actor: Actor, shelf: Shelf, today: dt.date) -> ColumnElement[bool]:
    is_published = Offering.status == OfferingStatus.PUBLISHED
    match shelf:
        case Shelf.DRAFTS:
            return (Offering.status == OfferingStatus.DRAFT) | _changed(actor, OfferingStatus.DRAFT)
        case Shelf.IN_REVIEW:
            return (Offering.status == OfferingStatus.IN_REVIEW) | _changed(actor, OfferingStatus.IN_REVIEW)
        case Shelf.FULL:
            return is_published & (Offering.capacity["available"].as_float() == 0)
        case Shelf.ENDING:
            return is_published & Offering.valid_through.between(today, today + SOON)
        case Shelf.CLOSED:
            return Offering.status.in_((OfferingStatus.EXPIRED, OfferingStatus.WITHDRAWN))
        case _:
            return Offering.status == OfferingStatus(shelf.value)


def _changed(actor: Actor, status: OfferingStatus) -> ColumnElement[bool]:
    found = scope.offering_revisions(actor).with_only_columns(OfferingRevision.offering_id)
    return Offering.id.in_(found.where(OfferingRevision.status == status))
