"""The polling worker: claim a job, run its chunks, each in a transaction of its own, until nothing waits."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog

from matchmaker import jobs, storage
from matchmaker.domain import Job
from matchmaker.errors import LeaseLost, MatchmakerError

log = structlog.get_logger(__name__)

Task = Callable[[Job, "Chunks"], None]
"""A task does its job in the transactions that its `Chunks` gives, the last of them `final`."""
Watch = Callable[[int, int | None], None]
TURN_SECONDS = 5.0
"""For so long a job that others wait for goes on, at least."""
WORTH = 4
"""And for so many times as long as it took to begin: a large workbook is opened and read up to its place first."""


class StopError(Exception):
    """The worker was asked to stop; the job goes on elsewhere from its cursor."""


class TurnOverError(StopError):
    """The job had its turn and others wait; it goes on from its cursor after them."""


class Turn:
    """How long a job may go on while others wait: a few seconds, and long enough to be worth its beginning."""

    def __init__(self, apart: Collection[str]) -> None:
        self.apart = apart
        self._chunks: list[float] = []
        self._began = time.monotonic()

    def is_over(self, job: Job) -> bool:
        """Tell, after each chunk, whether the job has had its turn and another one waits, kinds `apart` aside."""
        now = time.monotonic()
        if len(self._chunks) < 2:
            self._chunks.append(now)
            return False
        first, second = self._chunks
        beginning = (first - self._began) - (second - first)
        if now - self._began < max(TURN_SECONDS, WORTH * beginning):
            return False
        with storage.reading() as session:
            return jobs.others_wait(session, job, self.apart)


class Chunks:
    """Gives a task its fenced transactions, and tells a watcher how far it is."""

    def __init__(self, job: Job, watch: Watch | None = None, stop: threading.Event | None = None,
                 turn: Turn | None = None) -> None:
        self.job = job
        self.watch = watch
        self.stop = stop
        self.turn = turn

    @contextmanager
    def chunk(self, *, cursor: dict[str, Any] | None = None, progress: int = 0,
              total: int | None = None) -> Iterator[storage.Session]:
        """Commit what the caller writes together with cursor and lease, or nothing when the lease is lost.

        Only a new cursor counts as getting on: a task without one starts anew each time, and may do so a few times
        only. When the worker was asked to stop, or the job has had its turn, the committed chunk is the last:
        `StopError` leaves the task.
        """
        # Only a cursor that moved is kept work; a job that breaks off at the same place every time must run out.
        is_getting_on = cursor != self.job.cursor
        attempt = 0 if is_getting_on else self.job.attempt
        with self._fenced() as session:
            yield session
            jobs.renew(session, self.job, cursor=cursor, progress=progress, total=total, attempt=attempt)
        self.job.cursor, self.job.progress, self.job.total, self.job.attempt = cursor, progress, total, attempt
        if self.watch:
            self.watch(progress, total)
        if self.stop and self.stop.is_set():
            raise StopError
        if self.turn and is_getting_on and self.turn.is_over(self.job):
            raise TurnOverError

    @contextmanager
    def final(self, result: dict[str, Any]) -> Iterator[storage.Session]:
        """Commit the caller's last writes together with the end of the job; `result` may be filled meanwhile."""
        with self._fenced() as session:
            yield session
            jobs.finish(session, self.job, result)

    @contextmanager
    def postponed(self, until: dt.datetime) -> Iterator[storage.Session]:
        """Commit the caller's writes and leave the job, which begins anew at the moment `until`."""
        with self._fenced() as session:
            yield session
            jobs.postpone(session, self.job, until)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease from a thread while one long step runs outside of any transaction."""
        stop = threading.Event()
        thread = threading.Thread(target=self._renew_until, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    @contextmanager
    def _fenced(self) -> Iterator[storage.Session]:
        """Begin a transaction that holds the job's row, so that the lease cannot be lost while it lasts."""
        with storage.writing() as session:
            jobs.renew(session, self.job)
            yield session

    def _renew_until(self, stop: threading.Event) -> None:
        while not stop.wait(jobs.LEASE.total_seconds() / 3):
            try:
                with storage.writing() as session:
                    jobs.renew(session, self.job)
            except LeaseLost:
                return
            except Exception:
                log.exception("the lease could not be renewed; trying again", job=str(self.job.id))


