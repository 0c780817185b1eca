import pytest
from sqlalchemy import select

from matchmaker import tasks
from matchmaker.config import Config
from matchmaker.domain import Job, JobState, Role
from matchmaker.domain.base import utc_now
from matchmaker.services import publishing
from matchmaker.web.operators.operating import TASKS
from tests.making import PASSWORD, add_person

EMAIL = "operator@operator.example"
PAGE = "/en/operator/service"


def test_every_task_has_words():
    assert tasks.make_tasks(Config()).keys() == TASKS.keys()


def test_a_service_without_an_index_says_so(operator):
    assert "None has been published yet" in operator.get(PAGE).text


def test_the_index_is_published_by_a_button_once(operator, session):
    assert operator.post(f"{PAGE}/publish").status_code == 303
    assert [job.task for job in session.scalars(select(Job))] == [publishing.TASK]
    assert "disabled" in operator.get(PAGE).text
    assert operator.post(f"{PAGE}/publish").status_code == 409
    assert len(session.scalars(select(Job)).all()) == 1


def test_failed_jobs_and_the_audit_log_are_shown_without_contents(operator, session, make_offering):
    session.add(Job(task="send_mail", payload={"word": "canary"}, state=JobState.FAILED, error="canary",
                    finished_at=utc_now()))
    make_offering(session, title={"en": "canary"})
    session.commit()
    page = operator.get(PAGE).text
    assert "Failed for good" in page
    assert "canary" not in page


def test_a_damaged_manifest_is_said(operator, app, config):
    folder = config.index_folder / "000001"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    publishing.point_to(config.index_folder, 1)
    page = operator.get(PAGE).text
    assert "damaged" in page
    assert "no readable manifest" in page


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OPERATOR])
def test_nobody_else_sees_it(client, session, role):
    add_person(session, EMAIL, "jianghai", role)
    session.commit()
    client.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert client.get(PAGE).status_code == client.post(f"{PAGE}/publish").status_code == 403


def test_the_first_page_leads_to_each_other_and_tells_how_much_waits(operator, session):
    session.add(Job(task=publishing.TASK, payload={}, state=JobState.FAILED))
    session.commit()
    page = operator.get("/en/operator").text
    for path in ("appeals", "complaints", "organisations", "organisations/new", "service"):
        assert f'href="/en/operator/{path}"' in page
    assert page.count("class=\"waiting") == 1
    assert "1 waits" in page
