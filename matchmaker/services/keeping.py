"""See to it that the index is built anew before too much has changed since: one job, which comes back every minute.

Every process takes in by itself what changed (`matchmaker.services.live`), but holds it in its own memory, scores it by
the statistics of the index, and takes in only so much.
"""

import datetime as dt
import uuid

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.domain import Job, JobState
from matchmaker.domain.base import utc_now
from matchmaker.errors import MatchmakerError, Unavailable
from matchmaker.jobs.worker import Chunks
from matchmaker.ranking import store
from matchmaker.ranking.catalogue import texts_of
from matchmaker.services import publishing, semantics
from matchmaker.services.catalogue import to_public
from matchmaker.storage.queries import changes, jobs

TASK = "keep_index"
ID = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:matchmaker:{TASK}")
EVERY = dt.timedelta(minutes=1)
MANY = 200
"""So many changed offerings are reason enough, a tenth of what a process takes in."""
LONG = dt.timedelta(hours=1)
"""For so long a change waits at most until it counts in the statistics, too."""


def ensure(session: Session) -> None:
    """Queue the job unless it is there; one that was given up begins anew. Flushes."""
    found = session.get(Job, ID)
    if found is None:
        try:
            with session.begin_nested():
                session.add(Job(id=ID, task=TASK, payload={}))
        except IntegrityError:
            return
    elif found.state in (JobState.DONE, JobState.FAILED):
        found.state, found.attempt, found.lease_until = JobState.QUEUED, 0, None


def keep(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: place what changed, queue the publishing of the index if it is due, and come back in a minute."""
    with chunks.kept():
        place_changed(config)
    with chunks.postponed(utc_now() + EVERY) as session:
        if is_due(session, config) and not jobs.unfinished_jobs(session, publishing.TASK):
            publishing.queue_publish(session)


def place_changed(config: Config) -> None:
    """Keep vectors of the offerings that changed since the index in force was published, where a model is set."""
    held = semantics.channel(config)
    if held is None:
        return
    try:
        number = store.read_manifest(publishing.current_folder(config.index_folder))["changes"]
    except MatchmakerError:
        return
    with storage.reading() as session:
        touched = changes.touched_offerings(session, number, changes.newest(session))
        offerings = [to_public(found) for found in changes.offerings_by_id(session, touched) if found.is_listed]
    held.place([text for offering in offerings for text in texts_of(offering)])


def is_due(session: Session, config: Config) -> bool:
    """Tell whether much has changed since the index in force was published, or anything long ago, or the model.

    One that was damaged since is built anew, too. Where none is in force, people have to publish the first.
    """
    try:
        folder = publishing.current_folder(config.index_folder)
    except Unavailable:
        return False
    if not store.looks_whole(folder):
        return True
    manifest = store.read_manifest(folder)
    if manifest["semantic"] != semantics.name(config):
        return True
    number = manifest["changes"]
    touched = changes.touched_offerings(session, number, changes.newest(session))
    return len(touched) >= MANY or (bool(touched) and changes.moment_after(session, number) < utc_now() - LONG)
