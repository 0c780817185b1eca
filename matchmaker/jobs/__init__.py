"""The rules of a job: queue, claim, lease, chunk, finish.

A job is a row, queued in the transaction that causes it. A worker claims it with one conditional UPDATE and gets a
token with a lease. Each chunk of work commits its results, the job's cursor and the renewed lease in one transaction
that is *fenced*: it goes through only while the job still carries the worker's token. A worker that was paused past
its lease writes nothing; the next one goes on from the cursor. No engine that wakes workers has to be trusted.

`attempt` counts the tries since the cursor last moved, so that a long job may be interrupted any number of times,
while one that never gets on is given up after `MAXIMUM_ATTEMPTS`.
"""

import datetime as dt
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from matchmaker.domain import Job, JobState
from matchmaker.domain.base import utc_now
from matchmaker.errors import LeaseLost

LEASE = dt.timedelta(seconds=60)
MAXIMUM_ATTEMPTS = 5


def enqueue(session: Session, task: str, *, after: dt.datetime | None = None, **payload: Any) -> Job:
    """Queue a job; workers see it when the caller commits, and leave it alone until the moment `after`.

    Flushes, so that the job has an id.
    """
    job = Job(task=task, payload=payload, lease_until=after)
    session.add(job)
    session.flush()
    return job


def claim(session: Session, job_id: UUID | None = None) -> Job | None:
    """Take the oldest job that waits or whose lease ran out (or just `job_id`); two workers never take the same."""
    now = utc_now()
    free = _is_free(now) & (Job.attempt < MAXIMUM_ATTEMPTS)
    wanted = select(Job.id).where(free).order_by(Job.created_at, Job.id).limit(1).with_for_update(skip_locked=True)
    if job_id is not None:
        wanted = wanted.where(Job.id == job_id)
    taken = (
        update(Job)
        .where(Job.id == wanted.scalar_subquery(), free)
        .values(state=JobState.RUNNING, attempt=Job.attempt + 1, lease_token=secrets.token_hex(16),
                lease_until=now + LEASE)
        .returning(Job)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalar(taken)


def bury(session: Session) -> int:
    """Close the jobs whose workers died once too often without getting on; return how many."""
    lost = (
        update(Job)
        .where(_is_free(utc_now()), Job.attempt >= MAXIMUM_ATTEMPTS)
        .values(state=JobState.FAILED, lease_token=None, lease_until=None, finished_at=utc_now(),
                error=f"given up: {MAXIMUM_ATTEMPTS} workers in a row died or broke off at this place")
        .returning(Job.id)
    )
    return len(session.scalars(lost.execution_options(synchronize_session=False)).all())


def renew(session: Session, job: Job, **progress: Any) -> None:
    """Fence the caller's transaction: renew the lease and set `progress` columns, or raise `LeaseLost`."""
    _fenced(session, job, lease_until=utc_now() + LEASE, **progress)


def finish(session: Session, job: Job, result: dict[str, Any]) -> None:
    """Close the job with its result, in the caller's transaction; raise `LeaseLost` when another holds it."""
    _fenced(session, job, state=JobState.DONE, result=result, error=None, lease_token=None, lease_until=None,
            finished_at=utc_now())


def release(session: Session, job: Job) -> None:
    """Give an unfinished job back, for any worker to go on with at once."""
    _fenced(session, job, state=JobState.QUEUED, attempt=max(job.attempt - 1, 0), lease_token=None, lease_until=None)


def fail(session: Session, job: Job, error: str, *, is_final: bool) -> None:
    """Record why the job broke off. Unless `is_final` or out of attempts, it waits a while and is tried again."""
    now = utc_now()
    over = is_final or job.attempt >= MAXIMUM_ATTEMPTS
    _fenced(session, job, state=JobState.FAILED if over else JobState.QUEUED, error=error, lease_token=None,
            lease_until=None if over else now + dt.timedelta(seconds=2 ** job.attempt),
            finished_at=now if over else None)


def _is_free(now: dt.datetime) -> ColumnElement[bool]:
    return Job.state.in_((JobState.QUEUED, JobState.RUNNING)) & or_(Job.lease_until.is_(None), Job.lease_until < now)


def _fenced(session: Session, job: Job, **values: Any) -> None:
    session.flush()
    held = update(Job).where(Job.id == job.id, Job.lease_token == job.lease_token).values(**values)
    if session.execute(held.execution_options(synchronize_session=False).returning(Job.id)).first() is None:
        raise LeaseLost(f"job {job.id} is no longer ours")
