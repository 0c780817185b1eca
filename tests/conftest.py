"""Fixtures for everybody: every test that touches the database runs on SQLite and on PostgreSQL.

`session` (and `app`, `client` above it) is rolled back after each test; `database` is for tests that need several
connections, threads or processes: what they commit is there until the next test that asks for it.
With MATCHMAKER_TEST_REQUIRE_ALL=1 a skipped test is a failed one.
"""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, make_url, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from matchmaker import logs, storage
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.domain import Base, Offering, OfferingStatus, Organisation
from matchmaker.domain.base import new_id
from matchmaker.jobs.worker import run_one
from matchmaker.services import matching, publishing, vocabulary
from matchmaker.storage import migrating
from matchmaker.tasks import make_tasks
from tests import sharing

POSTGRESQL = os.environ.get("MATCHMAKER_TEST_POSTGRESQL_URL", "postgresql://127.0.0.1:5432/test")
REQUIRE_ALL = os.environ.get("MATCHMAKER_TEST_REQUIRE_ALL") == "1"
PROCESS = os.getpid()
MEMORY, ROOM = Path("/dev/shm"), 16 * 10**9
SECRET = "nTq0w7Lk2ZbVx9sYc4Ue1RjHd8PgMa5Fi3Bo6Kt"


def pytest_configure():
    """Log as the product does, for pytest to capture; work in memory where there is room."""
    logs.configure()
    sharing.share()
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(autouse=True)
def few_indexes() -> Iterator[None]:
    """Let go of indexes that earlier tests have mapped: each keeps its files open."""
    yield
    if len(matching._held) > 4:
        matching._held.clear()


@pytest.fixture(autouse=True)
def patient_matching(monkeypatch) -> None:
    """Wait for an index that was just published, however slow the machine is."""
    monkeypatch.setattr(matching, "PATIENCE", 60)


@pytest.fixture(autouse=True)
def captured_logs() -> Iterator[None]:
    """Leave the logs to pytest, also after a command that was tested has set them up for itself."""
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if type(handler) is not logging.StreamHandler]
    yield
    root.handlers = [handler for handler in root.handlers if type(handler) is not logging.StreamHandler]


PAGES = ("tests/web/", "tests/cli/", "tests/schemas/", "tests/test_isolation.py", "tests/test_erasure.py")
"""Tests that see the database through services alone, which have theirs on both; on PostgreSQL they are repeats."""


def pytest_collection_modifyitems(items):
    """Count what repeats pages and commands on PostgreSQL among the long repeats (``make faults``).

    What fails is tried once more, and the summary says so: a machine that stands still for some seconds is no fault of
    the product's, and a fault of the product's fails twice. The long repeats count each failure.
    """
    for item in items:
        if item.nodeid.startswith(PAGES) and "postgresql" in item.nodeid:
            item.add_marker(pytest.mark.faults)
        if not item.get_closest_marker("faults"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure when nothing may be skipped."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which MATCHMAKER_TEST_REQUIRE_ALL forbids: {report.longrepr}"
    return report


def prepare(engine: Engine) -> None:
    """Give a new database its tables and its vocabulary."""
    migrating.upgrade(engine)
    storage.use(engine, join_transaction_mode="conditional_savepoint")
    with storage.writing() as session:
        vocabulary.seed(session, Config().data)


ROLE = "matchmaker_policed"
"""The role that tests take on where the server's is above the policies of row-level security."""
POLICED = f"""DO $$ BEGIN CREATE ROLE {ROLE} NOSUPERUSER NOBYPASSRLS; EXCEPTION WHEN duplicate_object OR unique_violation
THEN NULL; END $$"""


def postgresql_url(name: str) -> str:
    """Return the address of an empty schema `name` on the test server; skip when no server answers."""
    server = storage.make_engine(POSTGRESQL)
    options = f"-csearch_path={name}"
    try:
        with server.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {name}"))
            if storage.wall.is_above(connection):
                connection.execute(text(POLICED))
                connection.execute(text(f"ALTER SCHEMA {name} OWNER TO {ROLE}"))
                options += f" -crole={ROLE}"
    except OperationalError as error:
        pytest.skip(f"no PostgreSQL at {POSTGRESQL}: {str(error).splitlines()[0]}")
    finally:
        server.dispose()
    return make_url(POSTGRESQL).update_query_dict({"options": options}).render_as_string(False)


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, Engine]]:
    """The databases made so far in this process, by name; each is made once and migrated."""
    made: dict[str, Engine] = {}
    yield made
    for name, engine in made.items():
        if name != "sqlite":
            with engine.begin() as connection:
                wait_no_longer(connection)
                schema_name = connection.scalar(text("SELECT current_schema()"))
                connection.execute(text(f"DROP SCHEMA {schema_name} CASCADE"))
        engine.dispose()


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """A migrated SQLite file with nothing but the vocabulary, to be copied."""
    path = tmp_path_factory.mktemp("template") / "matchmaker.db"
    engine = storage.make_engine(f"sqlite:///{path}")
    prepare(engine)
    with engine.connect() as connection:
        connection.commit()
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request) -> str:
    """The database that this run of the test uses."""
    return request.param


