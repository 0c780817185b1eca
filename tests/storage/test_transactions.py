import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from matchmaker import storage
from matchmaker.domain import Job, Organisation

THREADS, ROUNDS = 4, 25


def test_sqlite_syncs_fully_and_keeps_foreign_keys(tmp_path):
    engine = storage.make_engine(f"sqlite:///{tmp_path / 'new' / 'matchmaker.db'}")
    with engine.connect() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar()
                 for name in ("journal_mode", "synchronous", "foreign_keys")}
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_plain_postgresql_addresses_get_our_driver():
    assert storage.make_engine("postgresql://somebody@nowhere/none").url.drivername == "postgresql+psycopg"


def test_writing_commits_and_an_exception_undoes_it(database):
    with storage.writing() as session:
        session.add(Job(task="kept", payload={}))
    with pytest.raises(RuntimeError), storage.writing() as session:
        session.add(Job(task="undone", payload={}))
        session.flush()
        raise RuntimeError
    with storage.reading() as session:
        assert session.scalars(select(Job.task)).all() == ["kept"]


def test_a_reading_transaction_cannot_write(database):
    with pytest.raises(DBAPIError, match="read-?only"), storage.reading() as session:
        session.execute(text("DELETE FROM kind"))


def test_a_connection_that_has_read_may_write_again(database):
    with storage.reading() as session:
        session.scalar(select(func.count()).select_from(Job))
    with storage.writing() as session:
        session.add(Job(task="written", payload={}))


def test_no_change_is_lost_between_writers(database):
    with storage.writing() as session:
        session.add(job := Job(task="count", payload={}, progress=0))
    barrier = threading.Barrier(THREADS)

    def count_up():
        barrier.wait()
        for _ in range(ROUNDS):
            with storage.writing() as session:
                session.get_one(Job, job.id, with_for_update=True).progress += 1

    run_in_threads(count_up)
    with storage.reading() as session:
        assert session.get_one(Job, job.id).progress == THREADS * ROUNDS


def test_a_reader_does_not_wait_for_a_writer(database):
    with storage.writing() as writer:
        writer.add(Job(task="slow", payload={}))
        writer.flush()
        with storage.reading() as reader:
            assert reader.scalar(select(func.count()).select_from(Job)) == 0


def test_two_revisions_at_once_do_not_mix(database, make_offering):
    with storage.writing() as session:
        offering = make_offering(session)
    read, written = threading.Barrier(2), threading.Event()

    def late():
        with storage.Sessions.begin() if database.dialect.name == "postgresql" else storage.reading() as session:
            mine = session.get_one(type(offering), offering.id)
            read.wait()
            written.wait()
            mine.revise({"title": {"en": "late"}}, dt.datetime.now(dt.UTC))
            session.flush()

    with ThreadPoolExecutor(1) as pool:
        failed = pool.submit(late)
        read.wait()
        with storage.writing() as session:
            session.get_one(type(offering), offering.id).revise({"title": {"en": "first"}}, dt.datetime.now(dt.UTC))
        written.set()
        with pytest.raises((StaleDataError, DBAPIError)):
            failed.result()
    with storage.reading() as session:
        assert session.get_one(type(offering), offering.id).title == {"en": "first"}


def test_a_naive_datetime_is_refused(session):
    session.add(Job(task="naive", payload={}, lease_until=dt.datetime(2026, 11, 1)))
    with pytest.raises(StatementError, match="naive"):
        session.flush()


def test_moments_come_back_aware_and_equal(session):
    moment = dt.datetime(2026, 11, 1, 8, 30, 0, 125, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    session.add(job := Job(task="aware", payload={}, lease_until=moment))
    session.flush()
    session.refresh(job)
    assert job.lease_until == moment
    assert job.lease_until.utcoffset() == dt.timedelta(0)


def test_documents_keep_their_types_and_chinese_stays_readable(session):
    name = {"zh": "江海装备", "en": 'A "quoted" name'}
    session.add(organisation := Organisation(slug="jianghai", name=name, roles=["platform"]))
    session.flush()
    session.refresh(organisation)
    assert organisation.name == name
    assert "江海" in session.scalar(text("SELECT CAST(name AS TEXT) FROM organisation WHERE slug = 'jianghai'"))


def test_an_absent_document_is_null_and_not_json_null(session):
    session.add(Job(task="empty", payload={}))
    session.flush()
    assert session.scalar(text("SELECT COUNT(*) FROM job WHERE result IS NULL")) == 1


def run_in_threads(work):
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work) for _ in range(THREADS)]:
            done.result()