def run_one(tasks: Mapping[str, Task], job_id: UUID | None = None, watch: Watch | None = None,
            stop: threading.Event | None = None) -> Job | None:
    """Run the job that has waited longest (or `job_id`) to its end; return it, or None when there is none to take."""
    with storage.writing() as session:
        job = jobs.claim(session, job_id)
    if job is not None:
        run_claimed(tasks, job, watch, stop)
    return job


def run_turn(tasks: Mapping[str, Task], stop: threading.Event, apart: Collection[str] = (),
             last: Collection[str] = ()) -> bool:
    """Run the job whose turn it is, until it ends or others that wait have theirs; tell whether there was one.

    `apart` and `last` as `jobs.claim` has them; a long job does not give way to those of the kinds `last`.
    """
    with storage.writing() as session:
        job = jobs.claim(session, apart=apart, last=last)
    if job is None:
        return False
    run_claimed(tasks, job, stop=stop, turn=Turn((*apart, *last)))
    return True


def run_claimed(tasks: Mapping[str, Task], job: Job, watch: Watch | None = None,
                stop: threading.Event | None = None, turn: Turn | None = None) -> None:
    """Run a job that was claimed to its end, or that of its turn.

    A `MatchmakerError` ends the job for good: trying again would not help. Anything else is tried again.
    """
    bound = log.bind(job=str(job.id), task=job.task, attempt=job.attempt)
    bound.info("job taken")
    try:
        _run(tasks, job, Chunks(job, watch, stop, turn))
        bound.info("job left")
    except LeaseLost:
        bound.warning("job taken over by another worker")


def _run(tasks: Mapping[str, Task], job: Job, chunks: Chunks) -> None:
    try:
        tasks[job.task](job, chunks)
    except LeaseLost:
        raise
    except TurnOverError:
        with storage.writing() as session:
            jobs.pass_turn(session, job)
    except StopError:
        with storage.writing() as session:
            jobs.release(session, job)
    except MatchmakerError as error:
        log.info("job refused", job=str(job.id), task=job.task, reason=str(error))
        with storage.writing() as session:
            jobs.fail(session, job, str(error), is_final=True)
    except Exception as error:
        log.exception("job broke off", job=str(job.id), task=job.task)
        with storage.writing() as session:
            jobs.fail(session, job, str(error) or type(error).__name__, is_final=False)


def work(tasks: Mapping[str, Task], stop: threading.Event, *, pause: float = 1.0, until_idle: bool = False,
         apart: Collection[str] = (), last: Collection[str] = ()) -> None:
    """Run jobs in turns until `stop` is set, looking for new ones every `pause` seconds; a chunk begun is finished.

    With `until_idle`, return as soon as none waits. Jobs of the kinds `apart` are left to others, those of the kinds
    `last` are run when nothing else waits.
    """
    while not stop.is_set():
        try:
            busy = run_turn(tasks, stop, apart, last)
            if not busy:
                with storage.writing() as session:
                    jobs.bury(session)
        except Exception:
            log.exception("the worker could not look for jobs; it goes on")
            busy = False
        if until_idle and not busy:
            return
        if not busy:
            stop.wait(pause)


def wait_beside(tasks: Mapping[str, Task], stop: threading.Event, kinds: Collection[str], *, hands: int,
                pause: float = 1.0) -> None:
    """Run jobs of some kinds, `hands` of them at once, until `stop` is set; no other work holds them up."""
    free = threading.Semaphore(hands)

    def run(job: Job) -> None:
        try:
            run_claimed(tasks, job, stop=stop)
        except Exception:
            log.exception("what became of the job could not be noted; its lease will end", job=str(job.id))
        finally:
            free.release()

    with ThreadPoolExecutor(hands) as pool:
        while not stop.is_set():
            if not free.acquire(timeout=pause):
                continue
            try:
                with storage.writing() as session:
                    job = jobs.claim(session, only=kinds)
            except Exception:
                log.exception("the worker could not look for jobs; it goes on")
                job = None
            if job is None:
                free.release()
                stop.wait(pause)
            else:
                pool.submit(run, job)
