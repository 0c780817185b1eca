import re

import pytest
from sqlalchemy import func, select

from matchmaker.domain import Lead, Need, Referral, ReferralRevision, Role
from tests.making import PASSWORD, add_person
from tests.referring import VIBRATION, incubator, row

PAGE = "/{}/incubator/batches/{}/rows/{}"


@pytest.fixture
def caller(client, session, published):
    """A program of the incubator, whose people look at the pages."""
    return incubator(client, session, published)


@pytest.fixture
def batch(caller):
    """A batch with a refused row, one that waits for consent, and one that was only matched."""
    return caller.work(caller.send([row(1, problem=""), row(2, send_to="jianghai/vibration"), row(3, title="Third")]))


@pytest.fixture
def browser(client, session, batch):
    add_person(session, "referrer@incubator.example", "incubator", Role.REFERRER)
    client.post("/en/sign-in", data={"email": "referrer@incubator.example", "password": PASSWORD})
    return client


def form_of(page: str) -> dict[str, str]:
    """Return the fields of the form with what stands in them."""
    fields = dict(re.findall(r'<input class="form-control" id="[^"]*" name="([^"]*)" value="([^"]*)"', page))
    texts = dict(re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', page))
    (version,) = re.findall(r'name="version" value="(\d+)"', page)
    return fields | texts | {"version": version}


def test_a_refused_row_is_written_anew(browser, session, batch):
    address = PAGE.format("en", batch["id"], 1)
    shown = browser.get(address).text
    form = form_of(shown)
    assert "<code>problem</code>" in shown
    assert form["problem"] == ""
    assert browser.post(address, data=form).status_code == 422
    assert 'href="#f-problem"' in browser.post(address, data=form).text
    answer = browser.post(address, data=form | {"problem": VIBRATION, "organisation_name": "Haimen"})
    assert (answer.status_code, answer.location) == (303, address)
    after = browser.get(address).text
    assert "How it stood before" in after
    assert "Corrected on the page" in after
    assert form_of(after)["problem"] == VIBRATION
    kept = session.scalars(select(ReferralRevision)).one()
    assert (kept.person_id is not None, kept.api_key_id) == (True, None)


def test_an_accepted_row_comes_with_what_was_sent_and_without_its_contact(browser, session, batch):
    address = PAGE.format("en", batch["id"], 2)
    form = form_of(browser.get(address).text)
    assert (form["problem"], form["send_to"]) == (f"{VIBRATION}; firm 2", "jianghai/vibration")
    assert form["contact_email"] == form["organisation_name"] == ""
    assert browser.post(address, data=form | {"region": "320600"}).status_code == 303
    assert session.scalar(select(func.count()).select_from(Need)) == 2
    assert form_of(browser.get(address).text)["region"] == "320600"
    stale = browser.post(address, data=form | {"region": "310000"})
    assert (stale.status_code, "has been corrected since" in stale.text) == (409, True)
    assert session.scalar(select(func.count()).select_from(Lead)) == 0


def test_what_the_form_does_not_ask_for_stays(browser, caller, session, batch):
    caller.work(caller.send([row(5, quantity="4 pieces", nice_to_haves="CNAS")]))
    other = caller.call("GET", "/api/v1/referral-batches").get_json()["batches"][0]
    address = PAGE.format("en", other["id"], 1)
    form = form_of(browser.get(address).text)
    assert browser.post(address, data=form | {"title": "New"}).status_code == 303
    need = session.scalars(select(Need).where(Need.title == "New")).one()
    assert (need.quantity, need.nice_to_haves) == ("4 pieces", ["CNAS"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_row_that_cannot_be_corrected_says_why(browser, session, batch, language):
    session.delete(session.scalars(select(Need).where(Need.title == "Third")).one())
    session.commit()
    shown = browser.get(PAGE.format(language, batch["id"], 3)).text
    assert {"zh": "已删除", "en": "has been deleted"}[language] in shown
    assert 'name="version"' not in shown
    assert session.scalars(select(Referral).where(Referral.row == 3)).one().version == 1
