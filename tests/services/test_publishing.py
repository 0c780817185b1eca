import datetime as dt
import os

import pytest

from matchmaker import storage
from matchmaker.domain import JobState, OfferingStatus
from matchmaker.domain.base import utc_now
from matchmaker.errors import Unavailable
from matchmaker.jobs.worker import run_one
from matchmaker.ranking import store
from matchmaker.services import publishing
from matchmaker.storage.queries import jobs as queries
from matchmaker.tasks import make_tasks


@pytest.fixture
def publish(database, config):
    """A function that publishes the catalogue as it is, and returns the job as it ended."""
    def publish():
        with storage.writing() as session:
            job = publishing.queue_publish(session)
        run_one(make_tasks(config), job.id)
        with storage.reading() as session:
            return queries.job_by_id(session, job.id)

    return publish


@pytest.fixture
def folder(config):
    config.index_folder.mkdir(parents=True)
    return config.index_folder


def numbered(folder, *numbers):
    for number in numbers:
        (folder / f"{number:06d}").mkdir()


def test_what_is_published_is_in_force(publish, config, make_offering):
    with storage.writing() as session:
        make_offering(session)
        make_offering(session, status=OfferingStatus.DRAFT)
    job = publish()
    assert job.state == JobState.DONE
    assert job.result["offerings"] == 1
    assert job.result["version"].startswith("000001-")
    folder = publishing.current_folder(config.index_folder)
    assert folder.name == "000001"
    assert store.load(folder).version == job.result["version"]
    assert (job.progress, job.total) == (3, 4)


def test_the_version_names_the_content(publish, make_offering):
    with storage.writing() as session:
        make_offering(session)
    first, same = (publish().result["version"] for _ in range(2))
    with storage.writing() as session:
        make_offering(session)
    other = publish().result["version"]
    assert [version.partition("-")[0] for version in (first, same, other)] == ["000001", "000002", "000003"]
    assert first.partition("-")[2] == same.partition("-")[2] != other.partition("-")[2]


def test_the_last_five_are_kept(publish, config):
    for _ in range(7):
        publish()
    assert publishing.published(config.index_folder) == [3, 4, 5, 6, 7]
    assert publishing.current_folder(config.index_folder).name == "000007"
    assert [path.name for path in config.index_folder.iterdir() if path.name.startswith(".")] == []


def test_the_one_in_force_is_kept_however_old(folder):
    numbered(folder, *range(1, 9))
    publishing.point_to(folder, 1)
    publishing.prune(folder)
    assert publishing.published(folder) == [1, 4, 5, 6, 7, 8]


def test_what_a_broken_off_job_left_goes_and_what_another_builds_stays(folder):
    numbered(folder, 1)
    publishing.point_to(folder, 1)
    for token in ("dead", "alive"):
        (folder / f".building-{token}").mkdir()
    publishing.prune(folder, {"alive", None})
    assert [path.name for path in folder.glob(".building-*")] == [".building-alive"]


@pytest.mark.parametrize(("held_for", "left"), [(-1, []), (60, [".building-theirs"])])
def test_only_a_job_that_is_held_keeps_what_it_builds(publish, folder, held_for, left):
    (folder / ".building-theirs").mkdir()
    with storage.writing() as session:
        theirs = publishing.queue_publish(session)
        theirs.state, theirs.lease_token = JobState.RUNNING, "theirs"
        theirs.lease_until = utc_now() + dt.timedelta(seconds=held_for)
    publish()
    assert [path.name for path in folder.glob(".building-*")] == left


def test_numbers_go_on_from_the_greatest(folder):
    assert publishing.next_number(folder) == 1
    numbered(folder, 2, 9)
    (folder / "000010x").mkdir()
    assert publishing.next_number(folder) == 10


def test_nothing_published(config):
    with pytest.raises(Unavailable, match="index publish"):
        publishing.current_folder(config.index_folder)
    assert publishing.status(config.index_folder) == []
    assert publishing.published(config.index_folder) == []


def test_the_link_is_replaced_and_never_absent(folder):
    numbered(folder, 1, 2)
    publishing.point_to(folder, 1)
    (folder / f".current-{os.getpid()}").symlink_to("left by one who died")
    publishing.point_to(folder, 2)
    assert os.readlink(folder / publishing.CURRENT) == "000002"
    assert not (folder / f".current-{os.getpid()}").is_symlink()


def test_status_tells_which_is_in_force_and_which_is_damaged(publish, config):
    publish()
    publish()
    (config.index_folder / "000001" / "owners.npy").write_bytes(b"")
    first, second = publishing.status(config.index_folder)
    assert (first["number"], first["in_force"], "owners.npy" in first["fault"]) == (1, False, True)
    assert (second["number"], second["in_force"], second["fault"], second["offerings"]) == (2, True, None, 0)


def test_a_job_whose_number_was_taken_is_tried_again(publish, config, monkeypatch):
    publish()
    monkeypatch.setattr(publishing, "next_number", lambda folder: 1)
    job = publish()
    assert job.state == JobState.QUEUED
    assert publishing.current_folder(config.index_folder).name == "000001"
    store.verify(publishing.current_folder(config.index_folder))
