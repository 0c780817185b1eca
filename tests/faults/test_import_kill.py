"""An import killed at any moment leaves the old catalogue or the whole new one, and a worker finishes it."""

import multiprocessing
import random
import time
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from matchmaker import storage
from matchmaker.domain import Job, JobState, Offering
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import importing
from matchmaker.tasks import make_tasks

ROWS = 1_500
processes = multiprocessing.get_context("fork")


@pytest.fixture
def home(database, config):
    """Settings of a home folder whose database other processes share."""
    return replace(config, database_url=database.url.render_as_string(hide_password=False))


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.faults)])
def test_a_killed_import_is_seen_whole_or_not_at_all(home, tmp_path, kills):
    draw = random.Random(kills)
    finish(home, queue(home, tmp_path, 0))
    longest = duration(home, queue(home, tmp_path, 1))
    version, seen = 1, set()
    for attempt in range(kills):
        job = queue(home, tmp_path, version + 1)
        kill(home, job, longest * (attempt + draw.random()) / kills)
        found = versions()
        assert found in ({version}, {version + 1}), "the catalogue is half old and half new"
        seen |= {found == {version}}
        finish(home, job)
        version += 1
        assert versions() == {version}
    assert True in seen, "no kill came before the end"
    finish(home, queue(home, tmp_path, version))
    assert not list(home.uploads.iterdir())


def queue(config, folder, version: int) -> Job:
    path = folder / "catalogue.csv"
    lines = [f"{number},data,Records of {number},version {version},Labs" for number in range(ROWS)]
    path.write_text("\n".join(["external_id,kind,title,summary,platform", *lines]))
    upload = importing.keep_upload(config.uploads, path)
    with storage.writing() as session:
        return importing.queue_import(session, upload)


def start(config, job: Job) -> multiprocessing.Process:
    """Run the job in a process of its own, with a connection of its own."""
    def work() -> None:
        storage.Sessions.kw["bind"].dispose(close=False)
        storage.connect(config.database_url)
        run_one(make_tasks(config), job.id)

    child = processes.Process(target=work)
    child.start()
    return child


def duration(config, job: Job) -> float:
    begin = time.monotonic()
    child = start(config, job)
    child.join()
    assert child.exitcode == 0
    return time.monotonic() - begin


def kill(config, job: Job, delay: float) -> None:
    child = start(config, job)
    child.join(delay)
    child.kill()
    child.join()


def finish(config, job: Job) -> None:
    """End the dead worker's lease and let another worker run the job, if it is not over."""
    with storage.writing() as session:
        session.execute(update(Job).where(Job.id == job.id, Job.state == JobState.RUNNING)
                        .values(lease_until=utc_now()))
    run_one(make_tasks(config), job.id)
    with storage.reading() as session:
        ended = session.get_one(Job, job.id)
    assert ended.state == JobState.DONE, ended.error
    assert ended.result["refused"] == 0


def versions() -> set[int]:
    """Return the versions of the catalogue that its offerings show; a missing offering counts as version -1."""
    with storage.reading() as session:
        texts = session.scalars(select(Offering.summary)).all()
    return {int(text["en"].removeprefix("version ")) for text in texts} | ({-1} if len(texts) != ROWS else set())
