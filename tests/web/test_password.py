import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.domain import Membership, OneTimeKey, Person, SignIn
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import purging
from matchmaker.services.people import browsers, passwords
from matchmaker.tasks import make_tasks
from tests.mailed import jobs, newest_link, notices
from tests.making import PASSWORD, add_person

EMAIL = "reviewer@jianghai.example"
GOOD = "seven grey herons wait"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def reviewer(session):
    return add_person(session, EMAIL, "jianghai")


@pytest.fixture
def enter(app):
    """A function that gives a browser in which somebody has signed in."""
    def enter(password=PASSWORD, agent=FIREFOX):
        browser = app.test_client()
        answer = browser.post("/en/sign-in", data={"email": EMAIL, "password": password}, headers={"User-Agent": agent})
        assert answer.status_code == 303
        return browser

    return enter


@pytest.fixture
def ask(client, session, config):
    """A function that asks for a link and lets the job run; returns the link, None when no mail came of it."""
    def ask(email=EMAIL):
        before = notices(session, email)
        assert client.post("/en/password/forgotten", data={"email": email}).location == "/en/password/sent"
        session.commit()
        for job in jobs(session, passwords.TASK):
            run_one(make_tasks(config), job.id)
        return newest_link(session, config, email) if notices(session, email) != before else None

    return ask


def test_a_forgotten_password_is_set_anew_by_mail(client, ask, enter, reviewer, session):
    old, link = enter(), ask()
    assert EMAIL in client.get(link).text
    assert client.post(link, data={"password": GOOD}).location == "/en/sign-in?changed=1"
    assert "was changed" in client.get("/en/sign-in?changed=1").text
    assert old.get("/en/leads").location.startswith("/en/sign-in")
    assert enter(GOOD).get("/en/leads").status_code == 200
    assert client.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD}).status_code == 422
    assert notices(session, EMAIL) == ["password_forgotten", "password_changed"]


def test_a_link_works_once_and_all_links_end_together(client, ask, reviewer):
    first, second = ask(), ask()
    assert client.post(second, data={"password": GOOD}).status_code == 303
    for link in (first, second):
        assert client.get(link).status_code == client.post(link, data={"password": GOOD + "!"}).status_code == 404


def test_a_link_expires(client, ask, session, reviewer):
    link = ask()
    session.scalars(select(OneTimeKey)).one().expires_at = utc_now() - dt.timedelta(seconds=1)
    session.flush()
    assert client.get(link).status_code == client.post(link, data={"password": GOOD}).status_code == 410


def test_nothing_tells_whether_an_address_is_known(client, ask, session, reviewer):
    add_person(session, "invited@jianghai.example", password_hash=None)
    answers = [client.post("/en/password/forgotten", data={"email": email})
               for email in (EMAIL, "nobody@jianghai.example", "invited@jianghai.example")]
    assert len({(answer.status_code, answer.location, answer.text) for answer in answers}) == 1
    assert len(jobs(session, passwords.TASK)) == 3
    assert all("@" not in str(job.payload) for job in jobs(session, passwords.TASK))
    assert ask("invited@jianghai.example") is None
    assert ask("nobody@jianghai.example") is None


def test_a_link_for_a_password_accepts_no_invitation(client, ask, reviewer):
    link = ask()
    assert client.get(link.replace("/password/", "/join/")).status_code == 404


def test_an_address_gets_three_links_an_hour_known_or_not(client, reviewer):
    for email in (EMAIL, "nobody@x.example"):
        statuses = [client.post("/en/password/forgotten", data={"email": email}).status_code for _ in range(4)]
        assert statuses == [303, 303, 303, 429]


def test_what_is_no_address_is_said(client, session):
    for email in ("", "x", "a@b@c", "\x00"):
        assert client.post("/en/password/forgotten", data={"email": email}).status_code == 422, email


def test_programs_that_fill_in_everything_learn_nothing(client, session, reviewer):
    answer = client.post("/en/password/forgotten", data={"email": EMAIL, "website": "x"})
    assert answer.location == "/en/password/sent"
    assert jobs(session, passwords.TASK) == []


def test_who_knows_the_password_changes_it_and_stays_signed_in(enter, session, reviewer):
    here, elsewhere = enter(), enter()
    answer = here.post("/en/account/password", data={"current": PASSWORD, "password": GOOD})
    assert answer.location == "/en/account?done=password"
    assert "All other browsers were signed out" in here.get(answer.location).text
    assert elsewhere.get("/en/account").status_code == 302
    assert enter(GOOD).get("/en/account").status_code == 200
    assert notices(session, EMAIL) == ["password_changed"]


