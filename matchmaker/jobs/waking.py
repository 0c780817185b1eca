"""Wake workers on several hosts: Celery on RabbitMQ carries the id of a job, and nothing depends on its arriving.

A message is a hint. It is sent after the commit that queued the job, and taken off the queue before the job is begun:
the row says what is to be done, and the lease who does it. What a message does not reach (a job whose time comes later,
whose worker has died, or that was queued while the broker was away) is found by `watch`, which every worker runs, and
which wakes each job once in a while, however many watch.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from matchmaker import extras, jobs, storage
from matchmaker.domain import Job
from matchmaker.domain.base import utc_now
from matchmaker.errors import Unavailable
from matchmaker.jobs.worker import Task, run_turn

QUEUE, NAME, EXTRA = "matchmaker", "matchmaker.run", "celery"
CONNECT_SECONDS = 2.0
EXPIRES_SECONDS = 60
"""A message that waits for longer is dropped by the broker; if its job still waits, there is a newer one."""
SULK_SECONDS = 30.0
"""For so long nothing is sent after the broker could not be reached: nobody's request is to wait for it each time."""
QUEUED = "waking_jobs"

log = structlog.get_logger(__name__)
Send = Callable[[UUID], None]


def make_app(url: str) -> Any:
    """Return the Celery application of a broker; raise `Unavailable` when Celery is not installed."""
    app = extras.require("celery", EXTRA).Celery("matchmaker", broker=url, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE, task_ignore_result=True, task_create_missing_queues=True,
        # The row is the truth: a message that a worker dies with is not missed, and one held for hours would be
        # taken for lost by the broker.
        task_acks_late=False, task_default_delivery_mode="transient", worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True, broker_connection_max_retries=None,
        broker_connection_timeout=CONNECT_SECONDS, worker_hijack_root_logger=False, worker_redirect_stdouts=False,
        worker_enable_remote_control=False, worker_send_task_events=False, event_queue_exclusive=False,
        broker_transport_options={"confirm_publish": True, "socket_timeout": CONNECT_SECONDS},
    )
    return app


class Sender:
    """Sends the ids of jobs to a broker; when it is away, says so once and leaves them to `watch`."""

    def __init__(self, url: str) -> None:
        self._app = make_app(url)
        self._away_until = 0.0

    def __call__(self, job_id: UUID) -> None:
        """Wake a worker for a job, if that is possible at once."""
        if time.monotonic() < self._away_until:
            return
        try:
            self._app.send_task(NAME, args=(str(job_id),), retry=False, expires=EXPIRES_SECONDS)
        except Exception as error:
            # Whatever the broker's library raises, the job is queued, and its sender has nothing to do with it.
            self._away_until = time.monotonic() + SULK_SECONDS
            log.warning("the broker cannot be reached; workers look for jobs by themselves", kind=type(error).__name__)


def attach(sessions: sessionmaker[Session], send: Send, apart: Collection[str]) -> None:
    """Wake a worker for each job that a factory's sessions queue for now, once it is committed; kinds `apart` aside."""
    def note(session: Session, _context: object) -> None:
        now = utc_now()
        session.info.setdefault(QUEUED, []).extend(
            thing.id for thing in session.new if isinstance(thing, Job) and thing.task not in apart
            and (thing.lease_until is None or thing.lease_until <= now))

    def wake(session: Session) -> None:
        if not session.in_nested_transaction():
            for job_id in session.info.pop(QUEUED, ()):
                send(job_id)

    event.listen(sessions, "after_flush", note)
    event.listen(sessions, "after_commit", wake)


def watch(stop: threading.Event, send: Send, apart: Collection[str], *, pause: float = 1.0) -> None:
    """Wake workers for the jobs that nobody was woken for, and bury those that are given up, until `stop` is set."""
    while not stop.is_set():
        try:
            with storage.writing() as session:
                jobs.bury(session)
                due = jobs.wake_due(session, apart)
            for job_id in due:
                send(job_id)
        except Exception:
            log.exception("the worker could not look for jobs; it goes on")
        stop.wait(pause)


def work(url: str, tasks: Mapping[str, Task], stop: threading.Event, apart: Collection[str],
         last: Collection[str]) -> None:
    """Run a job for each message, one at a time, until Celery is told to stop or `stop` is set.

    A message says that there is something to do. Whose turn it is, of all that wait, the rows say.
    """
    app = make_app(url)
    signals = extras.require("celery.signals", EXTRA)

    @app.task(name=NAME)
    def run(_job_id: str) -> None:
        run_turn(tasks, stop, apart, last)

    # Whoever listens here keeps Celery from setting the logs up in its own way.
    signals.setup_logging.connect(lambda **_said: None, weak=False)
    # On the first signal the chunk begun is finished, as by the polling worker.
    signals.worker_shutting_down.connect(lambda **_said: stop.set(), weak=False)
    # Threads, so that heartbeats go on beside a long job, and killing the process leaves no child behind.
    worker = app.Worker(pool="threads", concurrency=1, queues=[QUEUE], without_gossip=True, without_mingle=True,
                        without_heartbeat=True, loglevel="WARNING", quiet=True)
    worker.start()
    stop.set()
    if worker.exitcode:
        raise Unavailable("The worker has ended by itself; its log above says why.")
