"""Work that is done every hour: a job that queues the next one before it begins.

The hour makes the id of the job, so that workers which start at once agree on one.
"""

import datetime as dt
import uuid

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain import Job
from matchmaker.domain.base import utc_now
from matchmaker.storage.queries import jobs as job_queries

EVERY = dt.timedelta(hours=1)


def ensure(session: Session, task: str) -> None:
    """Queue the hourly job unless one waits or runs. Flushes.

    One that waits far in the future was planned by a wrong clock, and does not count.
    """
    now = utc_now()
    if all((job.lease_until or now) > now + EVERY for job in job_queries.unfinished_jobs(session, task)):
        _queue(session, task, _hour(now))


def queue_next(session: Session, task: str) -> None:
    """Queue the job of the next hour, unless somebody has. Flushes."""
    _queue(session, task, _hour(utc_now()) + EVERY)


def _queue(session: Session, task: str, moment: dt.datetime) -> None:
    """Queue the job of one hour; the database keeps a second one out."""
    job = Job(id=uuid.uuid5(uuid.NAMESPACE_URL, f"urn:matchmaker:{task}:{moment.isoformat()}"), task=task,
              payload={"planned": max(moment, utc_now()).isoformat()}, lease_until=moment)
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        return


def _hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
