"""Put batches together and publish them: all lists of a batch at one moment, in one transaction, or none of them.

Publishing is a job that waits for its moment, so that "now" and "on 1 March" are the same way; an hourly one looks
after what a lost worker has left.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import Batch, BatchStatus, Job, ListVersion, Service, VersionStatus
from matchmaker.domain.base import new_id, utc_now
from matchmaker.errors import Conflict, Invalid
from matchmaker.jobs.worker import Chunks
from matchmaker.services.editing import changes
from matchmaker.services.mail import outbox
from matchmaker.services.openness import opening
from matchmaker.services.targets import proposing
from matchmaker.storage.queries import openness as queries
from matchmaker.storage.queries import published_lists as public

TASK = "publish_batch"
LONGEST = dt.timedelta(days=400)
"""How far ahead a batch may be planned."""
SERVICE = Service()
_JOBS = UUID("5a0d6f0e-2c5c-4b52-9d0b-6d3d4c1f3b77")

log = structlog.get_logger(__name__)


def plan(session: Session, title: Mapping[str, str]) -> Batch:
    """Begin a batch. Flushes; raise `Invalid` without a title."""
    batch = Batch(id=new_id(), title=_titled(title))
    session.add(batch)
    session.flush()
    return batch


def all_batches(session: Session) -> Sequence[Batch]:
    """Return all batches: those that are not published first, then the newest."""
    return queries.batches(session)


def arrange(session: Session, batch_id: UUID, title: Mapping[str, str], version_ids: Collection[UUID]) -> Batch:
    """Call a planned batch by a title, and let exactly these accepted versions be in it. Flushes.

    Raise `Conflict` when it is not planned any more or a version is no longer to be had.
    """
    batch = queries.batch_by_id(session, batch_id, locked=True)
    if batch.status != BatchStatus.PLANNED:
        raise Conflict("This batch waits to be published, or is. Take it back before you change it.")
    accepted = {version.id: version for version in queries.accepted_versions(session, SERVICE)}
    for version_id in version_ids:
        version = accepted.get(version_id)
        if version is None or version.batch_id not in (None, batch.id):
            raise Conflict("One of the lists has been taken back, or is in another batch. Choose again.")
    batch.title = _titled(title)
    for version in accepted.values():
        if version.id in version_ids:
            version.batch = batch
        elif version.batch_id == batch.id:
            version.batch = None
    session.flush()
    return batch


def schedule(session: Session, batch_id: UUID, at: dt.datetime | None = None) -> Batch:
    """Let a batch be published at a moment, now without one. Flushes.

    Raise `Conflict` when it is published, `Invalid` when it has no lists or the moment is too far off.
    """
    batch = queries.batch_by_id(session, batch_id, locked=True)
    now = utc_now()
    if at and not now - dt.timedelta(minutes=5) <= at <= now + LONGEST:
        raise Invalid("Choose a moment that is still to come, within the next 400 days.")
    batch.plan(at or now)
    session.flush()
    set_alarm(session, batch)
    return batch


def set_alarm(session: Session, batch: Batch) -> None:
    """Let the job of a batch be taken at its moment, or at once when that is over. Flushes."""
    jobs.set_alarm(session, uuid5(_JOBS, str(batch.id)), TASK, batch.publish_at or utc_now(), batch=str(batch.id))


def stop(session: Session, batch_id: UUID) -> Batch:
    """Take a batch back that waits for its moment. Flushes; raise `Conflict` when it does not wait."""
    batch = queries.batch_by_id(session, batch_id, locked=True)
    batch.stop()
    session.flush()
    return batch


def drop(session: Session, batch_id: UUID) -> None:
    """Throw a planned batch away; its lists wait for another. Flushes; raise `Conflict` when it is not planned."""
    batch = queries.batch_by_id(session, batch_id, locked=True)
    if batch.status != BatchStatus.PLANNED:
        raise Conflict("This batch waits to be published, or is. Take it back before you change it.")
    batch.versions = []
    session.flush()
    session.delete(batch)
    session.flush()


def run(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: publish the batch if its moment has come and it has not been taken back, and tell the platforms."""
    result: dict[str, Any] = {}
    with chunks.final(result) as session:
        batch = queries.batch_by_id(session, UUID(job.payload["batch"]), locked=True)
        if batch.status == BatchStatus.SCHEDULED and batch.publish_at and batch.publish_at <= utc_now():
            result["lists"] = publish(session, batch, utc_now(), config)
            result["batch"] = batch.number
            for version in batch.versions:
                outbox.tell_editors(session, "list_published", version.platform_id, version=str(version.id))


def publish(session: Session, batch: Batch, at: dt.datetime, config: Config) -> int:
    """Publish a batch with its accepted lists; return how many there are. Flushes.

    A list whose platform is suspended at that moment stays accepted and waits for another batch; a batch of which
    nothing is left goes back to being planned.
    """
    ready = [version for version in batch.versions if version.status == VersionStatus.ACCEPTED
             and not version.openness_list.platform.is_suspended]
    for version in [version for version in batch.versions if version not in ready]:
        version.batch = None
    if not ready:
        batch.status, batch.publish_at = BatchStatus.PLANNED, None
        session.flush()
        return 0
    number = queries.highest_batch(session) + 1
    for version in ready:
        _publish(session, version, number, at)
    batch.close(number, ready, at)
    session.flush()
    proposing.from_batch(session, config, batch, ready)
    changes.catalogue_changed(session)
    log.info("batch published", number=number, lists=len(ready))
    return len(ready)


def _publish(session: Session, version: ListVersion, number: int, at: dt.datetime) -> None:
    last = public.version_before(session, version)
    opening.take_effect(session, version, last.entries if last else (), at)
    session.add(version.move(VersionStatus.PUBLISHED, SERVICE, at=at))
    version.seal(version.openness_list.platform.slug or "", at)
    found = version.openness_list
    found.title, found.version, found.batch, found.published_at = version.title, version.number, number, at
    session.flush()


def _titled(title: Mapping[str, str]) -> dict[str, str]:
    found = {language: words for language, words in title.items() if words}
    if not found:
        raise Invalid("Give the batch a title, in Chinese or English.")
    return found
