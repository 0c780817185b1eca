"""The database: one `Session` factory, connected once per process.

`writing` and `reading` give the two kinds of transaction. SQLite takes its one write lock when a writing transaction
begins (``BEGIN IMMEDIATE``), so that two writers never lose each other's change, and not for a reading one. A reading
transaction that tries to write is refused by either database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session as Session
from sqlalchemy.orm import sessionmaker

from matchmaker.domain.actors import Actor
from matchmaker.storage import auditing, sqlite, wall

View = TypeVar("View", bound=Callable[..., Any])
NO_LIMIT = -1
"""Of connections: the server bounds its threads, and threads that hold one must not wait for each other's second."""
LONGEST = 3600
"""Seconds for which a connection to SQLite is kept: what `learn` found, only later ones know."""

Sessions = sessionmaker(expire_on_commit=False)
_reading = sessionmaker(expire_on_commit=False, autoflush=False)
auditing.attach(Sessions)
wall.attach(Sessions)
wall.attach(_reading)


def connect(url: str) -> Engine:
    """Point the session factories of this process at the database, and return its engine."""
    engine = make_engine(url)
    use(engine)
    return engine


def connected() -> Engine:
    """Return the engine that this process was connected with."""
    engine: Engine = Sessions.kw["bind"]
    return engine


def use(bind: Engine | Connection, **options: Any) -> None:
    """Let both session factories work on `bind`."""
    reading = bind
    if isinstance(bind, Engine):
        reading = bind.execution_options(matchmaker_reading=True, postgresql_readonly=True)
    Sessions.configure(bind=bind, **options)
    _reading.configure(bind=reading, **options)


def empty_log() -> bool:
    """Move everything out of SQLite's write-ahead log into the database, and cut the log to nothing.

    Tell whether that was possible: not while another transaction lasts, for which this waits a moment. Other databases
    keep no such log for us to empty.
    """
    engine = connected().engine
    if engine.dialect.name != "sqlite":
        return True
    return sqlite.empty_log(engine)


def learn(session: Session) -> None:
    """Let SQLite learn how its tables are filled, from samples, in some milliseconds; PostgreSQL does so by itself."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        sqlite.learn(connection)


def make_engine(url: str) -> Engine:
    """Return an engine with the guarantees that the product relies on."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True, max_overflow=NO_LIMIT, json_serializer=_dump,
                               json_deserializer=orjson.loads)
        wall.guard(engine)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"factory": sqlite.QueuedConnection}, max_overflow=NO_LIMIT,
                           pool_recycle=LONGEST, json_serializer=_dump, json_deserializer=orjson.loads)
    sqlite.prepare(engine)
    return engine


def reads_only(view: View) -> View:
    """Mark a view that stores nothing although it answers POST: its transaction takes no write lock."""
    view.reads_only = True  # type: ignore[attr-defined]
    return view


def writes(view: View) -> View:
    """Mark a view that stores something although it answers GET, because others send browsers there."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def streams(view: View) -> View:
    """Mark a view that takes a large body: it is called without a transaction, and begins its own."""
    view.streams = True  # type: ignore[attr-defined]
    return view


@contextmanager
def writing(actor: Actor | None = wall.SERVICE) -> Iterator[Session]:
    """Run one transaction that may change things; it commits at the end and rolls back on any exception.

    It is `actor`'s: the service's own in jobs and commands, in requests nobody's until it is known whose.
    """
    with Sessions(info={wall.ACTOR: actor}) as session, session.begin():
        yield session


@contextmanager
def reading(actor: Actor | None = wall.SERVICE) -> Iterator[Session]:
    """Run one transaction of `actor`'s that changes nothing, and so never waits for a writer."""
    with _reading(info={wall.ACTOR: actor}) as session:
        yield session


def _dump(document: Any) -> str:
    # Chinese stays readable in the column, so that a text search finds it there.
    return orjson.dumps(document).decode()
