"""The rules of a job: queue, claim, lease, chunk, finish.

A job is a row, queued in the transaction that causes it. A worker claims it with one conditional UPDATE and gets a
token with a lease. Each chunk of work commits its results, the job's cursor and the renewed lease in one transaction
that is *fenced*: it goes through only while the job still carries the worker's token. A worker that was paused past
its lease writes nothing; the next one goes on from the cursor. No engine that wakes workers has to be trusted.

`attempt` counts the tries since the cursor last moved, so that a long job may be interrupted any number of times,
while one that never gets on is given up after `MAXIMUM_ATTEMPTS`.

Jobs are taken in the order in which they were queued or became due. A long one that others wait for gives its place
up after a turn (`pass_turn`) and goes on from its cursor when they had theirs.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain import Job, JobState
from matchmaker.domain.base import utc_now
from matchmaker.errors import LeaseLost

LEASE = dt.timedelta(seconds=60)
MAXIMUM_ATTEMPTS = 5
WOKEN, WAKE_AGAIN = 20, dt.timedelta(seconds=30)
"""For how many jobs workers are woken in one go, and after how long again."""
JUST_SENT = dt.timedelta(seconds=2)
"""For so long the message that is sent with a new job is waited for."""
Ended = Callable[[Session, Iterable[UUID], JobState], None]
_at_end: dict[str, Ended] = {}


def at_end(task: str, call: Ended) -> None:
    """Let `call` run in the transaction in which jobs of this kind end, however they do."""
    _at_end[task] = call


def enqueue(session: Session, task: str, *, after: dt.datetime | None = None, **payload: Any) -> Job:
    """Queue a job; workers see it when the caller commits, and leave it alone until the moment `after`.

    Flushes, so that the job has an id.
    """
    job = Job(task=task, payload=payload, lease_until=after)
    session.add(job)
    session.flush()
    return job


def set_alarm(session: Session, job_id: UUID, task: str, at: dt.datetime, **payload: Any) -> None:
    """Let the one job with this id be taken at the moment `at`, or as soon after as may be. Flushes.

    It is queued unless it is there, begun anew once it has ended, and waits no longer than until then. One that a
    worker holds is left alone, and nobody waits for it: it sees what the caller has changed, or is wound up later.
    """
    if session.get(Job, job_id) is None:
        try:
            with session.begin_nested():
                session.add(Job(id=job_id, task=task, payload=payload, lease_until=at))
            return
        except IntegrityError:
            pass  # another transaction has just queued it
    anew = {"state": JobState.QUEUED, "attempt": 0, "cursor": None, "progress": 0, "result": None, "error": None,
            "finished_at": None, "lease_until": at}
    sleeps = (Job.state == JobState.QUEUED) & (Job.lease_until > at)
    for free, values in ((Job.state.in_((JobState.DONE, JobState.FAILED)), anew), (sleeps, {"lease_until": at})):
        unlocked = select(Job.id).where(Job.id == job_id, free).with_for_update(skip_locked=True)
        session.execute(update(Job).where(Job.id == unlocked.scalar_subquery(), free).values(**values)
                        .execution_options(synchronize_session=False))


def claim(session: Session, job_id: UUID | None = None, *, only: Collection[str] = (),
          apart: Collection[str] = (), last: Collection[str] = ()) -> Job | None:
    """Take the job that has waited longest or whose lease ran out (or just `job_id`); two workers never take the same.

    `only` jobs of some kinds, or any `apart` from some; those of the kinds `last` when nothing else waits.
    """
    now = utc_now()
    free = _is_free(now)
    if only:
        free &= Job.task.in_(only)
    if apart:
        free &= Job.task.not_in(apart)
    turn = (case((Job.task.in_(last), 1), else_=0), func.coalesce(Job.lease_until, Job.created_at), Job.id)
    wanted = select(Job.id).where(free).order_by(*turn).limit(1).with_for_update(skip_locked=True)
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


def others_wait(session: Session, job: Job, apart: Collection[str] = ()) -> bool:
    """Tell whether another job could be taken now, those of the kinds `apart` left out of account."""
    waiting = select(Job.id).where(_is_free(utc_now()), Job.id != job.id, Job.task.not_in(apart))
    return session.scalar(waiting.limit(1)) is not None


def wake_due(session: Session, apart: Collection[str] = ()) -> list[UUID]:
    """Return the jobs that wait for no worker to be woken but could be taken, those of kinds `apart` left out.

    Of many that ask at once, each job is one's alone; until `WAKE_AGAIN` or until it becomes free anew, nobody gets it
    a second time.
    """
    now = utc_now()
    # Whoever was woken before the job became free was woken for an earlier turn of it.
    is_new = Job.woken_at.is_(None) & Job.lease_until.is_(None) & (Job.created_at > now - JUST_SENT)
    asleep = or_(Job.woken_at.is_(None), Job.woken_at < now - WAKE_AGAIN, Job.woken_at < Job.lease_until)
    due = _is_free(now) & asleep & ~is_new
    if apart:
        due &= Job.task.not_in(apart)
    found = select(Job.id).where(due).order_by(Job.created_at, Job.id).limit(WOKEN).with_for_update(skip_locked=True)
    woken = update(Job).where(Job.id.in_(found.scalar_subquery())).values(woken_at=now).returning(Job.id)
    return list(session.scalars(woken.execution_options(synchronize_session=False)))


def bury(session: Session) -> int:
    """Close the jobs whose workers died once too often without getting on; return how many."""
    lost = (
        update(Job)
        .where(_is_held_by_nobody(utc_now()), Job.attempt >= MAXIMUM_ATTEMPTS)
        .values(state=JobState.FAILED, lease_token=None, lease_until=None, finished_at=utc_now(),
                error=f"given up: {MAXIMUM_ATTEMPTS} workers in a row died or broke off at this place")
        .returning(Job.id, Job.task)
    )
    buried = session.execute(lost.execution_options(synchronize_session=False)).all()
    for job_id, task in buried:
        _tell_end(session, job_id, task, JobState.FAILED)
    return len(buried)


def renew(session: Session, job: Job, **progress: Any) -> None:
    """Fence the caller's transaction: renew the lease and set `progress` columns, or raise `LeaseLost`."""
    _fenced(session, job, lease_until=utc_now() + LEASE, **progress)


