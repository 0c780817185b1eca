"""Look after openness lists, every hour: batches whose job was lost, and lists that end soon.

A platform is reminded 30 and 7 days before the last day of the version in force, once each; a list that is over is
called so on its pages from the next day on, without any job.
"""

import datetime as dt

import structlog
from sqlalchemy.orm import Session

from matchmaker.domain import Job, ListReminder, ListVersion, Service
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import Chunks
from matchmaker.services import formats, hourly
from matchmaker.services.editing.validity import REMINDED
from matchmaker.services.mail import outbox
from matchmaker.services.openness import batches
from matchmaker.storage.queries import openness as queries

TASK = "keep_lists"
SERVICE = Service()

log = structlog.get_logger(__name__)


def run(job: Job, chunks: Chunks) -> None:
    """Do the job: queue the next one, wake what should have been published, and remind platforms."""
    with chunks.chunk(cursor=job.cursor) as session:
        hourly.queue_next(session, TASK)
    result = {"woken": 0, "reminded": 0}
    with chunks.final(result) as session:
        result["woken"] = wake(session)
        result["reminded"] = remind(session, formats.today())
        log.info("openness lists looked after", **result)


def wake(session: Session) -> int:
    """Let the batches be published whose moment has come; return how many there are. Flushes."""
    due = queries.due_batches(session, utc_now())
    for batch in due:
        batches.set_alarm(session, batch)
    return len(due)


def remind(session: Session, today: dt.date) -> int:
    """Remind the platforms whose lists end soon, one mail a person; return how many lists. Flushes."""
    count = 0
    for version in queries.versions_in_force(session, SERVICE):
        last = version.valid_through
        if last is None or not 0 <= (last - today).days <= max(REMINDED) or not _note(session, version, last, today):
            continue
        count += 1
        outbox.tell_editors(session, "list_ends", version.platform_id, version=str(version.id))
    session.flush()
    return count


def _note(session: Session, version: ListVersion, last: dt.date, today: dt.date) -> bool:
    """Note the reminder that is due for a version; tell whether it has not been sent before."""
    days = next(days for days in REMINDED if (last - today).days <= days)
    if session.get(ListReminder, (version.id, last, days)):
        return False
    session.add(ListReminder(version_id=version.id, valid_through=last, days=days))
    return True
