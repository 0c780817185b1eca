"""Writers wait for SQLite's one write lock in the order in which they came; what it knows of its tables to find things."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from matchmaker import storage
from matchmaker.domain import Job, Member, Need, Role
from matchmaker.domain.base import new_id
from matchmaker.storage import migrating, sqlite
from matchmaker.storage.queries import scope
from matchmaker.storage.sqlite import Queue

MANY = 6


@pytest.fixture
def backend() -> str:
    """Only SQLite has one lock for all writers."""
    return "sqlite"


@pytest.fixture
def queue(database) -> Queue:
    """The queue of the database's writers."""
    with database.connect() as connection:
        return connection.connection.driver_connection.queue


def until(true) -> None:
    """Wait for something that another thread brings about."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def write(name: str) -> None:
    with storage.writing() as session:
        session.add(Job(task=name, payload={}))


def test_writers_come_in_the_order_in_which_they_began_to_wait(queue):
    order: list[int] = []

    def come(number: int) -> None:
        assert queue.enter(60)
        order.append(number)
        queue.leave()

    assert queue.enter(0)
    with ThreadPoolExecutor(MANY) as pool:
        for number in range(MANY):
            pool.submit(come, number)
            until(lambda waiting=number + 1: len(queue) == waiting)
        queue.leave()
    assert order == list(range(MANY))


def test_threads_wait_in_the_queue_and_do_not_ask_sqlite(database, queue):
    with ThreadPoolExecutor(MANY) as pool:
        with storage.writing() as session:
            session.connection()
            others = [pool.submit(write, "later") for _ in range(MANY)]
            until(lambda: len(queue) == MANY)
        for other in others:
            other.result()
    with storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == MANY
    assert queue.enter(0), "whoever has written has left"


def test_who_waits_too_long_is_told_so_and_keeps_nobody_from_writing(database, queue, monkeypatch):
    monkeypatch.setattr(sqlite, "WRITE_TIMEOUT", 0.02)
    with storage.writing() as session:
        session.connection()
        with ThreadPoolExecutor(1) as pool, pytest.raises(OperationalError, match="locked"):
            pool.submit(write, "refused").result()
    write("again")


@pytest.mark.parametrize("end", ["commit", "rollback", "close", "refusal"])
def test_however_a_transaction_ends_the_next_one_begins(database, queue, end, monkeypatch):
    connection = database.connect()
    if end == "refusal":
        monkeypatch.setattr(sqlite.QueuedConnection, "_begins", lambda *_arguments, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            connection.begin()
        monkeypatch.undo()
    else:
        connection.begin()
        getattr(connection.connection.driver_connection, end)()
    assert queue.enter(0)
    queue.leave()
    connection.invalidate()
    connection.close()


def test_another_process_is_waited_for(database, queue, monkeypatch):
    monkeypatch.setattr(sqlite, "WRITE_TIMEOUT", 60)
    other = sqlite3.connect(database.url.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    tries = []
    begins = sqlite.QueuedConnection._begins
    monkeypatch.setattr(sqlite.QueuedConnection, "_begins",
                        lambda self, may_fail: tries.append(may_fail) or begins(self, may_fail))
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(write, "after")
        until(lambda: len(tries) > 3)
        other.execute("COMMIT")
        waits.result()
    other.close()


def test_a_fault_that_is_no_lock_is_told_at_once(tmp_path):
    engine = storage.make_engine(f"sqlite:///{tmp_path / 'broken.db'}")
    connection = engine.connect()
    (tmp_path / "broken.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Exception, match="not a database|malformed|disk"):
        connection.begin()
    connection.invalidate()
    connection.close()
    engine.dispose()


def test_sqlite_learns_how_many_rows_there_are_and_keeps_none_of_their_values(database):
    for name in ("one", "two"):
        write(name)
    with storage.writing() as session:
        storage.learn(session)
    with storage.reading() as session:
        noted = session.execute(text("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'job'")).all()
        assert {stat.split()[0] for _index, stat in noted} == {"2"}
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")).all()
    assert tables == ["sqlite_stat1"]


def test_whether_a_need_may_be_read_is_found_by_the_need_also_before_sqlite_has_learnt_anything(database):
    reviewer = Member(new_id(), {new_id(): frozenset({Role.REVIEWER})})
    for what in (scope.needs(reviewer).where(Need.id.in_([new_id()])), scope.contacts(reviewer)):
        query = what.compile(database, compile_kwargs={"literal_binds": True})
        with database.connect() as connection:
            plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()]
        assert any("SEARCH lead USING INDEX ix_lead_need_id (need_id=? AND platform_id=?" in step for step in plan), plan


def test_a_migrated_database_has_learnt(database):
    write("one")
    migrating.upgrade(database)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'job'"))
