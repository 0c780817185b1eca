import datetime as dt
import re
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select, text

from matchmaker.app import create_app
from matchmaker.domain import Membership, RecoveryCode, Role, SecondStep, SignIn, Stage
from matchmaker.domain.base import utc_now
from matchmaker.services.mail import outbox
from matchmaker.services.people import second_step
from tests.mailed import newest_link, notices
from tests.making import PASSWORD, add_organisation, add_person

EMAIL, ADMIN = "reviewer@jianghai.example", "admin@jianghai.example"
GOOD = "seven grey herons wait"

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def person(session):
    return add_person(session, EMAIL, "jianghai")


@pytest.fixture
def enter(app):
    """A function that sends the first form of signing in; returns the browser and the answer."""
    def enter(email=EMAIL, password=PASSWORD, **fields):
        browser = app.test_client()
        return browser, browser.post("/en/sign-in", data={"email": email, "password": password, **fields})

    return enter


class Clock:
    """The clock of the service, moved by the test."""

    def __init__(self):
        self.now = utc_now().replace(microsecond=0)

    def __call__(self):
        return self.now

    def move(self, seconds=30):
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(second_step, "utc_now", clock)
    return clock


def set_up(browser, clock):
    """Set the second step up in a browser; return the app and the recovery codes."""
    assert browser.post("/en/account/second-step").status_code == 303
    page = browser.get("/en/account/second-step").text
    app = pyotp.TOTP(re.search(r'class="secret">(\w+)<', page)[1])
    assert 'src="data:image/svg+xml' in page
    shown = browser.post("/en/account/second-step/confirm", data={"code": app.at(clock.now)})
    assert shown.status_code == 200
    codes = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", shown.text)
    assert len(set(codes)) == 10
    clock.move()
    return app, codes


@pytest.fixture
def secured(person, enter, clock):
    """The app and the recovery codes of the person, and the browser in which they were set up."""
    browser, _answer = enter()
    return *set_up(browser, clock), browser


def test_the_code_is_asked_for_after_the_password(secured, enter, clock, session):
    app, _codes, _browser = secured
    browser, answer = enter()
    assert answer.location == "/en/sign-in/code"
    assert "authenticator" in browser.get(answer.location).text
    for path in ("/en/leads", "/en/account", "/en/account/second-step"):
        assert browser.get(path).location.startswith("/en/sign-in?"), path
    finished = browser.post("/en/sign-in/code", data={"code": app.at(clock.now)})
    assert finished.location == "/en/leads"
    assert browser.get("/en/leads").status_code == 200
    assert notices(session, EMAIL) == ["second_step_changed"]


def test_the_reader_goes_on_to_where_they_wanted(secured, enter, clock):
    app, _codes, _browser = secured
    browser, answer = enter(to="/en/account")
    assert answer.location == "/en/sign-in/code?to=/en/account"
    assert 'value="/en/account"' in browser.get(answer.location).text
    done = browser.post("/en/sign-in/code", data={"code": app.at(clock.now), "to": "/en/account"})
    assert done.location == "/en/account"
    browser, _answer = enter(to="//evil.example")
    clock.move()
    done = browser.post("/en/sign-in/code", data={"code": app.at(clock.now), "to": "//evil.example"})
    assert done.location == "/en/leads"


def test_the_key_of_the_first_step_opens_nothing_later(secured, enter, clock, session):
    app, _codes, _browser = secured
    browser, _answer = enter()
    with browser.session_transaction() as cookie:
        first = cookie["waiting"]
        cookie["_user_id"] = first
    assert browser.get("/en/leads").status_code == 302
    browser, _answer = enter()
    with browser.session_transaction() as cookie:
        kept = cookie["waiting"]
    browser.post("/en/sign-in/code", data={"code": app.at(clock.now)})
    with browser.session_transaction() as cookie:
        assert kept not in cookie.values()
        assert "waiting" not in cookie


def test_a_code_is_taken_once(secured, enter, clock):
    app, _codes, _browser = secured
    code = app.at(clock.now)
    assert enter()[0].post("/en/sign-in/code", data={"code": code}).status_code == 303
    again = enter()[0].post("/en/sign-in/code", data={"code": code})
    assert again.status_code == 422
    assert "used before" in again.text
    earlier = app.at(clock.now - dt.timedelta(seconds=30))
    assert enter()[0].post("/en/sign-in/code", data={"code": earlier}).status_code == 422
    clock.move()
    assert enter()[0].post("/en/sign-in/code", data={"code": app.at(clock.now)}).status_code == 303


def test_the_code_that_set_it_up_signs_nobody_in(person, enter, clock):
    browser, _answer = enter()
    app, _codes = set_up(browser, clock)
    used = app.at(clock.now - dt.timedelta(seconds=30))
    assert enter()[0].post("/en/sign-in/code", data={"code": used}).status_code == 422


