"""Real workers, found by looking or woken by RabbitMQ, that are killed, stopped and many: each row is answered once.

The lease is two seconds and nobody ends it but time: a batch goes on when a worker finds that its holder is gone.
"""

import datetime as dt
import os
import random
import signal
import sqlite3
import threading
import warnings
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from matchmaker import jobs, storage
from matchmaker.cli import working
from matchmaker.domain import Job, JobState, Referral
from matchmaker.domain.base import utc_now
from matchmaker.jobs import worker
from matchmaker.jobs.worker import run_one
from matchmaker.services import hourly, keeping, publishing, purging
from matchmaker.services.editing import validity
from matchmaker.services.leads import clocks
from matchmaker.services.people import covering
from matchmaker.services.referrals import processing
from matchmaker.services.referrals.rows import Reader
from matchmaker.tasks import make_tasks
from tests.broker import broker  # noqa: F401
from tests.faults.test_referral_kill import caller, check, home, processes, progress, send, state  # noqa: F401

MARK = "mark"


class Workers:
    """Workers in processes of their own, as `matchmaker worker` starts them."""

    def __init__(self, config) -> None:
        self.config = config
        self.started = []

    def start(self, many: int = 1):
        """Start some; return the last."""
        for _ in range(many):
            self.started.append(processes.Process(target=self._work))
            self.started[-1].start()
        return self.started[-1]

    def kill(self, *children) -> None:
        """Kill some, or all, as no program can prevent."""
        for child in children or self.started:
            child.kill()
            child.join()

    def wait(self, is_over) -> None:
        """Wait until something is over; somebody must be there to bring it about."""
        pause = threading.Event()
        while not is_over():
            assert any(child.is_alive() for child in self.started)
            pause.wait(0.02)

    def _work(self) -> None:
        warnings.simplefilter("ignore")  # Celery warns of the superuser that tests may run as
        storage.Sessions.kw["bind"].dispose(close=False)
        storage.connect(self.config.database_url)
        processing.CHUNK = 20
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        working.serve(self.config, make_tasks(self.config) | {MARK: _mark}, stop)


def _mark(job, chunks) -> None:
    """Note which process is free for other work."""
    with chunks.final({"process": os.getpid()}):
        pass


@pytest.fixture
def workers(home, request, monkeypatch):  # noqa: F811
    """Workers on the home's database, which a broker wakes where the test says so; none outlives it."""
    monkeypatch.setattr(jobs, "LEASE", dt.timedelta(seconds=2))
    if request.param == "celery":
        home = replace(home, broker_url=request.getfixturevalue("broker"))
    made = Workers(home)
    yield made
    made.kill()


def on(*cases, long: tuple):
    """Parametrize a test by database, engine and numbers: short forms, and the long one of each engine."""
    names = ("backend", "workers", "times", "rows")
    every = [*cases, *(pytest.param(*place, *long, marks=pytest.mark.faults)
                       for place in (("sqlite", "polling"), ("postgresql", "polling"), ("postgresql", "celery")))]
    return pytest.mark.parametrize(names, every, indirect=["workers"])


