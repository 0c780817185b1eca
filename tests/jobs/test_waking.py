"""Messages that wake workers: sent with the commit, missed by nobody when the broker is away."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from kombu import Connection
from sqlalchemy.orm import sessionmaker

from matchmaker import jobs, storage
from matchmaker.domain import Job
from matchmaker.domain.base import utc_now
from matchmaker.jobs import waking
from tests.broker import broker  # noqa: F401
from tests.clock import Clock

BESIDE = ("waits_for_others",)


@pytest.fixture
def clock(monkeypatch):
    """The product's clock."""
    return Clock(monkeypatch)


@pytest.fixture
def sent(database):
    """A factory of sessions whose jobs wake somebody, and whom they woke."""
    woken = []
    sessions = sessionmaker(database, expire_on_commit=False)
    waking.attach(sessions, woken.append, BESIDE)
    return sessions, woken


def test_a_job_wakes_a_worker_once_it_is_committed(sent):
    sessions, woken = sent
    with sessions.begin() as session:
        now = jobs.enqueue(session, "now")
        jobs.enqueue(session, "later", after=utc_now() + dt.timedelta(hours=1))
        jobs.enqueue(session, BESIDE[0])
        with session.begin_nested():
            inner = jobs.enqueue(session, "inner")
        assert woken == []
    assert woken == [now.id, inner.id]
    with pytest.raises(RuntimeError), sessions.begin() as session:
        jobs.enqueue(session, "undone")
        raise RuntimeError
    assert woken == [now.id, inner.id]


def due():
    with storage.writing() as session:
        return jobs.wake_due(session, BESIDE)


def enqueue(**options):
    with storage.writing() as session:
        return jobs.enqueue(session, "count", **options).id


def test_what_no_message_reached_is_found_once_in_a_while(database, clock):
    job = enqueue()
    later = enqueue(after=utc_now() + dt.timedelta(minutes=10))
    assert due() == []  # its message is on its way
    clock.move(seconds=3)
    assert due() == [job]
    assert due() == []
    clock.move(seconds=31)
    assert due() == [job]
    clock.move(minutes=10)
    assert set(due()) == {job, later}


def test_a_job_that_becomes_free_again_is_woken_at_once(database, clock):
    """Threatens nobody: its worker died, its lease ended."""
    job = enqueue()
    clock.move(seconds=3)
    assert due() == [job]
    with storage.writing() as session:
        jobs.claim(session, job)
    clock.move(seconds=jobs.LEASE.total_seconds() + 1)
    assert due() == [job]


def test_of_many_that_watch_one_wakes(database, clock):
    wanted = {enqueue() for _ in range(12)}
    clock.move(seconds=3)
    barrier = threading.Barrier(4)

    def look(_number):
        barrier.wait()
        return due()

    with ThreadPoolExecutor(4) as pool:
        found = [job for part in pool.map(look, range(4)) for job in part]
    found += due()
    assert len(found) == len(wanted)
    assert set(found) == wanted


def test_what_others_do_beside_is_not_woken_for(database, clock):
    with storage.writing() as session:
        jobs.enqueue(session, BESIDE[0])
    clock.move(seconds=3)
    assert due() == []


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_message_names_the_job_and_nothing_else(database, broker):  # noqa: F811
    job = enqueue()
    waking.Sender(broker)(job)
    with Connection(broker) as connection, connection.SimpleQueue(waking.QUEUE) as queue:
        message = queue.get(timeout=10)
        assert message.payload[0] == [str(job)]
        assert message.headers["task"] == waking.NAME


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_broker_that_is_away_is_said_once_and_loses_nothing(database, clock, caplog):
    sender = waking.Sender("amqp://127.0.0.1:1//")
    sessions = sessionmaker(database, expire_on_commit=False)
    waking.attach(sessions, sender, ())
    for _ in range(3):
        with sessions.begin() as session:
            session.add(Job(task="count", payload={}))
    assert caplog.text.count("the broker cannot be reached") == 1
    clock.move(seconds=3)
    assert len(due()) == 3
