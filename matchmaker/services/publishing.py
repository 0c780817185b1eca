"""Publish the catalogue: build an index of what is open now, and swap it in for every process at once.

``<home>/index/<n>/`` holds the published indexes, and the symbolic link ``current`` names the one in force. A new
index is written whole under another name, renamed, and then the link is replaced, which is one atomic step: whoever
looks sees the old index or the new one. The last five are kept, so that their rankings can be replayed.
"""

import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs, storage
from matchmaker.config import Config
from matchmaker.domain import Job, JobState, Offering
from matchmaker.domain.base import utc_now
from matchmaker.errors import Invalid, Unavailable
from matchmaker.jobs.worker import Chunks
from matchmaker.ranking import store
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.services import lexicon, semantics
from matchmaker.services.catalogue import to_public
from matchmaker.storage.queries import changes, vocabulary
from matchmaker.storage.queries import offerings as queries
from matchmaker.storage.queries.jobs import unfinished_jobs

TASK = "publish_index"
CURRENT = "current"
BUILDING = ".building-"
KEPT = 5
STEPS = 4

log = structlog.get_logger(__name__)


def queue_anew(session: Session) -> None:
    """Queue the publishing of what changed in the vocabulary, unless one waits that will take it in. Flushes."""
    session.flush()
    if not any(job.state == JobState.QUEUED for job in unfinished_jobs(session, TASK)):
        queue_publish(session)


def is_pending(session: Session) -> bool:
    """Tell whether an index is being published, or waits to be."""
    return bool(unfinished_jobs(session, TASK))


def queue_publish(session: Session) -> Job:
    """Queue the publishing of the catalogue as it will be when the job runs. Flushes."""
    return jobs.enqueue(session, TASK)


def publish(job: Job, chunks: Chunks, config: Config, followed_by: Iterable[str] = ()) -> None:
    """Do the job: read the published offerings, build their index, put it in force, end the job.

    Jobs of the kinds `followed_by` are queued with the end, so that whatever depends on the new index happens.
    """
    folder = config.index_folder
    folder.mkdir(parents=True, exist_ok=True)
    with storage.reading() as session:
        # Read first: a change that comes in between is perhaps in the offerings already, and taken in once more later.
        number_of_change = changes.newest(session)
        offerings = [to_public(offering) for offering in queries.published_offerings(session)]
        labels = {"kind": {kind.code: kind.label for kind in vocabulary.kinds(session)},
                  "theme": {theme.code: theme.label for theme in vocabulary.themes(session)}}
        known = lexicon.known(session)
    _report(chunks, 1)
    number = next_number(folder)
    with chunks.kept():
        version = f"{number:06d}-{Offering.hash_content({'all': offerings})[:12]}"
        catalogue = Catalogue.build(offerings, version, labels, semantics.channel(config), known)
        _report(chunks, 2)
        building = folder / f"{BUILDING}{job.lease_token}"
        store.save(catalogue, building, changes=number_of_change)
        _report(chunks, 3)
    result: dict[str, Any] = {"version": catalogue.version, "offerings": len(offerings)}
    with chunks.final(result) as session:
        building.rename(folder / f"{number:06d}")
        point_to(folder, number)
        for task in followed_by:
            jobs.enqueue(session, task)
        others = {other.lease_token for other in unfinished_jobs(session, TASK) if other.is_held(utc_now())}
    prune(folder, others)
    log.info("index published", **result)


def next_number(folder: Path) -> int:
    """Return the number of the next index."""
    return max(published(folder), default=0) + 1


def published(folder: Path) -> list[int]:
    """Return the numbers of the indexes in `folder`, in order."""
    return sorted(int(path.name) for path in folder.glob("[0-9]*") if path.name.isdecimal())


def current_folder(folder: Path) -> Path:
    """Return the folder of the index in force; raise `Unavailable` when none was published."""
    try:
        return folder / os.readlink(folder / CURRENT)
    except OSError:
        raise Unavailable("No index has been published yet; run: matchmaker index publish") from None


def point_to(folder: Path, number: int) -> None:
    """Put an index in force, in one atomic step."""
    link = folder / f".{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(f"{number:06d}")
    link.replace(folder / CURRENT)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prune(folder: Path, building: Collection[str | None] = ()) -> None:
    """Delete all but the last five indexes and the one in force, and what broken-off jobs left.

    What the jobs with the lease tokens `building` are writing now is left alone.
    """
    current = current_folder(folder).name
    for number in published(folder)[:-KEPT]:
        if f"{number:06d}" != current:
            shutil.rmtree(folder / f"{number:06d}", ignore_errors=True)
    for left in folder.glob(f"{BUILDING}*"):
        if left.name.removeprefix(BUILDING) not in building:
            shutil.rmtree(left, ignore_errors=True)


def status(folder: Path, *, is_thorough: bool = True) -> list[dict[str, Any]]:
    """Return what is known of each index kept: number, version, offerings, whether in force and its fault, if any.

    Without `is_thorough` only manifests are read: damage to the other files, which take a second a gigabyte, is left to
    the processes that map them and to ``matchmaker index verify``.
    """
    in_force = current_folder(folder).name if (folder / CURRENT).is_symlink() else None
    read = store.verify if is_thorough else store.read_manifest
    rows = []
    for number in published(folder):
        row: dict[str, Any] = {"number": number, "in_force": in_force == f"{number:06d}", "fault": None}
        try:
            manifest = read(folder / f"{number:06d}")
            row |= {name: manifest[name] for name in ("version", "offerings", "changes")}
        except Invalid as error:
            row["fault"] = str(error)
        rows.append(row)
    return rows


def changed_since(session: Session, rows: list[dict[str, Any]]) -> int | None:
    """Return how many offerings changed since the index in force was built; None when none in force can be read."""
    numbers = [row["changes"] for row in rows if row["in_force"] and "changes" in row]
    if not numbers:
        return None
    return len(changes.touched_offerings(session, numbers[0], changes.newest(session)))


def _report(chunks: Chunks, step: int) -> None:
    with chunks.chunk(progress=step, total=STEPS):
        pass
