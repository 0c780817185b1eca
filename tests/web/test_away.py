import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker.domain import Absence, LeadState, Role
from matchmaker.domain.base import new_id, utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import formats, hourly
from matchmaker.services.leads import reviewing
from matchmaker.services.people import covering
from matchmaker.tasks import make_tasks
from tests.mailed import jobs, newest_text, notices
from tests.making import PASSWORD, add_lead, add_organisation, add_person, member

EMAIL, DEPUTY = "reviewer@jianghai.example", "deputy@jianghai.example"
DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def people(session):
    return add_person(session, EMAIL, "jianghai", name="A. Way"), add_person(session, DEPUTY, "jianghai", name="D. Puty")


@pytest.fixture
def browser(client, people):
    client.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD})
    return client


@pytest.fixture
def plan(browser, session, people):
    """A function that sends the form: away from today on, for some days."""
    def plan(deputy=None, first=0, last=3):
        place, today = add_organisation(session, "jianghai"), formats.today()
        return browser.post(f"/en/account/away/{place.id}", data={
            "deputy": str(deputy or people[1].id), "first_day": str(today + first * DAY), "last_day": str(today + last * DAY)})

    return plan


def test_what_comes_due_meanwhile_goes_to_the_deputy(plan, session, people, config, make_offering):
    absent, deputy = people
    soon, later, theirs, closed = (
        add_lead(session, make_offering(session), state=state, assignee_id=owner, due_at=utc_now() + days * DAY)
        for state, owner, days in ((LeadState.IN_REVIEW, absent.id, 2), (LeadState.IN_REVIEW, absent.id, 9),
                                   (LeadState.IN_REVIEW, deputy.id, 2), (LeadState.DECLINED, absent.id, 2)))
    assert plan().status_code == 303
    for lead in (soon, later, theirs, closed):
        session.refresh(lead)
    assert [lead.assignee_id for lead in (soon, later, theirs, closed)] == [deputy.id, absent.id, deputy.id, absent.id]
    text = newest_text(session, config, DEPUTY)
    assert "A. Way" in text
    assert "now yours: 1" in text
    assert notices(session, DEPUTY) == ["leads_covered"]


def test_what_is_given_to_who_is_away_goes_to_the_deputy(plan, session, people, make_offering):
    absent, deputy = people
    plan()
    lead = add_lead(session, make_offering(session))
    assert reviewing.assign(session, member(session, deputy), lead.id, absent.id, seen=lead.version).assignee_id == deputy.id


def test_an_absence_that_is_still_to_come_changes_nothing_yet(plan, session, people, config, make_offering):
    absent, deputy = people
    lead = add_lead(session, make_offering(session), state=LeadState.IN_REVIEW, assignee_id=absent.id)
    assert plan(first=1).status_code == 303
    session.refresh(lead)
    assert lead.assignee_id == absent.id
    session.scalars(select(Absence)).one().first_day = formats.today()
    hourly.ensure(session, covering.TASK)
    session.commit()
    (job,) = jobs(session, covering.TASK)
    run_one(make_tasks(config), job.id)
    session.refresh(lead)
    assert lead.assignee_id == deputy.id
    assert len(jobs(session, covering.TASK)) == 2


def test_the_queue_and_the_account_say_so(plan, app, browser, session, people):
    plan()
    assert "Away from" in browser.get("/en/account/away").text
    theirs = app.test_client()
    theirs.post("/en/sign-in", data={"email": DEPUTY, "password": PASSWORD})
    assert "You stand in for A. Way until" in theirs.get("/en/leads").text
    assert "stand in" not in browser.get("/en/leads").text


def test_who_is_back_gets_their_leads_again(plan, browser, session, people, make_offering):
    absent, deputy = people
    plan()
    place = add_organisation(session, "jianghai")
    assert browser.post(f"/en/account/away/{place.id}/end").status_code == 303
    assert browser.post(f"/en/account/away/{place.id}/end").status_code == 303
    lead = add_lead(session, make_offering(session))
    assert reviewing.assign(session, member(session, deputy), lead.id, absent.id, seen=lead.version).assignee_id == absent.id


def test_a_mail_about_an_absence_that_is_over_is_not_sent(plan, browser, session, people, config, make_offering):
    add_lead(session, make_offering(session), state=LeadState.IN_REVIEW, assignee_id=people[0].id)
    plan()
    browser.post(f"/en/account/away/{add_organisation(session, 'jianghai').id}/end")
    from matchmaker.services.mail import letters
    with pytest.raises(letters.Unsendable):
        newest_text(session, config, DEPUTY)


def test_what_is_wrong_is_said(plan, session):
    for given in ({"first": 2, "last": 1}, {"first": -9, "last": -1}, {"last": 400}, {"deputy": "x"}, {"deputy": new_id()}):
        assert plan(**given).status_code == 422, given
    assert session.scalars(select(Absence)).all() == []


def test_a_deputy_is_of_the_same_team_and_somebody_else(plan, session, people):
    rival = add_person(session, "rival@qinghe.example", "qinghe")
    editor = add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR)
    for deputy in (people[0].id, rival.id, editor.id):
        assert plan(deputy).status_code == 422


def test_nobody_is_away_from_anothers_team(browser, session, people):
    rival = add_person(session, "rival@qinghe.example", "qinghe")
    data = {"deputy": str(rival.id), "first_day": str(formats.today()), "last_day": str(formats.today())}
    for place in (add_organisation(session, "qinghe").id, new_id()):
        assert browser.post(f"/en/account/away/{place}", data=data).status_code == 404


def test_a_deputy_who_has_left_gets_nothing(plan, session, people, make_offering):
    absent, deputy = people
    plan()
    from matchmaker.services.people import team
    admin = add_person(session, "admin@jianghai.example", "jianghai", Role.ADMIN)
    team.remove(session, member(session, admin), add_organisation(session, "jianghai").id, deputy.id)
    assert session.scalars(select(Absence)).all() == []
