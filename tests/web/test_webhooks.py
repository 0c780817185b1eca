import re
from dataclasses import replace
from ipaddress import ip_network

import pytest
from sqlalchemy import select

from matchmaker.app import create_app
from matchmaker.domain import OffReason, Role, WebhookDelivery, WebhookEndpoint
from matchmaker.domain.base import utc_now
from matchmaker.services.webhooks import endpoints
from matchmaker.tasks import make_tasks
from tests.making import PASSWORD, add_person
from tests.receiver import NETWORKS, receiving, run_next, status

PAGE = "/en/incubator/webhooks"
FORM = {"name": "CRM", "url": "https://hooks.example/matchmaker", "events": ["lead.created", "lead.state_changed"]}


@pytest.fixture
def near(config):
    """Settings under which webhooks may go to 127.0.0.1."""
    return replace(config, webhook_networks=(ip_network(NETWORKS),))


@pytest.fixture
def browser(session, near):
    """The browser of somebody who refers firms for an incubator."""
    app = create_app(near)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    add_person(session, "referrer@incubator.example", "incubator", Role.REFERRER)
    browser.post("/en/sign-in", data={"email": "referrer@incubator.example", "password": PASSWORD})
    return browser


def secret_in(answer) -> str:
    return re.search(r"whsec_[\w+/]+=*", answer.text)[0]


def made(browser, session, **form):
    answer = browser.post(PAGE, data=FORM | form)
    assert answer.status_code == 200, answer.text
    return session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id.desc())).first()


def test_a_webhook_is_made_with_a_secret_that_is_shown_once(browser, session):
    answer = browser.post(PAGE, data=FORM)
    assert answer.headers["Cache-Control"] == "no-store"
    secret = secret_in(answer)
    found = session.scalars(select(WebhookEndpoint)).one()
    assert found.events == FORM["events"]
    assert "whsec_" not in browser.get(f"{PAGE}/{found.id}").text
    another = secret_in(browser.post(f"{PAGE}/{found.id}/secret"))
    assert another != secret
    assert "signed with the former secret too until" in browser.get(f"{PAGE}/{found.id}").text
    assert "CRM" in browser.get(PAGE.replace("/en", "/zh")).text


@pytest.mark.parametrize(("form", "name"), [
    ({"name": ""}, "name"), ({"url": ""}, "url"), ({"url": "hooks.example"}, "url"), ({"url": "ftp://hooks.example/"}, "url"),
    ({"url": "https://u:p@hooks.example/"}, "url"), ({"url": "https://10.0.0.7/"}, "url"),
    ({"url": "https://[::1]/"}, "url"), ({"url": "https://hooks.example/#x"}, "url"), ({"url": "https://例.example/"}, "url"),
    ({"url": "https://hooks.example/" + "x" * 2000}, "url"), ({"events": []}, "events"), ({"events": ["all"]}, "events"),
    ({"events": ["webhook.test"]}, "events"),
])
def test_what_cannot_be_used_is_said_at_its_field(browser, session, form, name):
    answer = browser.post(PAGE, data=FORM | form)
    assert answer.status_code == 422
    assert f'href="#f-{name}"' in answer.text
    assert not session.scalars(select(WebhookEndpoint)).all()
    found = made(browser, session)
    answer = browser.post(f"{PAGE}/{found.id}", data=FORM | form)
    assert answer.status_code == 422
    assert f'href="#f-{name}"' in answer.text


def test_without_the_setting_only_https_to_public_networks_is_taken(session, config, client):
    add_person(session, "referrer@incubator.example", "incubator", Role.REFERRER)
    client.post("/en/sign-in", data={"email": "referrer@incubator.example", "password": PASSWORD})
    for url in ("http://hooks.example/", "https://127.0.0.1/"):
        assert client.post(PAGE, data=FORM | {"url": url}).status_code == 422


def test_there_are_only_so_many(browser, monkeypatch):
    monkeypatch.setattr(endpoints, "MOST", 1)
    assert browser.post(PAGE, data=FORM).status_code == 200
    assert browser.post(PAGE, data=FORM).status_code == 409


def test_a_test_event_is_sent_and_its_attempts_are_shown(browser, session, near):
    with receiving(status(500)) as receiver:
        found = made(browser, session, url=receiver.url)
        assert browser.post(f"{PAGE}/{found.id}/test").location == f"{PAGE}/{found.id}#deliveries"
        assert "tried within seconds" in browser.get(f"{PAGE}/{found.id}").text
        run_next(make_tasks(near), "deliver_webhook")
        shown = browser.get(f"{PAGE}/{found.id}").text
        assert "HTTP 500, it did not take it" in shown
        assert f"msg_{session.scalars(select(WebhookDelivery)).one().event_id.hex}" in shown
        receiver.behave = status(200)
        delivery = session.scalars(select(WebhookDelivery)).one()
        assert browser.post(f"{PAGE}/{found.id}/deliveries/{delivery.id}/again").status_code == 303
        run_next(make_tasks(near), "deliver_webhook")
    session.expire_all()
    shown = browser.get(f"{PAGE}/{found.id}").text
    assert "Delivered" in shown
    assert "2 attempts" in shown
    assert "Takes what is sent" in browser.get(PAGE).text


def test_one_that_is_off_is_turned_on_again(browser, session):
    found = made(browser, session)
    browser.post(f"{PAGE}/{found.id}/off")
    assert browser.post(f"{PAGE}/{found.id}/test").status_code == 409
    session.expire_all()
    found.off_at, found.off_why = utc_now(), OffReason.GONE
    session.commit()
    assert "it answered 410 Gone" in browser.get(PAGE).text
    browser.post(f"{PAGE}/{found.id}/on")
    assert browser.post(f"{PAGE}/{found.id}/test").status_code == 303


def test_tests_are_counted(browser, session, monkeypatch):
    monkeypatch.setattr(endpoints, "TRIES_AN_HOUR", 1)
    found = made(browser, session)
    assert browser.post(f"{PAGE}/{found.id}/test").status_code == 303
    assert browser.post(f"{PAGE}/{found.id}/test").status_code == 429


def test_it_is_changed_and_removed(browser, session):
    found = made(browser, session)
    assert browser.post(f"{PAGE}/{found.id}", data=FORM | {"name": "Other", "events": ["lead.created"]}).status_code == 303
    session.expire_all()
    assert (found.name, found.events) == ("Other", ["lead.created"])
    assert browser.post(f"{PAGE}/{found.id}/remove").location == PAGE
    assert browser.get(f"{PAGE}/{found.id}").status_code == 404


def test_many_deliveries_come_page_by_page(browser, session):
    found = made(browser, session)
    for _ in range(21):
        browser.post(f"{PAGE}/{found.id}/test")
    shown = browser.get(f"{PAGE}/{found.id}").text
    assert shown.count("Send again") == 20
    following = re.search(r'href="([^"]*cursor=[^"]*)#', shown)[1]
    assert browser.get(following).text.count("Send again") == 1
    assert browser.get(f"{PAGE}/{found.id}?cursor=x").status_code == 422
