"""A batch whose worker is killed at any moment has one answer for each row, and one need for each that was accepted."""

import json
import multiprocessing
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.domain import Job, JobState, Mail, Need, Ranking, Referral, ReferralBatch, ReferralTrace
from matchmaker.domain.base import new_id, utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import publishing
from matchmaker.services.referrals import keys, processing, receiving
from matchmaker.tasks import make_tasks
from tests.conftest import add_offering
from tests.referring import PATH, incubator, row

processes = multiprocessing.get_context("fork")


@pytest.fixture
def home(database, config):
    """Settings of a home folder whose database other processes share, with an index in force."""
    config = replace(config, database_url=database.url.render_as_string(hide_password=False))
    with storage.writing() as session:
        add_offering(session, external_id="vibration", standards=["GB/T 2423.10"])
        add_offering(session, platform="qinghe", external_id="ferment", title={"en": "Pilot fermentation"})
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)
    return config


@pytest.fixture
def caller(home):
    """A program of an incubator."""
    with storage.writing() as session:
        return incubator(create_app(home).test_client(), session, home)


@pytest.mark.parametrize(("kills", "rows"), [(2, 150), pytest.param(20, 1_000, marks=pytest.mark.faults)],
                         ids=["short", "long"])
def test_each_row_is_answered_once_however_often_the_worker_dies(home, caller, kills, rows):
    draw = random.Random(kills)
    job = send(caller, rows)
    deaths = 0
    while deaths < kills:
        child = start(home, job)
        wait_for(child, job, progress(job) + draw.randrange(1, rows // 3))
        child.join(draw.random() / 3)
        was_alive = child.is_alive()
        child.kill()
        child.join()
        deaths += was_alive
        free(job)
        if not was_alive and state(job) == JobState.DONE:
            check(rows)
            job = send(caller, rows)
    while state(job) != JobState.DONE:
        run_one(make_tasks(home), job)
        free(job)
    check(rows)
    assert not list(home.uploads.iterdir())


def send(caller, rows: int):
    """Send a batch of so many rows, every seventh of them without a need; return its job."""
    with storage.writing() as session:
        for kind in (ReferralTrace, Referral):
            session.query(kind).delete()
        for need in session.scalars(select(Need)):
            session.delete(need)
        for batch in session.scalars(select(ReferralBatch)):
            session.delete(batch)
    body = [row(number, problem="" if number % 7 == 0 else f"vibration test {number}", send_to="jianghai/vibration")
            for number in range(1, rows + 1)]
    answer = caller.call("POST", PATH, data=json.dumps(body), content_type="application/json",
                         headers={"Idempotency-Key": new_id().hex})
    assert answer.status_code == 202, answer.text
    with storage.reading() as session:
        return session.scalar(select(ReferralBatch.job_id).order_by(ReferralBatch.id.desc()))


def start(config, job):
    """Run the job in a process of its own, with a connection of its own."""
    def work() -> None:
        storage.Sessions.kw["bind"].dispose(close=False)
        storage.connect(config.database_url)
        processing.CHUNK = 20
        run_one(make_tasks(config), job)

    child = processes.Process(target=work)
    child.start()
    return child


def wait_for(child, job, answered: int) -> None:
    """Wait until so many rows are answered, or the worker has ended."""
    while child.is_alive() and progress(job) < answered:
        child.join(0.005)


def progress(job) -> int:
    with storage.reading() as session:
        return session.scalar(select(Job.progress).where(Job.id == job))


def free(job) -> None:
    """End the dead worker's lease."""
    with storage.writing() as session:
        session.execute(update(Job).where(Job.id == job, Job.state == JobState.RUNNING).values(lease_until=utc_now()))


def state(job) -> JobState:
    with storage.reading() as session:
        found = session.get_one(Job, job)
        assert found.state != JobState.FAILED, found.error
        return found.state


def check(rows: int) -> None:
    """Compare what is stored with what was sent: no row twice, none left out."""
    good = rows - rows // 7
    with storage.reading() as session:
        numbers = session.scalars(select(Referral.row).order_by(Referral.row)).all()
        assert numbers == list(range(1, rows + 1))
        counts = {kind: session.scalar(select(func.count()).select_from(kind)) for kind in (ReferralTrace, Need, Ranking)}
        assert counts == {ReferralTrace: rows, Need: good, Ranking: good}
        assert session.scalar(select(func.count()).where(Mail.notice == "consent_asked")) == good


@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=pytest.mark.faults)])
def test_the_same_key_at_once_makes_one_batch(home, caller, monkeypatch, rounds):
    monkeypatch.setattr(keys, "CALLS_A_MINUTE", 100_000)
    app = create_app(home)
    for turn in range(rounds):
        key, body = new_id().hex, json.dumps([row(turn)]).encode()

        def call(number: int, key: str = key, body: bytes = body):
            client = replace(caller, http=app.test_client())
            return client.send(body if number % 8 else body + b" ", key=key)

        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(call, range(32)))
        taken = {answer.data for answer in answers if answer.status_code == 202}
        assert len(taken) == 1
        assert {answer.status_code for answer in answers} == {202, 422}
        with storage.reading() as session:
            assert session.scalar(select(func.count()).where(ReferralBatch.idempotency_key == key)) == 1
            assert session.scalar(select(func.count()).where(Job.task == receiving.TASK)) == turn + 1
    assert len(list(home.uploads.iterdir())) == rounds
