"""SQLite as the product uses it: one write lock, for which writers wait in the order in which they came.

SQLite alone lets a writer that finds the lock taken sleep and try again, longer each time: whoever has waited longest
tries least often, and under load some never get it. So the threads of a process stand in a queue, of which only the
first asks SQLite, and it asks every few milliseconds, as the first of every other process does: none has an advantage.
"""

import sqlite3
import time
from collections import deque
from threading import Event, Lock
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from matchmaker.errors import Unavailable

BUSY_TIMEOUT_MS = 10_000
"""How long a statement waits for others that change the log itself."""
WRITE_TIMEOUT = 30.0
"""Seconds that a transaction waits for the write lock, before the caller hears that the database is busy."""
PAUSE = 0.002
"""Seconds between two tries to take a lock that another process holds."""

SAMPLED = 1_000
"""So many rows of an index are looked at to learn how it is filled."""


class Queue:
    """Let one thread in at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Event] = deque()
        self._taken = False

    def __len__(self) -> int:
        """Count those that wait."""
        return len(self._waiting)

    def enter(self, seconds: float) -> bool:
        """Wait for one's turn for so many seconds at most; tell whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = Event()
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._guard:
            if not turn.is_set():
                self._waiting.remove(turn)
            return turn.is_set()

    def leave(self) -> None:
        """Hand over to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


class QueuedConnection(sqlite3.Connection):
    """A connection whose writing transactions wait in a queue, which they leave when they end in any way."""

    queue: Queue
    _has_turn = False

    def begin_writing(self) -> None:
        """Take the write lock; raise `sqlite3.OperationalError` when others held it for `WRITE_TIMEOUT` seconds."""
        deadline = time.monotonic() + WRITE_TIMEOUT
        self._has_turn = self._has_turn or self.queue.enter(WRITE_TIMEOUT)
        try:
            self.execute("PRAGMA busy_timeout=0")
            while not self._begins(may_fail=time.monotonic() >= deadline):
                time.sleep(PAUSE)
        finally:
            self.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            self._leave()

    def commit(self) -> None:
        """Commit, and let the next one write."""
        try:
            super().commit()
        finally:
            self._leave()

    def rollback(self) -> None:
        """Roll back, and let the next one write."""
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        """Close, and let the next one write."""
        try:
            super().close()
        finally:
            self._leave(closed=True)

    def _begins(self, may_fail: bool) -> bool:
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if may_fail or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _leave(self, closed: bool = False) -> None:
        if self._has_turn and (closed or not self.in_transaction):
            self._has_turn = False
            self.queue.leave()


def prepare(engine: Engine) -> None:
    """Give an engine's connections what the product relies on, and its writers a queue."""
    queue = Queue()

    def connect(connection: QueuedConnection, _record: Any) -> None:
        connection.queue = queue
        _configure(connection)

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", _begin)


def empty_log(engine: Engine, wait_ms: int = 200) -> bool:
    """Move the write-ahead log into the database, and cut it to nothing; tell whether no transaction forbade it."""
    connection = engine.raw_connection()
    try:
        connection.execute(f"PRAGMA busy_timeout={wait_ms}")
        busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    finally:
        connection.close()
    return not busy


def learn(connection: Connection) -> None:
    """Let SQLite learn how its indexes are filled, which it does not by itself, so that it knows which of them to use.

    Connections that are open keep to what they know (see `storage.LONGEST`). Of what it notes, only counts are kept:
    some builds note values of rows besides, which would outlive an erasure.
    """
    connection.exec_driver_sql(f"PRAGMA analysis_limit={SAMPLED}")
    connection.exec_driver_sql("ANALYZE")
    connection.exec_driver_sql("DROP TABLE IF EXISTS sqlite_stat4")


def _configure(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None
    _switch_to_wal(connection)
    for pragma, wanted in (("journal_mode=WAL", "wal"), ("synchronous=FULL", 2), ("foreign_keys=ON", 1),
                           ("secure_delete=ON", 1)):
        connection.execute(f"PRAGMA {pragma}")
        name = pragma.partition("=")[0]
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found not in (wanted, "memory"):
            raise Unavailable("SQLite refused %(pragma)s (it says %(found)s)", pragma=pragma, found=found)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; a new file's first connections race for it, and SQLite does not wait by itself."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("matchmaker_reading", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
    if reads:
        connection.exec_driver_sql("BEGIN")
        return
    try:
        connection.connection.driver_connection.begin_writing()  # type: ignore[union-attr]
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error
