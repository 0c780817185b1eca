"""Signing in by a provider of identities, against a real one on this machine."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey
from sqlalchemy import select

from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.domain import Identity, SignIn
from matchmaker.errors import Invalid
from tests import provider as providers
from tests.making import PASSWORD, add_person

EMAIL = "reviewer@jianghai.example"
CALLBACK = "http://localhost/en/sign-in/provider/callback"

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture(scope="module")
def running():
    """One provider for all tests here."""
    provider = providers.Provider()
    server = providers.serve(provider, CALLBACK)
    yield provider
    server.shutdown()
    server.server_close()


@pytest.fixture
def provider(running, monkeypatch):
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    running.says = {"sub": "17", "email": EMAIL, "email_verified": True}
    running.token, running.signs_with = {}, None
    running.asked.clear()
    running.codes.clear()
    return running


@pytest.fixture
def settings(config, provider):
    return replace(config, oidc_issuer=provider.address, oidc_client_id=providers.CLIENT, secure_cookies=False,
                   oidc_client_secret=providers.SECRET, public_url="http://localhost")


@pytest.fixture
def app(database, settings):
    """The application on connections of its own: what a redirect stores is there at the next."""
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with storage.writing() as session:
        add_person(session, EMAIL, "jianghai")
    return app


@pytest.fixture
def walk(client):
    """A function that goes to the provider and back, as a browser does; returns the last answer."""
    def walk(language="en", change=lambda address: address, browser=client, **query):
        away = browser.get(f"/{language}/sign-in/provider", query_string=query)
        assert away.status_code == 302, away.text
        back = requests.get(away.location, allow_redirects=False, timeout=10).headers["Location"]
        answer = browser.get(change(back).removeprefix("http://localhost"))
        return browser.get(answer.location) if answer.status_code == 303 else answer

    return walk


def rows(kind):
    with storage.reading() as session:
        return session.scalars(select(kind)).all()


def test_who_is_known_signs_in_and_is_linked(client, walk, provider):
    assert 'href="/en/sign-in/provider"' in client.get("/en/sign-in").text
    answer = walk()
    assert (answer.status_code, answer.location) == (303, "/en/leads")
    assert client.get("/en/leads").status_code == 200
    (linked,) = rows(Identity)
    assert (linked.issuer, linked.subject) == (provider.address, "17")
    provider.says |= {"email": "new-name@jianghai.example", "email_verified": False}
    assert walk(browser=client.application.test_client()).location == "/en/leads"
    assert len(rows(Identity)) == 1


def test_it_is_asked_for_with_a_challenge_a_state_and_a_nonce(walk, provider):
    walk()
    (asked,) = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) >= 43
    assert len(asked["nonce"]) >= 16
    assert asked["redirect_uri"] == CALLBACK


def test_the_reader_comes_back_in_their_language_to_where_they_wanted(walk):
    assert walk("zh", to="/zh/account").location == "/zh/account"
    assert walk("zh", to="//evil.example").location == "/zh/leads"


@pytest.mark.parametrize("says", [
    {"email_verified": False}, {"email_verified": "true"}, {"email": "stranger@jianghai.example"}, {"email": ""},
    {"email": "\x00"}, {"sub": "1\x00"}, {"sub": "1" * 201},
], ids=["unverified", "a text", "stranger", "none", "control", "subject", "long"])
def test_nobody_is_let_in_who_is_not_known_by_a_verified_address(walk, provider, says):
    provider.says |= says
    answer = walk()
    assert answer.status_code == 403
    assert "invite you" in answer.text
    assert rows(Identity) == rows(SignIn) == []


def test_who_was_only_invited_is_not_known_yet(walk, provider):
    with storage.writing() as session:
        add_person(session, "invited@jianghai.example", password_hash=None)
    provider.says |= {"email": "invited@jianghai.example"}
    assert walk().status_code == 403


def test_an_address_that_was_given_to_somebody_else_there_opens_nothing(walk, provider):
    walk()
    provider.says |= {"sub": "18"}
    answer = walk()
    assert answer.status_code == 403
    assert "Another account" in answer.text


def test_only_the_domains_of_the_settings_sign_in(settings, walk, provider):
    for domains, status in ((("qinghe.example",), 403), (("qinghe.example", "jianghai.example"), 303)):
        app = create_app(replace(settings, oidc_domains=domains))
        assert walk(browser=app.test_client()).status_code == status


@pytest.mark.parametrize("token", [
    {"nonce": "another"}, {"iss": "https://evil.example"}, {"aud": ["another"]}, {"exp": 1}, {"nonce": None},
], ids=["nonce", "issuer", "audience", "expired", "no nonce"])
def test_a_token_that_is_not_for_us_and_now_is_refused(walk, provider, token):
    provider.token = token
    answer = walk()
    assert answer.status_code == 403
    assert "did not succeed" in answer.text
    assert rows(SignIn) == []


def test_a_token_signed_by_another_is_refused(walk, provider):
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "1"}, auto_kid=False)
    assert walk().status_code == 403


@pytest.mark.parametrize("change", [
    lambda back: back.replace("state=", "state=x"), lambda back: back.replace("code=", "code=x"),
    lambda back: f"{CALLBACK}?error=access_denied", lambda back: CALLBACK,
], ids=["state", "code", "denied", "nothing"])
def test_an_answer_that_was_changed_is_refused(walk, change):
    assert walk(change=change).status_code in (403, 503)
    assert rows(SignIn) == []


def test_the_answer_to_another_browser_is_refused(app, walk):
    """Nobody is signed in as somebody else by a link (login CSRF)."""
    first = app.test_client()
    away = first.get("/en/sign-in/provider")
    back = requests.get(away.location, allow_redirects=False, timeout=10).headers["Location"]
    assert app.test_client().get(back.removeprefix("http://localhost")).status_code in (403, 503)
    assert rows(SignIn) == []


def test_the_last_redirect_works_once_and_soon(client, walk, monkeypatch):
    walk()
    assert client.get("/en/sign-in/provider/finish").status_code == 403
    assert client.application.test_client().get("/en/sign-in/provider/finish").status_code == 403


def test_a_provider_that_is_away_is_no_fault_of_ours(database, settings):
    app = create_app(replace(settings, oidc_issuer="http://127.0.0.1:9"))
    answer = app.test_client().get("/en/sign-in/provider")
    assert answer.status_code == 503
    assert "your password" in answer.text


def test_a_challenge_is_needed_at_the_provider(provider):
    """The planted fault: without PKCE the provider of these tests refuses, so the tests above prove that it is there."""
    query = {"response_type": "code", "client_id": providers.CLIENT, "redirect_uri": CALLBACK, "scope": "openid", "nonce": "n"}
    refused = requests.get(f"{provider.address}/authorize", params=query, allow_redirects=False, timeout=10)
    assert "invalid_request" in (refused.headers.get("Location", "") + refused.text)


def test_without_settings_there_is_no_such_way(session, config):
    client = create_app(config).test_client()
    assert client.get("/en/sign-in/provider").status_code == 404
    assert "provider" not in client.get("/en/sign-in").text


@pytest.mark.parametrize("environ", [
    {"MATCHMAKER_OIDC_ISSUER": "identities.example"}, {"MATCHMAKER_OIDC_ISSUER": "https://i.example"},
    {"MATCHMAKER_OIDC_ISSUER": "https://i.example?x=1", "MATCHMAKER_OIDC_CLIENT_ID": "a", "MATCHMAKER_OIDC_CLIENT_SECRET": "b"},
])
def test_settings_that_cannot_be_used_stop_the_start(environ):
    with pytest.raises(Invalid, match="MATCHMAKER_OIDC"):
        Config.from_environ(environ)


def test_the_query_of_the_first_redirect_names_the_client(client):
    asked = parse_qs(urlsplit(client.get("/en/sign-in/provider").location).query)
    assert asked["client_id"] == [providers.CLIENT]
    assert PASSWORD not in str(asked)
