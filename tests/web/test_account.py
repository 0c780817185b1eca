import datetime as dt
import re
import time
from dataclasses import replace

import pytest
from sqlalchemy import select

from matchmaker.app import create_app
from matchmaker.domain import Attempts, Membership, Role, SignIn
from matchmaker.domain.base import utc_now
from matchmaker.services import accounts, demo
from matchmaker.storage.queries.organisations import person_by_email
from matchmaker.web import addresses
from matchmaker.web.signing import account
from tests.making import PASSWORD, add_person

EMAIL = "reviewer@jianghai.example"


@pytest.fixture
def reviewer(session):
    return add_person(session, EMAIL, "jianghai")


@pytest.fixture
def enter(client):
    """A function that sends the sign-in form."""
    def enter(email=EMAIL, password=PASSWORD, language="en", **fields):
        return client.post(f"/{language}/sign-in", data={"email": email, "password": password, **fields})

    return enter


def test_signing_in_leads_to_the_account_and_out_again(client, enter, read, session, reviewer):
    answer = enter(EMAIL.upper())
    assert answer.status_code == 303
    page = read("/en/account")
    assert EMAIL in page.text
    assert "Jianghai" in page.one("dl").text
    assert "Reviewer" in page.one("dl").text
    assert client.post("/en/sign-out").location == "/en/"
    assert client.get("/en/account").location.startswith("/en/sign-in?to=")
    (kept,) = session.scalars(select(SignIn))
    assert kept.ended_at is not None
    assert client.post("/en/sign-out").status_code == 303


def test_who_needs_to_sign_in_comes_back_to_where_they_wanted_to_go(client, enter, reviewer):
    asked = client.get("/zh/account?tab=1")
    assert asked.location == "/zh/sign-in?to=/zh/account?tab%3D1"
    assert "/zh/account?tab=1" in client.get(asked.location).text
    assert enter(to="/zh/account?tab=1", language="zh").location == "/zh/account?tab=1"


@pytest.mark.parametrize("role", Role)
def test_after_signing_in_each_goes_where_their_work_is(app, session, enter, role):
    add_person(session, EMAIL, "jianghai", role)
    homes = {Role.LIST_EDITOR: "/en/platform/offerings", Role.REFERRER: "/en/incubator/batches",
             Role.OPERATOR: "/en/operator"}
    home = homes.get(role, "/en/leads")
    assert enter().location == home


@pytest.mark.parametrize("to", [
    "//evil.example", "/\\evil.example", "https://evil.example/en/", "http:evil", "javascript:alert(1)", "evil.example",
    "/en//\\evil", "/en/\tx", "/en/\r\nSet-Cookie: a=b", "/en/a\x00", "/", "/static/x", "/api/v1/offerings", "\\/\\/evil",
    "/en", "/fr/account", "/english/", "//en/account", "/en/" + "a" * 3000, " /en/account", "/en/account ", "/EN/account",
    "/en/\u2028", "/en@evil.example/", "/en.evil.example/", "",
])
def test_nobody_is_sent_anywhere_else(app, enter, reviewer, to):
    assert enter(to=to).location == "/en/leads"
    with app.test_request_context("/en/"):
        assert addresses.page_here(to) is None


def test_the_goal_is_shown_in_the_language_in_which_one_signed_in(enter, reviewer):
    assert enter(to="/en/offerings?q=a%20b", language="zh").location == "/zh/offerings?q=a%20b"


def test_who_has_signed_in_already_goes_on(client, enter, reviewer):
    enter()
    assert client.get("/en/sign-in").location == "/en/leads"
    assert client.get("/en/sign-in?to=/en/account").location == "/en/account"


def forms_of(text):
    """What a page says, without what differs by chance and without the address that was typed."""
    return re.sub(r'value="[^"]*"', "", text)


def test_an_unknown_address_and_a_wrong_password_look_the_same(enter, reviewer):
    wrong, unknown = enter(password="wrong"), enter("nobody@jianghai.example")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert forms_of(wrong.text) == forms_of(unknown.text)
    assert "do not go together" in wrong.text
    assert PASSWORD not in unknown.text


def test_an_unknown_address_takes_as_long(session, config, reviewer):
    add_person(session, "new@jianghai.example", password_hash=None)

    def seconds(email, password):
        taken = []
        for _ in range(5):
            begun = time.perf_counter()
            assert accounts.sign_in(session, config, email, password) is None
            taken.append(time.perf_counter() - begun)
        return min(taken)

    times = [seconds(EMAIL, "wrong"), seconds("nobody@x.example", "wrong"), seconds("new@jianghai.example", "wrong"),
             seconds(EMAIL, "x" * 100_000)]
    assert max(times) < 2 * min(times)


@pytest.mark.parametrize(("email", "password"), [
    ("", ""), (EMAIL, ""), ("", PASSWORD), ("\x00", PASSWORD), (EMAIL + "\x00\x00", "x\x00"), ("a" * 5000, PASSWORD),
    (EMAIL, PASSWORD + "\x00"), (EMAIL, "é" * 100_000), ("' OR 1=1 --", "' OR 1=1 --"), ("\ud83d\ude00".encode(
        "utf-16", "surrogatepass").decode("utf-16"), "x"),
])
def test_whatever_is_sent_is_answered(enter, reviewer, email, password):
    assert enter(email, password).status_code == 422


def test_nothing_sent_at_all_is_answered(client, session):
    assert client.post("/en/sign-in").status_code == 422
    assert client.post("/en/sign-in", json={"email": EMAIL}).status_code == 422


def test_what_was_typed_comes_back_harmless(enter):
    assert "<script>" not in enter('"><script>alert(1)</script>').text


