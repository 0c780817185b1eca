"""What everybody may ask of openness lists: the published versions, the batches they came in, what stands on them."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from matchmaker.domain import (
    Batch,
    BatchStatus,
    ListEntry,
    ListVersion,
    Offering,
    OfferingStatus,
    OpennessList,
    Organisation,
)
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_openness as scope

LIST = contains_eager(ListVersion.openness_list)
PLATFORM = LIST.joinedload(OpennessList.platform)


def batches(session: Session) -> Sequence[Batch]:
    """Return the published batches, the newest first."""
    query = select(Batch).where(Batch.status == BatchStatus.PUBLISHED)
    return session.scalars(query.order_by(Batch.number.desc())).all()


def batch(session: Session, number: int) -> Batch | None:
    """Return the published batch with this number."""
    return session.scalar(select(Batch).where(Batch.status == BatchStatus.PUBLISHED, Batch.number == number))


def versions_of(session: Session, slug: str) -> Sequence[ListVersion]:
    """Return the published versions of the list of a platform, by its short name, the newest first."""
    query = scope.published_versions().join(Organisation, Organisation.id == OpennessList.platform_id)
    query = query.where(Organisation.slug == slug).options(PLATFORM, joinedload(ListVersion.batch))
    return session.scalars(query.order_by(ListVersion.number.desc())).all()


def version(session: Session, slug: str, number: int) -> ListVersion | None:
    """Return one published version with what stands on it."""
    query = scope.published_versions().join(Organisation, Organisation.id == OpennessList.platform_id)
    query = query.where(Organisation.slug == slug, ListVersion.number == number)
    return session.scalar(query.options(PLATFORM, joinedload(ListVersion.batch), selectinload(ListVersion.entries)))


def version_before(session: Session, of: ListVersion) -> ListVersion | None:
    """Return the published version of the same list before one, with what stands on it."""
    query = scope.published_versions().where(ListVersion.list_id == of.list_id, ListVersion.number < of.number)
    return session.scalar(query.order_by(ListVersion.number.desc()).limit(1).options(
        selectinload(ListVersion.entries)))


def all_versions(session: Session, until: int | None = None) -> Sequence[ListVersion]:
    """Return all published versions without their entries, up to a batch's number if one is given, the oldest first."""
    query = scope.published_versions()
    if until is not None:
        query = query.where(Batch.number <= until)
    query = query.options(PLATFORM, contains_eager(ListVersion.batch))
    return session.scalars(query.order_by(Batch.number, OpennessList.platform_id)).all()


def versions_in(session: Session, batch_id: UUID) -> Sequence[ListVersion]:
    """Return the published versions in a batch with what stands on them, in the order of their platforms' making."""
    query = scope.published_versions().where(ListVersion.batch_id == batch_id)
    query = query.options(PLATFORM, joinedload(ListVersion.batch), selectinload(ListVersion.entries))
    return session.scalars(query.order_by(OpennessList.platform_id)).all()


def entries_of(session: Session, ids: Collection[UUID]) -> dict[UUID, list[ListEntry]]:
    """Return what stands on these published versions, in the order of the platforms' numbers."""
    query = scope.published_entries().where(ListEntry.version_id.in_(ids))
    found: dict[UUID, list[ListEntry]] = {version_id: [] for version_id in ids}
    for entry in session.scalars(query.order_by(ListEntry.external_id)):
        found[entry.version_id].append(entry)
    return found


def count_entries(session: Session, ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how much stands on each of these published versions."""
    query = scope.published_entries().where(ListEntry.version_id.in_(ids)).group_by(ListEntry.version_id)
    return {row[0]: row[1] for row in session.execute(query.with_only_columns(ListEntry.version_id, func.count()))}


def still_open(session: Session, offering_ids: Iterable[UUID]) -> dict[UUID, Offering]:
    """Return those of these offerings that are published now, of platforms that are not suspended."""
    query = select(Offering).join(Offering.platform).options(contains_eager(Offering.platform))
    query = query.where(Offering.id.in_(list(offering_ids)), Offering.status == OfferingStatus.PUBLISHED,
                        Organisation.suspended_at.is_(None))
    return {found.id: found for found in session.scalars(query)}