def finish(session: Session, job: Job, result: dict[str, Any]) -> None:
    """Close the job with its result, in the caller's transaction; raise `LeaseLost` when another holds it."""
    _fenced(session, job, state=JobState.DONE, result=result, error=None, lease_token=None, lease_until=None,
            finished_at=utc_now())
    _tell_end(session, job.id, job.task, JobState.DONE)


def release(session: Session, job: Job) -> None:
    """Give an unfinished job back, for any worker to go on with at once."""
    _fenced(session, job, state=JobState.QUEUED, attempt=max(job.attempt - 1, 0), lease_token=None, lease_until=None)


def pass_turn(session: Session, job: Job) -> None:
    """Give an unfinished job back, to be gone on with by any worker after those that wait now."""
    _fenced(session, job, state=JobState.QUEUED, attempt=max(job.attempt - 1, 0), lease_token=None,
            lease_until=utc_now())


def postpone(session: Session, job: Job, until: dt.datetime) -> None:
    """Give a job back that is done for now, to be taken again from the moment `until` on."""
    _fenced(session, job, state=JobState.QUEUED, attempt=0, error=None, lease_token=None, lease_until=until)


def fail(session: Session, job: Job, error: str, *, is_final: bool) -> None:
    """Record why the job broke off. Unless `is_final` or out of attempts, it waits a while and is tried again."""
    now = utc_now()
    over = is_final or job.attempt >= MAXIMUM_ATTEMPTS
    _fenced(session, job, state=JobState.FAILED if over else JobState.QUEUED, error=error, lease_token=None,
            lease_until=None if over else now + dt.timedelta(seconds=2 ** job.attempt),
            finished_at=now if over else None)
    if over:
        _tell_end(session, job.id, job.task, JobState.FAILED)


def _tell_end(session: Session, job_id: UUID, task: str, state: JobState) -> None:
    if call := _at_end.get(task):
        call(session, [job_id], state)


def _is_free(now: dt.datetime) -> ColumnElement[bool]:
    return _is_held_by_nobody(now) & (Job.attempt < MAXIMUM_ATTEMPTS)


def _is_held_by_nobody(now: dt.datetime) -> ColumnElement[bool]:
    return Job.state.in_((JobState.QUEUED, JobState.RUNNING)) & or_(Job.lease_until.is_(None), Job.lease_until < now)


def _fenced(session: Session, job: Job, **values: Any) -> None:
    session.flush()
    held = update(Job).where(Job.id == job.id, Job.lease_token == job.lease_token).values(**values)
    if session.execute(held.execution_options(synchronize_session=False).returning(Job.id)).first() is None:
        raise LeaseLost(f"job {job.id} is no longer ours")
