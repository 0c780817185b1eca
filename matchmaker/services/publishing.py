"""Publish the catalogue: build an index of what is open now, and swap it in for every process at once.

``<home>/index/<n>/`` holds the published indexes, and the symbolic link ``current`` names the one in force. A new
index is written whole under another name, renamed, and then the link is replaced, which is one atomic step: whoever
looks sees the old index or the new one. The last five are kept, so that their rankings can be replayed.
"""

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs, storage
from matchmaker.config import Config
from matchmaker.domain import Job, Offering
from matchmaker.domain.base import utc_now
from matchmaker.errors import Invalid, Unavailable
from matchmaker.jobs.worker import Chunks
from matchmaker.ranking import store
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.services.catalogue import to_public
from matchmaker.storage.queries import offerings as queries
from matchmaker.storage.queries import vocabulary
from matchmaker.storage.queries.jobs import unfinished_jobs

TASK = "publish_index"
CURRENT = "current"
BUILDING = ".building-"
KEPT = 5
STEPS = 4

log = structlog.get_logger(__name__)


def queue_publish(session: Session) -> Job:
    """Queue the publishing of the catalogue as it will be when the job runs. Flushes."""
    return jobs.enqueue(session, TASK)


def publish(job: Job, chunks: Chunks, config: Config, followed_by: str | None = None) -> None:
    """Do the job: read the published offerings, build their index, put it in force, end the job.

    A job of the kind `followed_by` is queued with the end, so that whatever depends on the new index happens.
    """
    folder = config.index_folder
    folder.mkdir(parents=True, exist_ok=True)
    with storage.reading() as session:
        offerings = [to_public(offering) for offering in queries.published_offerings(session)]
        labels = {"kind": {kind.code: kind.label for kind in vocabulary.kinds(session)},
                  "theme": {theme.code: theme.label for theme in vocabulary.themes(session)}}
    _report(chunks, 1)
    number = next_number(folder)
    with chunks.kept():
        catalogue = Catalogue.build(offerings, f"{number:06d}-{Offering.hash_content({'all': offerings})[:12]}", labels)
        _report(chunks, 2)
        building = folder / f"{BUILDING}{job.lease_token}"
        store.save(catalogue, building)
        _report(chunks, 3)
    result: dict[str, Any] = {"version": catalogue.version, "offerings": len(offerings)}
    with chunks.final(result) as session:
        building.rename(folder / f"{number:06d}")
        point_to(folder, number)
        if followed_by:
            jobs.enqueue(session, followed_by)
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


def status(folder: Path) -> list[dict[str, Any]]:
    """Return what is known of each index kept: number, version, offerings, whether in force and whether whole."""
    in_force = current_folder(folder).name if (folder / CURRENT).is_symlink() else None
    rows = []
    for number in published(folder):
        row: dict[str, Any] = {"number": number, "in_force": in_force == f"{number:06d}", "fault": None}
        try:
            manifest = store.verify(folder / f"{number:06d}")
            row |= {"version": manifest["version"], "offerings": manifest["offerings"]}
        except Invalid as error:
            row["fault"] = str(error)
        rows.append(row)
    return rows


def _report(chunks: Chunks, step: int) -> None:
    with chunks.chunk(progress=step, total=STEPS):
        pass