def test_clocks_may_be_off_by_one_period(secured, enter, clock):
    app, _codes, _browser = secured
    for drift, status in ((-60, 422), (60, 422), (-3600, 422), (-30, 303), (0, 303), (30, 303)):
        clock.move(90)
        code = app.at(clock.now + dt.timedelta(seconds=drift))
        assert enter()[0].post("/en/sign-in/code", data={"code": code}).status_code == status, drift


def test_what_is_no_code_is_said(secured, enter):
    browser, _answer = enter()
    for code in ("", "１２３４５６", "a" * 2000, "\x00", "000000000000", "-----"):
        answer = browser.post("/en/sign-in/code", data={"code": code})
        assert answer.status_code == 422, code
        assert "There is a problem" in answer.text


def test_codes_cannot_be_guessed(secured, enter, clock, session):
    app, _codes, _browser = secured
    browser, _answer = enter()
    statuses = [browser.post("/en/sign-in/code", data={"code": "000000"}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    other, _answer = enter()
    assert other.post("/en/sign-in/code", data={"code": app.at(clock.now)}).status_code == 429


def test_nobody_gets_to_the_code_without_the_password(client, session):
    assert client.get("/en/sign-in/code").location == "/en/sign-in"
    assert client.post("/en/sign-in/code", data={"code": "000000"}).location == "/en/sign-in"


def test_the_second_step_waits_ten_minutes(secured, enter, clock, session):
    app, _codes, _browser = secured
    browser, _answer = enter()
    waiting = session.scalars(select(SignIn).where(SignIn.stage == Stage.CODE)).one()
    assert dt.timedelta(minutes=9) < waiting.expires_at - utc_now() <= dt.timedelta(minutes=10)
    waiting.expires_at = utc_now()
    session.flush()
    assert browser.post("/en/sign-in/code", data={"code": app.at(clock.now)}).location == "/en/sign-in"


def test_a_recovery_code_stands_in_once_however_it_is_typed(secured, enter, session):
    _app, codes, browser = secured
    assert enter()[0].post("/en/sign-in/code", data={"code": f" {codes[0].upper()} "}).status_code == 303
    assert enter()[0].post("/en/sign-in/code", data={"code": codes[0]}).status_code == 422
    assert enter()[0].post("/en/sign-in/code", data={"code": codes[1].replace("-", " ")}).status_code == 303
    assert "8 recovery codes are left" in browser.get("/en/account/second-step").text


def test_the_database_holds_neither_secret_nor_codes(secured, session, config):
    app, codes, _browser = secured
    rows = [*session.execute(text("SELECT * FROM second_step")), *session.execute(text("SELECT * FROM recovery_code"))]
    stored = str(rows)
    assert app.secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    step = session.scalars(select(SecondStep)).one()
    other = replace(config, secret_key=config.secret_key[::-1])
    assert second_step._secret(config, step) == app.secret != second_step._secret(other, step)


def test_codes_of_one_are_worth_nothing_to_another(secured, app, session, clock, enter):
    _app, codes, _browser = secured
    add_person(session, "other@jianghai.example", "jianghai")
    browser, _answer = enter("other@jianghai.example")
    set_up(browser, clock)
    again, _answer = enter("other@jianghai.example")
    assert again.post("/en/sign-in/code", data={"code": codes[0]}).status_code == 422


def test_new_recovery_codes_replace_the_old(secured, enter, clock):
    app, codes, browser = secured
    shown = browser.post("/en/account/second-step/codes", data={"current": PASSWORD, "code": app.at(clock.now)})
    new = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", shown.text)
    assert len(new) == 10
    assert enter()[0].post("/en/sign-in/code", data={"code": codes[0]}).status_code == 422
    assert enter()[0].post("/en/sign-in/code", data={"code": new[0]}).status_code == 303


def test_it_is_taken_away_with_password_and_code(secured, enter, clock, session):
    app, codes, browser = secured
    for data in ({"current": "wrong", "code": app.at(clock.now)}, {"current": PASSWORD, "code": "000000"},
                 {"current": PASSWORD}, {"code": codes[0]}):
        assert browser.post("/en/account/second-step/remove", data=data).status_code == 422
    assert len(session.scalars(select(SecondStep)).all()) == 1
    done = browser.post("/en/account/second-step/remove", data={"current": PASSWORD, "code": app.at(clock.now)})
    assert done.status_code == 303
    assert session.scalars(select(SecondStep)).all() == session.scalars(select(RecoveryCode)).all() == []
    assert enter()[1].location == "/en/leads"


def test_setting_up_signs_out_all_other_browsers(person, enter, clock):
    here, there = enter()[0], enter()[0]
    set_up(here, clock)
    assert here.get("/en/account").status_code == 200
    assert there.get("/en/account").status_code == 302


def test_what_is_not_confirmed_is_not_asked_for(person, enter):
    browser, _answer = enter()
    browser.post("/en/account/second-step")
    assert browser.post("/en/account/second-step/confirm", data={"code": "000000"}).status_code == 422
    assert enter()[1].location == "/en/leads"


def test_it_is_set_up_once(secured):
    _app, _codes, browser = secured
    assert browser.post("/en/account/second-step").status_code == 409
    assert browser.post("/en/account/second-step/confirm", data={"code": "000000"}).status_code == 409


def test_there_is_nothing_to_confirm_or_take_away_before(person, enter):
    browser, _answer = enter()
    for path in ("confirm", "codes", "remove"):
        answer = browser.post(f"/en/account/second-step/{path}", data={"current": PASSWORD, "code": "000000"})
        assert answer.status_code == 409, path


def test_a_forgotten_password_does_not_get_around_it(secured, enter, client, session, config):
    outbox.tell_person(session, "password_forgotten", session.scalars(select(SecondStep)).one().person_id)
    link = newest_link(session, config, EMAIL)
    assert client.post(link, data={"password": GOOD}).status_code == 303
    assert enter(password=GOOD)[1].location == "/en/sign-in/code"


@pytest.fixture
def asked(person, session, enter, clock):
    """An organisation whose administrator asks everybody for a second step; returns the place and their browser."""
    add_person(session, ADMIN, "jianghai", Role.ADMIN)
    browser, _answer = enter(ADMIN)
    place = add_organisation(session, "jianghai")
    path = f"/en/organisation/people/{place.id}/second-step"
    assert browser.post(path, data={"is_asked": "1"}).status_code == 409
    set_up(browser, clock)
    return place, browser, path


def test_an_organisation_asks_everybody_for_it(asked, enter, clock):
    _place, admin, path = asked
    before, _answer = enter()
    assert admin.post(path, data={"is_asked": "1"}).status_code == 303
    assert "Everybody here needs a second step" in admin.get("/en/organisation/people").text
    assert before.get("/en/leads").location.startswith("/en/sign-in")
    browser, answer = enter()
    assert answer.location == "/en/account/second-step"
    for way in ("/en/leads", "/en/platform/offerings"):
        assert browser.get(way).status_code == 403
    assert "asks for a second step" in browser.get("/en/account").text
    app, _codes = set_up(browser, clock)
    assert browser.get("/en/leads").status_code == 200
    gone = browser.post("/en/account/second-step/remove", data={"current": PASSWORD, "code": app.at(clock.now)})
    assert gone.status_code == 409
    assert admin.post(path, data={"is_asked": "0"}).status_code == 303
    done = browser.post("/en/account/second-step/remove", data={"current": PASSWORD, "code": app.at(clock.now)})
    assert done.status_code == 303


def test_who_joins_later_is_asked_too(asked, enter, client, session, config):
    place, admin, path = asked
    admin.post(path, data={"is_asked": "1"})
    add_person(session, "late@qinghe.example", "qinghe")
    late, _answer = enter("late@qinghe.example")
    assert late.get("/en/leads").status_code == 200
    admin.post(f"/en/organisation/people/{place.id}/invitations", data={"email": "late@qinghe.example", "roles": ["reviewer"]})
    client.post(newest_link(session, config, "late@qinghe.example"))
    assert late.get("/en/leads").location.startswith("/en/sign-in")
    assert enter("late@qinghe.example")[1].location == "/en/account/second-step"


def test_only_the_own_administrator_asks(asked, enter, session, person):
    place, _admin, path = asked
    add_person(session, "rival@qinghe.example", "qinghe", Role.ADMIN)
    rival, _answer = enter("rival@qinghe.example")
    assert rival.post(path, data={"is_asked": "1"}).status_code == 404
    assert enter()[0].post(path, data={"is_asked": "1"}).status_code == 403
    session.refresh(place)
    assert place.asks_second_step is False
    assert len(session.scalars(select(Membership)).all()) == 3


def test_an_administrator_helps_who_has_lost_telephone_and_codes(secured, asked, enter, session, person):
    place, admin, _path = asked
    path = f"/en/organisation/people/{place.id}/{person.id}/second-step/remove"
    elsewhere = Membership(person=person, organisation=add_organisation(session, "qinghe"), role=Role.REVIEWER)
    session.add(elsewhere)
    session.flush()
    refused = admin.post(path)
    assert refused.status_code == 409
    assert "another organisation" in refused.text
    session.delete(elsewhere)
    session.flush()
    assert "codes lost" in admin.get("/en/organisation/people").text
    assert admin.post(path).status_code == 303
    assert enter()[1].location == "/en/leads"
    assert admin.post(path).status_code == 409
    rival = add_person(session, "rival@qinghe.example", "qinghe", Role.ADMIN)
    assert enter("rival@qinghe.example")[0].post(path).status_code == 404
    assert admin.post(path.replace(str(person.id), str(rival.id))).status_code == 404
    assert "second_step_changed" in notices(session, EMAIL)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_whole_in_both_languages(person, enter, language):
    browser, _answer = enter()
    assert browser.get(f"/{language}/account/second-step").text.count("<h1") == 1


def test_a_picture_needs_no_exception_from_the_policy(secured, enter, config, session):
    assert "img-src 'self' data:" in create_app(config).test_client().get("/en/sign-in").headers["Content-Security-Policy"]