@pytest.fixture
def config(tmp_path) -> Config:
    """Settings with a home folder of their own, outside of the demo, with a strong secret."""
    home = tmp_path / "home"
    return Config(home=home, secret_key=SECRET, database_url=f"sqlite:///{home / 'matchmaker.db'}")


@pytest.fixture
def session(backend, engines, template, tmp_path_factory) -> Iterator[Session]:
    """A session whose work is undone after the test; the product's own transactions become savepoints in it."""
    if backend not in engines:
        engines[backend] = make_database(backend, template, tmp_path_factory.mktemp("shared"), f"test_{PROCESS}")
    connection = engines[backend].connect()
    outer = connection.begin()
    storage.use(connection, join_transaction_mode="create_savepoint")
    session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    storage.wall.attach(session)
    yield session
    session.close()
    outer.rollback()
    connection.close()


@pytest.fixture
def database(backend, engines, template, tmp_path) -> Iterator[Engine]:
    """An engine on a database of this test's own, with nothing but the vocabulary; its URL serves other processes."""
    if backend == "sqlite":
        engine = make_database(backend, template, tmp_path, "")
    else:
        name = f"own_{PROCESS}"
        if name not in engines:
            engines[name] = make_database(backend, template, tmp_path, name)
        engine = engines[name]
        empty(engine)
    storage.use(engine, join_transaction_mode="conditional_savepoint")
    yield engine
    engine.dispose()


def make_database(backend: str, template: Path, folder: Path, name: str) -> Engine:
    """Return an engine on a new database with nothing but the vocabulary."""
    if backend == "sqlite":
        shutil.copy(template, folder / "matchmaker.db")
        return storage.make_engine(f"sqlite:///{folder / 'matchmaker.db'}")
    engine = storage.make_engine(postgresql_url(name))
    prepare(engine)
    return engine


LARGE = 4_000_000
"""Bytes of a table from which on to cut all tables is quicker than to delete rows, which takes a twentieth of the time."""
SIZES = "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"


def empty(engine: Engine) -> None:
    """Take everything but the vocabulary out of a PostgreSQL database."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)
              if table.name not in ("kind", "theme", "decline_reason")]
    with engine.begin() as connection:
        wait_no_longer(connection)
        connection.execute(text("SELECT set_config('matchmaker.actor', 'service', true)"))
        size: dict[str, int] = dict(connection.execute(text(SIZES)).all())
        if max(size[name] for name in tables) > LARGE:
            connection.execute(text(f"TRUNCATE {', '.join(tables)} CASCADE"))
            return
        # What is only ever added to lets nothing be deleted, and nothing refers to it.
        if size["audit_entry"]:
            connection.execute(text("TRUNCATE audit_entry"))
        for name in tables:
            if size[name] and name != "audit_entry":
                connection.execute(text(f"DELETE FROM {name}"))


def wait_no_longer(connection: Connection) -> None:
    """Let a transaction that a test forgot to end be an error after some time, and not wait for it for ever."""
    connection.execute(text("SET LOCAL lock_timeout = '60s'"))


@pytest.fixture
def app(session, config) -> Flask:
    """The application over `session`'s database; forms need no CSRF token here (test_app.py proves that they do)."""
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def client(app) -> FlaskClient:
    """A browser without a past."""
    return app.test_client()


@pytest.fixture
def make_offering() -> Callable[..., Offering]:
    """A function that adds a published offering to a session, with whatever fields the test states."""
    return add_offering


def add_offering(session: Session, *, platform: str = "jianghai", **fields) -> Offering:
    """Add a published offering of a platform, made on first use."""
    owner = session.scalar(select(Organisation).where(Organisation.slug == platform))
    if owner is None:
        owner = Organisation(slug=platform, name={"en": platform.title()}, roles=["platform"])
    content = {
        "external_id": f"{platform}-{new_id().hex[-12:]}", "kind_code": "laboratory",
        "title": {"zh": "随机振动试验", "en": "Random vibration test"},
        "summary": {"zh": "电动振动台", "en": "Electrodynamic shaker"}, "description": {"en": "Up to 2000 Hz."},
        "keywords": ["振动", "vibration"], "regions": ["320600"], "delivery": ["mail_in"], "content_hash": "none",
        "status": OfferingStatus.PUBLISHED,
    }
    offering = Offering(platform=owner, **(content | fields))
    session.add(offering)
    session.flush()
    return offering


@pytest.fixture
def published(session, config) -> Config:
    """Settings under which an index of four offerings is in force."""
    add_offering(session, external_id="vibration", standards=["GB/T 2423.10"], accreditations=["CNAS"])
    add_offering(session, external_id="drop", title={"zh": "跌落试验", "en": "Drop test"}, summary={"zh": "包装件跌落"},
                 keywords=["跌落"])
    add_offering(session, platform="tianquan", external_id="gpu", kind_code="compute", delivery=["remote"],
                 title={"zh": "训练算力", "en": "GPUs for training"}, summary={"en": "Eight GPUs a node"},
                 keywords=["GPU"], regions=["000000"])
    add_offering(session, platform="qinghe", external_id="ferment", kind_code="pilot_testing", regions=["320500"],
                 title={"zh": "发酵中试", "en": "Pilot fermentation"}, summary={"zh": "五百升罐"}, keywords=["发酵"])
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(config), job.id)
    return config