@on(("postgresql", "celery", 2, 150), long=(20, 5_000))
def test_a_killed_worker_loses_no_row_and_doubles_none(workers, caller, times, rows):  # noqa: F811
    draw = random.Random(times)
    job = send(caller, rows)
    for _ in range(times):
        child = workers.start()
        enough = progress(job) + draw.randrange(1, max(rows // times, 40))
        workers.wait(lambda job=job, enough=enough: progress(job) >= enough or state(job) == JobState.DONE)
        workers.kill(child)
        if state(job) == JobState.DONE:
            check(rows)
            job = send(caller, rows)
    workers.start()
    workers.wait(lambda job=job: state(job) == JobState.DONE)
    check(rows)


@on(("sqlite", "polling", 1, 100), long=(20, 300))
def test_four_workers_on_one_batch_answer_each_row_once(workers, caller, times, rows):  # noqa: F811
    workers.start(4)
    for _ in range(times):
        job = send(caller, rows)
        workers.wait(lambda job=job: state(job) == JobState.DONE)
        check(rows)


@on(("postgresql", "polling", 1, 150), long=(20, 200))
def test_a_worker_that_was_stopped_past_its_lease_writes_nothing_when_it_goes_on(workers, caller, times, rows):  # noqa: F811
    for _ in range(times):
        job = send(caller, rows)
        late = workers.start()
        workers.wait(lambda job=job: progress(job) > 0)
        stop_between_writes(late)
        assert state(job) == JobState.RUNNING
        other = workers.start()
        workers.wait(lambda job=job: state(job) == JobState.DONE)
        check(rows)
        done = stored(job)
        workers.kill(other)
        os.kill(late.pid, signal.SIGCONT)
        with storage.writing() as session:
            mark = jobs.enqueue(session, MARK).id
        # It has found that the batch is another's, and is free for other work.
        workers.wait(lambda mark=mark: state(mark) == JobState.DONE)
        assert stored(mark).result == {"process": late.pid}
        assert stored(job).finished_at == done.finished_at
        check(rows)
        workers.kill(late)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_row_that_takes_longer_than_the_lease_does_not_lose_it(home, caller, monkeypatch):  # noqa: F811
    monkeypatch.setattr(jobs, "LEASE", dt.timedelta(milliseconds=300))
    job, renewed = send(caller, 3), threading.Event()
    renew, ready = jobs.renew, Reader.ready

    def renewing(session, held, **progress):
        renew(session, held, **progress)
        if threading.current_thread() is not threading.main_thread():
            renewed.set()

    def slow(reader, row):
        assert renewed.wait(10)
        return ready(reader, row)

    monkeypatch.setattr(jobs, "renew", renewing)
    monkeypatch.setattr(Reader, "ready", slow)
    run_one(make_tasks(home), job)
    assert state(job) == JobState.DONE
    check(3)


def stop_between_writes(child) -> None:
    """Stop a worker that holds no lock: a process that sleeps in the midst of writing keeps others from the same rows."""
    stop(child)
    engine = storage.connected()
    while is_locked(engine.url.database) if engine.dialect.name == "sqlite" else is_a_job_locked():
        os.kill(child.pid, signal.SIGCONT)
        child.join(0.01)
        stop(child)


def stop(child) -> None:
    """Stop a process, and wait until it has come to a stop: the signal alone lets it go on for a moment."""
    os.kill(child.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, child.pid, os.WSTOPPED)


def is_a_job_locked() -> bool:
    """Tell whether somebody is writing to a job, for instance that it goes on; on PostgreSQL."""
    with storage.writing() as session:
        every = session.scalars(select(Job.id)).all()
        return len(session.scalars(select(Job.id).with_for_update(skip_locked=True)).all()) < len(every)


def is_locked(file: str) -> bool:
    """Tell whether somebody is writing to a SQLite database."""
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def stored(job) -> Job:
    with storage.reading() as session:
        return session.get_one(Job, job)


@pytest.mark.parametrize(("backend", "workers"), [("postgresql", "celery")], indirect=["workers"])
def test_what_is_done_every_hour_is_done_once_however_many_workers_there_are(workers):
    """Each worker asks for it when it starts, and each watches for what is due."""
    barrier = threading.Barrier(4)

    def begin() -> None:
        barrier.wait()
        with storage.writing() as session:
            for ensure in (purging.ensure, validity.ensure, clocks.ensure, keeping.ensure):
                ensure(session)
            hourly.ensure(session, covering.TASK)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    workers.start(3)
    tasks = (purging.TASK, validity.TASK, clocks.WIND, covering.TASK)

    def counted():
        with storage.reading() as session:
            found = session.execute(select(Job.task, Job.state, func.count()).where(Job.task.in_(tasks))
                                    .group_by(Job.task, Job.state))
            return {(task, str(job_state)): count for task, job_state, count in found}

    workers.wait(lambda: all(counted().get((task, "done")) for task in tasks))
    # One is done, and the next waits for its hour.
    assert counted() == {(task, job_state): 1 for task in tasks for job_state in ("done", "queued")}


@pytest.mark.parametrize(("backend", "workers"), [("sqlite", "polling"), ("postgresql", "celery")], indirect=["workers"])
def test_what_comes_after_a_long_batch_does_not_wait_for_its_end(workers, caller, monkeypatch):  # noqa: F811
    monkeypatch.setattr(worker, "TURN_SECONDS", 0.1)
    monkeypatch.setattr(worker, "WORTH", 0)
    long = send(caller, 2_000)
    workers.start()
    workers.wait(lambda: progress(long) > 0)
    with storage.writing() as session:
        index = publishing.queue_publish(session).id
        mark = jobs.enqueue(session, MARK).id
    workers.wait(lambda: state(index) == state(mark) == JobState.DONE)
    gave_way = progress(long)
    assert state(long) != JobState.DONE
    workers.wait(lambda: progress(long) > gave_way)
    with storage.reading() as session:
        many, last = session.execute(select(func.count(), func.max(Referral.row))).one()
    assert many == last


@pytest.mark.parametrize(("backend", "workers"), [("postgresql", "celery")], indirect=["workers"])
def test_a_worker_that_is_asked_to_stop_gives_its_batch_back(workers, caller):  # noqa: F811
    job = send(caller, 2_000)
    child = workers.start()
    workers.wait(lambda: progress(job) > 0)
    child.terminate()
    child.join(60)
    assert child.exitcode == 0
    given_back = stored(job)
    assert (given_back.state, given_back.lease_until) == (JobState.QUEUED, None)
    assert given_back.created_at < utc_now()