WRONG_CHANGES = [
    ({"current": "wrong", "password": GOOD}, "not your present password"), ({"current": PASSWORD}, "This is needed"),
    ({"current": PASSWORD, "password": "short"}, "at least 12"), ({}, "This is needed"),
    ({"current": PASSWORD, "password": "jianghai.example"}, "mostly your name"),
]


def test_what_is_wrong_with_a_change_is_said(enter, session, reviewer):
    browser = enter()
    for data, words in WRONG_CHANGES:
        refused = browser.post("/en/account/password", data=data)
        assert refused.status_code == 422, data
        assert words in refused.text, data
        assert GOOD not in refused.text
    assert enter()


def test_the_present_password_cannot_be_guessed_for_ever(enter, session, reviewer):
    browser = enter()
    data = {"current": "wrong", "password": GOOD}
    statuses = [browser.post("/en/account/password", data=data).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert browser.post("/en/account/password", data=data | {"current": PASSWORD}).status_code == 429


def test_browsers_are_listed_and_signed_out_one_by_one(enter, session, reviewer):
    here, there = enter(), enter(agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1")
    page = here.get("/en/account").text
    assert "Firefox · Linux" in page
    assert "Safari · iPhone" in page
    assert "(this one)" in page
    theirs = session.scalars(select(SignIn).where(SignIn.device == "Safari · iPhone")).one()
    assert here.post(f"/en/account/browsers/{theirs.id}/sign-out").status_code == 303
    assert there.get("/en/account").status_code == 302
    assert here.get("/en/account").status_code == 200
    assert here.post(f"/en/account/browsers/{theirs.id}/sign-out").status_code == 404


def test_all_others_are_signed_out_together(enter, reviewer):
    here, first, second = enter(), enter(), enter()
    assert here.post("/en/account/browsers/others/sign-out").location == "/en/account?done=browsers"
    assert [browser.get("/en/account").status_code for browser in (here, first, second)] == [200, 302, 302]


def test_nobody_signs_out_anothers_browser(app, enter, session, reviewer):
    add_person(session, "rival@qinghe.example", "qinghe")
    rival = app.test_client()
    rival.post("/en/sign-in", data={"email": "rival@qinghe.example", "password": PASSWORD})
    here = enter()
    mine = session.scalars(select(SignIn).where(SignIn.person_id == reviewer.id)).one()
    assert rival.post(f"/en/account/browsers/{mine.id}/sign-out").status_code == 404
    assert here.get("/en/account").status_code == 200


def test_when_a_browser_was_last_seen_is_noted_by_the_hour(database, config):
    """On connections of its own: the request only reads, and the note is made beside it."""
    def seen(moment=None):
        with storage.writing() as session:
            kept = session.scalars(select(SignIn)).one()
            kept.seen_at = moment or kept.seen_at
            return kept.seen_at

    with storage.writing() as session:
        add_person(session, EMAIL, "jianghai")
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD})
    first = seen()
    browser.get("/en/account")
    assert seen() == first
    seen(utc_now() - dt.timedelta(hours=2))
    browser.get("/en/account")
    assert utc_now() - seen() < browsers.SEEN_EVERY


@pytest.mark.parametrize(("agent", "words"), [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows"),
    ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile MicroMessenger/8.0", "WeChat · Android"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) AppleWebKit/605 Version/19 Safari/605", "Safari · macOS"),
    ("<script>alert(1)</script>", ""), ("", ""), ("x" * 1000 + " Linux", ""),
])
def test_devices_are_named_by_what_is_known(agent, words):
    assert browsers.device(agent) == words


def test_expired_links_are_deleted_in_time(session, ask, reviewer, config):
    ask()
    kept = session.scalars(select(OneTimeKey)).one()
    kept.expires_at = utc_now() - dt.timedelta(days=31)
    session.flush()
    assert purging.STEPS["one_time_keys"](session, config) == (1, True)
    assert session.scalars(select(OneTimeKey)).all() == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_whole_in_both_languages(read, enter, ask, reviewer, language):
    for path in ("password/forgotten", "password/sent"):
        assert len(read(f"/{language}/{path}").all("h1")) == 1
    assert len(read(ask().replace("/en/", f"/{language}/")).all("h1")) == 1
    assert enter().get(f"/{language}/account/password").status_code == 200


def test_a_role_is_no_part_of_signing_in(enter, session, reviewer):
    browser = enter()
    session.delete(session.scalars(select(Membership)).one())
    session.flush()
    assert browser.post("/en/account/password", data={"current": PASSWORD, "password": GOOD}).status_code == 303
    assert session.scalars(select(Person)).one().password_hash
