import pytest

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.domain import Ranking
from matchmaker.jobs.worker import run_one
from matchmaker.services import publishing
from matchmaker.tasks import make_tasks
from tests.asking import ask, begin
from tests.conftest import add_offering


@pytest.fixture
def lead(run, database, tmp_path):
    config = Config(home=tmp_path / "home", database_url=database.url.render_as_string(hide_password=False))
    with storage.writing() as session:
        add_offering(session, external_id="vibration")
        add_offering(session, external_id="gpu", platform="tianquan", title={"en": "GPUs"})
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)
    with storage.writing() as session:
        _key, holder = begin(session, config)
        return ask(session, config, holder)[0]


def test_a_ranking_is_replayed_by_number(run, lead):
    answer = run("replay", lead.reference)
    assert answer.exit_code == 0, answer.output
    assert answer.output.count("equal, byte for byte") == 6
    assert "1 rankings came out" in run("replay", "--sample", "5").output


def test_what_differs_ends_with_a_fault(run, lead):
    with storage.writing() as session:
        session.get(Ranking, lead.ranking_id).seed = "another"
    for arguments in ([lead.reference], ["--sample", "3"]):
        answer = run("replay", *arguments)
        assert answer.exit_code == 1
        assert "does not come out as it was recorded" in answer.output


def test_an_unknown_lead_is_said(run, database):
    answer = run("replay", "L-0000-0000")
    assert answer.exit_code == 1
    assert "There is no such lead." in answer.output
    assert run("replay").exit_code == 2