def test_after_ten_failures_even_the_right_password_waits(enter, session, reviewer):
    assert [enter(password="wrong").status_code for _ in range(10)] == [422] * 10
    refused = enter()
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert "You can try again in" in refused.text
    assert session.scalars(select(SignIn)).all() == []
    assert max(session.scalars(select(Attempts.count))) == 10


def test_an_unknown_address_waits_just_so(enter):
    assert [enter("nobody@x.example").status_code for _ in range(11)] == [422] * 10 + [429]


def test_a_network_has_fifty_failures(client, enter, session, reviewer, monkeypatch):
    monkeypatch.setattr(accounts, "sign_in", lambda *_given: None)
    statuses = [enter(f"{number}@x.example").status_code for number in range(51)]
    assert statuses == [422] * 50 + [429]
    elsewhere = client.post("/en/sign-in", data={"email": EMAIL}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 422


def test_who_signs_in_rightly_is_not_counted(enter, client, reviewer):
    for _ in range(12):
        assert enter().status_code == 303
        client.post("/en/sign-out")


def test_an_address_is_written_nowhere_when_it_is_counted(enter, session, caplog):
    caplog.set_level("DEBUG")
    enter("someone.secret@haimen.example", "a secret password")
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in session.scalars(select(Attempts.key)))
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "someone" not in told
    assert "a secret password" not in told


def test_signing_in_gives_the_browser_a_new_session(app, client, session, reviewer):
    """Whatever a stranger has put into the browser before, nothing of it is left (session fixation)."""
    with client.session_transaction() as cookie:
        cookie |= {"csrf_token": "planted", "other": "planted", "_user_id": "planted"}
    client.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD})
    with client.session_transaction() as cookie:
        assert "planted" not in cookie.values()
        assert len(cookie["_user_id"]) == 43


def test_signing_in_again_ends_what_was_before(client, enter, session, reviewer):
    add_person(session, "other@jianghai.example", "jianghai")
    enter()
    assert enter("other@jianghai.example").status_code == 303
    first, second = session.scalars(select(SignIn).order_by(SignIn.id))
    assert first.ended_at is not None
    assert second.ended_at is None
    assert "other@jianghai.example" in client.get("/en/account").text


def test_the_cookie_is_kept_from_scripts_other_sites_and_the_disk(config, session, reviewer):
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD},
                                    base_url="https://localhost")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


def test_a_stored_sign_in_opens_nothing_by_itself(enter, client, session, reviewer):
    """Who reads the table of sign-ins cannot sign in with what stands there."""
    enter()
    (kept,) = session.scalars(select(SignIn))
    with client.session_transaction() as cookie:
        cookie["_user_id"] = kept.key_hash
    assert client.get("/en/account").status_code == 302


@pytest.mark.parametrize("path", ["/en/sign-in", "/en/account"])
def test_nothing_of_it_is_kept_by_browsers(client, enter, reviewer, path):
    enter()
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_an_expired_sign_in_is_over(client, enter, session, reviewer):
    enter()
    (kept,) = session.scalars(select(SignIn))
    assert client.get("/en/account").status_code == 200
    kept.expires_at = utc_now() - dt.timedelta(seconds=1)
    session.flush()
    assert client.get("/en/account").status_code == 302


def test_programs_hear_that_nobody_has_signed_in(client, session):
    answer = client.get("/en/account", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["type"]) == (401, "urn:matchmaker:problem:unauthorized")


def test_a_person_without_roles_is_told_what_to_do(enter, read, session):
    add_person(session, EMAIL)
    assert enter().location == "/en/account"
    assert "no role" in read("/en/account").text


def test_the_menu_shows_what_the_reader_may_open(read, enter, session, reviewer):
    def entries():
        return [link["href"] for link in read("/en/about").all("a")]

    assert "/en/sign-in" in entries()
    assert "/en/account" not in entries()
    enter()
    assert {"/en/leads", "/en/account"} <= set(entries())
    assert "/en/sign-in" not in entries()
    (held,) = session.scalars(select(Membership))
    session.delete(held)
    session.flush()
    assert "/en/leads" not in entries()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_whole_in_both_languages(read, enter, session, reviewer, language):
    for page in (read(f"/{language}/sign-in"), read(f"/{language}/sign-in", 422, data={"email": "x"})):
        assert len(page.all("h1")) == 1
        assert {label["for"] for label in page.all("label")} == {"email", "password"}
    enter()
    page = read(f"/{language}/account")
    assert len(page.all("h1")) == 1
    assert page.one("html")["lang"] == language


def test_the_demo_names_who_can_sign_in_and_no_password(session, config, tmp_path):
    passwords = demo.sign_ins(tmp_path / "sign-ins.txt")
    demo.load(session, config.data, passwords)
    page = create_app(replace(config, demo=True)).test_client().get("/en/sign-in?email=operator@operator.example").text
    assert all(person.email in page for person in demo.PEOPLE)
    assert "Jianghai Shared Equipment Labs" in page
    assert 'value="operator@operator.example"' in page
    assert not any(password in page for password in passwords.values())


def test_nobody_is_named_outside_of_the_demo(session, config, client, tmp_path):
    demo.load(session, config.data, demo.sign_ins(tmp_path / "sign-ins.txt"))
    page = client.get("/en/sign-in?email=operator@operator.example").text
    assert "operator@operator.example" not in page
    assert "demo" not in page


def test_the_demo_people_bear_no_personal_names(session, config, tmp_path):
    demo.load(session, config.data, demo.sign_ins(tmp_path / "sign-ins.txt"))
    people = [person_by_email(session, person.email) for person in demo.PEOPLE]
    assert [person.name for person in people][0] == "Reviewer of Jianghai"
    assert {person.language for person in people} == {"zh", "en"}


def test_every_role_has_words():
    assert set(account.ROLES) == set(Role)
