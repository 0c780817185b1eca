"""What is asked of the versions of openness lists by those who work on them, and of batches."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from matchmaker.domain import (
    Actor,
    Batch,
    BatchStatus,
    Job,
    JobRow,
    ListEntry,
    ListMove,
    ListVersion,
    Offering,
    OfferingStatus,
    OpennessList,
    Organisation,
    VersionStatus,
)
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_openness as scope

WITH_PLATFORM = joinedload(ListVersion.openness_list).joinedload(OpennessList.platform)


def versions(session: Session, actor: Actor, *, limit: int = 200) -> Sequence[ListVersion]:
    """Return the versions that `actor` works on with their platforms and batches, the newest first."""
    query = scope.versions(actor).options(WITH_PLATFORM, joinedload(ListVersion.batch))
    return session.scalars(query.order_by(ListVersion.id.desc()).limit(limit)).all()


def version_by_id(session: Session, actor: Actor, version_id: UUID, *, locked: bool = False) -> ListVersion:
    """Return a version that `actor` works on, with its entries; raise `NotFound` when there is none for them.

    `locked` keeps others from changing it until the transaction ends.
    """
    query = scope.versions(actor).where(ListVersion.id == version_id)
    query = query.options(contains_eager(ListVersion.openness_list), selectinload(ListVersion.entries))
    if locked:
        query = query.with_for_update(of=ListVersion).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such list, or not for you.")
    return found


def count_entries(session: Session, actor: Actor, ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many entries each of these versions has."""
    query = scope.entries(actor).where(ListEntry.version_id.in_(ids)).group_by(ListEntry.version_id)
    return {row[0]: row[1] for row in session.execute(query.with_only_columns(ListEntry.version_id, func.count()))}


def moves_of(session: Session, actor: Actor, version_id: UUID) -> Sequence[ListMove]:
    """Return the moves of a version, the oldest first."""
    return session.scalars(scope.moves(actor).where(ListMove.version_id == version_id).order_by(ListMove.id)).all()


def list_of(session: Session, platform_id: UUID, *, locked: bool = False) -> OpennessList | None:
    """Return the openness list of a platform."""
    query = select(OpennessList).where(OpennessList.platform_id == platform_id)
    query = query.order_by(OpennessList.version.desc()).limit(1)
    return session.scalar(query.with_for_update() if locked else query)


def newest_version(session: Session, actor: Actor, list_id: UUID) -> ListVersion | None:
    """Return the version of a list with the highest number, published or not."""
    query = scope.versions(actor).where(ListVersion.list_id == list_id).order_by(ListVersion.number.desc())
    return session.scalar(query.options(selectinload(ListVersion.entries)).limit(1))


def accepted_versions(session: Session, actor: Actor) -> Sequence[ListVersion]:
    """Return the accepted versions that wait for a batch or are in one, with their platforms, the oldest first."""
    query = scope.versions(actor).where(ListVersion.status == VersionStatus.ACCEPTED).options(WITH_PLATFORM)
    return session.scalars(query.order_by(ListVersion.id)).all()


def listable(session: Session, platform_id: UUID) -> Sequence[Offering]:
    """Return the offerings of a platform that can stand on its list: what is published, and drafts."""
    states = (OfferingStatus.PUBLISHED, OfferingStatus.DRAFT, OfferingStatus.IN_REVIEW)
    query = select(Offering).where(Offering.platform_id == platform_id, Offering.status.in_(states))
    return session.scalars(query.order_by(Offering.external_id)).all()


def offerings_numbered(session: Session, platform_id: UUID, numbers: Collection[str]) -> dict[str, Offering]:
    """Return those of a platform's offerings that have these numbers of its own, by number; they are locked."""
    query = select(Offering).where(Offering.platform_id == platform_id, Offering.external_id.in_(numbers))
    return {found.external_id: found for found in session.scalars(query.with_for_update(of=Offering))}


def withdrawn_numbers(session: Session, platform_id: UUID) -> set[str]:
    """Return the numbers of a platform's offerings that were withdrawn for good."""
    query = select(Offering.external_id).where(Offering.platform_id == platform_id,
                                               Offering.status == OfferingStatus.WITHDRAWN)
    return set(session.scalars(query))


def read_rows(session: Session, job_id: UUID) -> Iterator[JobRow]:
    """Yield the rows of a file that was read for a list, in order."""
    yield from session.scalars(select(JobRow).where(JobRow.job_id == job_id).order_by(JobRow.row))


def import_job(session: Session, job_id: UUID) -> Job | None:
    """Return the job that reads a file for a list."""
    return session.get(Job, job_id)


def batches(session: Session) -> Sequence[Batch]:
    """Return all batches: those that are not published first, then the newest."""
    return session.scalars(select(Batch).order_by(Batch.number.desc().nulls_first(), Batch.id.desc())).all()


def batch_by_id(session: Session, batch_id: UUID, *, locked: bool = False) -> Batch:
    """Return a batch; raise `NotFound` when there is none. `locked` keeps others from changing it."""
    query = select(Batch).where(Batch.id == batch_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such batch.")
    return found


def highest_batch(session: Session) -> int:
    """Return the number of the newest published batch; 0 when none is."""
    return session.scalar(select(func.max(Batch.number))) or 0


def due_batches(session: Session, now: dt.datetime) -> Sequence[Batch]:
    """Return the batches whose moment has come."""
    query = select(Batch).where(Batch.status == BatchStatus.SCHEDULED, Batch.publish_at <= now)
    return session.scalars(query.order_by(Batch.publish_at)).all()


def platform_by_id(session: Session, platform_id: UUID) -> Organisation:
    """Return a platform, which must be there."""
    return session.get_one(Organisation, platform_id)


def versions_in_force(session: Session, actor: Actor) -> Sequence[Any]:
    """Return the versions in force that `actor` works on, with their platforms."""
    query = scope.versions(actor).where(scope.IS_PUBLISHED, ListVersion.number == OpennessList.version)
    return session.scalars(query.options(WITH_PLATFORM)).all()
