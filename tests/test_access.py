"""Who may call what: every route says so, roles are read anew, and no form is taken from another site."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule as Route

from matchmaker.app import OPEN_TO_ALL, create_app
from matchmaker.domain import Membership, Role, SignIn
from matchmaker.domain.actors import ANSWERING
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import access, links
from matchmaker.services.access import (
    ADMIN,
    ANSWERER,
    ANYBODY,
    DESK,
    EDITOR,
    FIRM,
    INCUBATOR,
    KEEPS_WEBHOOKS,
    LINK,
    OPERATOR,
    PERSON,
    READS_REFERRALS,
    REFERS,
    TEAM,
    Rule,
)
from tests.making import PASSWORD, add_need, add_person

EMAIL = "reviewer@jianghai.example"
KNOWN = (ANYBODY, LINK, FIRM, PERSON, TEAM, ANSWERER, DESK, EDITOR, OPERATOR, INCUBATOR, REFERS, READS_REFERRALS, KEEPS_WEBHOOKS,
         ADMIN)
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TEAM_PAGES, DESK_PAGES = "/<any(zh,en):lang>/leads", "/<any(zh,en):lang>/platform/offerings"
OPERATOR_PAGES, ADMIN_PAGES = "/<any(zh,en):lang>/operator", "/<any(zh,en):lang>/organisation"
INCUBATOR_PAGES, REFERRAL_CALLS = "/<any(zh,en):lang>/incubator", "/api/v1/referral-"
WEBHOOK_CALLS = "/api/v1/webhooks"
FIRM_PAGES, BEFORE_OPENING = "/<any(zh,en):lang>/firm", ("web_entering.", "web_gathered.gone")
OF_OPERATORS = ("web_editing.step", "web_editing.preview")
"""What an operator, too, sends from the editor's pages."""
FOR_PROGRAMS = ("/api/", "/healthz", "/readyz")


@pytest.fixture
def demo_app(session, config) -> Flask:
    """The application with the demo's own pages too."""
    return create_app(replace(config, demo=True))


def undeclared(app: Flask) -> Iterator[str]:
    """Find the endpoints that do not say who may call them."""
    for endpoint, view in app.view_functions.items():
        if endpoint not in OPEN_TO_ALL and getattr(view, "access", None) not in KNOWN:
            yield endpoint


def misdeclared(app: Flask) -> Iterator[str]:
    """Find routes whose rule does not go with their address."""
    for route in app.url_map.iter_rules():
        rule: Rule | None = getattr(app.view_functions[route.endpoint], "access", None)
        if ("key" in route.arguments) != (rule == LINK):
            yield f"{route.endpoint}: a private link and its rule go together"
        if route.rule.startswith(TEAM_PAGES) and rule not in (TEAM, ANSWERER):
            yield f"{route.endpoint}: leads are for teams"
        if route.rule.startswith(TEAM_PAGES) and route.methods & WRITING and rule != ANSWERER:
            yield f"{route.endpoint}: only who answers for a platform changes a lead"
        if route.rule.startswith(DESK_PAGES) and rule not in (DESK, EDITOR):
            yield f"{route.endpoint}: the desk is for editors and operators"
        if (rule == ADMIN) != route.rule.startswith(ADMIN_PAGES):
            yield f"{route.endpoint}: an organisation's people are for its administrators"
        if (rule == INCUBATOR) != route.rule.startswith(INCUBATOR_PAGES):
            yield f"{route.endpoint}: the incubator's pages are for its people"
        if (rule in (REFERS, READS_REFERRALS)) != route.rule.startswith(REFERRAL_CALLS):
            yield f"{route.endpoint}: only referrals are called with a key"
        if (rule == KEEPS_WEBHOOKS) != route.rule.startswith(WEBHOOK_CALLS):
            yield f"{route.endpoint}: webhooks are called with a key for webhooks"
        if rule == READS_REFERRALS and route.methods & WRITING:
            yield f"{route.endpoint}: a key for reading changes nothing"
        if (rule == FIRM) != (route.rule.startswith(FIRM_PAGES) and not route.endpoint.startswith(BEFORE_OPENING)):
            yield f"{route.endpoint}: the pages of an account are for the firm that opened it"
        if (rule == OPERATOR) != route.rule.startswith(OPERATOR_PAGES):
            yield f"{route.endpoint}: the operator's pages are for operators"
        if (route.rule.startswith(DESK_PAGES) and route.methods & WRITING and rule != EDITOR
                and route.endpoint not in OF_OPERATORS):
            yield f"{route.endpoint}: only a platform's own people change its offerings"


def address(route: Route, **given: object) -> str:
    """Return an address of a route, with its parameters filled by whatever has their form."""
    values: dict[str, object] = {"lang": "en", "key": links.new_key(), "step": "problem", "page": "basics", "name": "kinds",
                                "filename": "matchmaker.css", "form": "csv", "switch": "on"}
    for name in route.arguments:
        if "uuid" in type(route._converters[name]).__name__.lower():
            values[name] = UUID(int=7)
        if "integer" in type(route._converters[name]).__name__.lower():
            values[name] = 7
    values = {name: values.get(name, "x") for name in route.arguments} | given
    _domain, path = route.build(values, append_unknown=False)
    return path


def routes(app: Flask, *methods: str) -> list[Route]:
    return [route for route in app.url_map.iter_rules() if route.methods & set(methods)]


def test_every_view_says_who_may_call_it(demo_app):
    assert list(undeclared(demo_app)) == []
    assert len(demo_app.view_functions) >= 25


def test_every_rule_goes_with_its_address(demo_app):
    assert list(misdeclared(demo_app)) == []


def test_a_view_without_a_rule_is_found_and_answers_nobody(demo_app, session):
    demo_app.add_url_rule("/en/forgotten", "forgotten", lambda: "open")
    assert list(undeclared(demo_app)) == ["forgotten"]
    assert demo_app.test_client().get("/en/forgotten").status_code == 403


@pytest.mark.parametrize(("path", "rule", "methods"), [
    ("/<any(zh,en):lang>/leads/planted", ANYBODY, ["GET"]), ("/<any(zh,en):lang>/leads/planted", TEAM, ["POST"]),
    ("/<any(zh,en):lang>/platform/offerings/planted", TEAM, ["GET"]),
    ("/<any(zh,en):lang>/platform/offerings/planted", DESK, ["POST"]), ("/en/my/<key>/planted", ANYBODY, ["GET"]), ("/en/planted", LINK, ["GET"]), ("/en/planted", FIRM, ["GET"]), ("/<any(zh,en):lang>/firm/planted", ANYBODY, ["GET"]), ("/en/planted", ADMIN, ["GET"]), ("/<any(zh,en):lang>/organisation/planted", PERSON, ["GET"]),
    ("/en/planted", INCUBATOR, ["GET"]), ("/<any(zh,en):lang>/incubator/planted", TEAM, ["GET"]),
    ("/api/v1/planted", REFERS, ["POST"]), ("/api/v1/referral-batches/planted", ANYBODY, ["GET"]),
    ("/api/v1/referral-batches/planted", READS_REFERRALS, ["POST"]),
    ("/api/v1/webhooks/planted", READS_REFERRALS, ["GET"]),
])
def test_a_rule_at_the_wrong_place_is_found(demo_app, path, rule, methods):
    demo_app.add_url_rule(path, "planted", access.allows(rule)(lambda **_values: ""), methods=methods)
    assert any(found.startswith("planted") for found in misdeclared(demo_app))


def test_nobody_gets_at_what_needs_a_sign_in(demo_app):
    demo_app.config["WTF_CSRF_ENABLED"] = False
    client, asked = demo_app.test_client(), 0
    for route in routes(demo_app, "GET", "POST"):
        if demo_app.view_functions[route.endpoint].__dict__.get("access") in (PERSON, TEAM, ANSWERER, DESK, EDITOR, ADMIN, INCUBATOR, FIRM):
            for method in route.methods & {"GET", "POST"}:
                answer = client.open(address(route), method=method)
                door = "/en/firm/open" if route.rule.startswith(FIRM_PAGES) else "/en/sign-in"
                assert (answer.status_code, answer.location.partition("?")[0]) == (302, door), route
                program = client.open(address(route), method=method, headers={"Accept": "application/json"})
                assert program.status_code == 401, route
                asked += 1
    assert asked >= 8


def test_a_made_up_link_opens_nothing(demo_app):
    demo_app.config["WTF_CSRF_ENABLED"] = False
    client = demo_app.test_client()
    private = [route for route in routes(demo_app, "GET", "POST") if "key" in route.arguments]
    statuses = {route.rule: client.open(address(route), method=method).status_code
                for route in private for method in route.methods & {"GET", "POST"}}
    assert set(statuses.values()) == {404}
    assert len(statuses) >= 8


def test_an_expired_link_says_so_everywhere(demo_app, session, config):
    key = links.add_link(session, replace(config, link_days=-1), add_need(session))
    demo_app.config["WTF_CSRF_ENABLED"] = False
    client = demo_app.test_client()
    for route in routes(demo_app, "GET", "POST"):
        if "key" in route.arguments:
            for method in route.methods & {"GET", "POST"}:
                answer = client.open(address(route, key=key), method=method)
                assert answer.status_code == 410, route
                assert "sent again" in answer.text


def test_every_change_needs_a_token_of_our_own_page(demo_app, session, config):
    """Over all routes that change anything: without a CSRF token they answer 400, whoever calls (threat 17)."""
    add_person(session, EMAIL, "jianghai", Role.ADMIN)
    client = demo_app.test_client()
    demo_app.config["WTF_CSRF_ENABLED"] = False
    client.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD})
    demo_app.config["WTF_CSRF_ENABLED"] = True
    key = links.add_link(session, config, add_need(session))
    asked = [route for route in routes(demo_app, *WRITING) if not route.rule.startswith(FOR_PROGRAMS)]
    statuses = {}
    for route in asked:
        for method in route.methods & WRITING:
            filled = address(route, key=key) if "key" in route.arguments else address(route)
            for data in ({}, {"csrf_token": "made up"}):
                statuses[route.rule, method, len(data)] = client.open(filled, method=method, data=data).status_code
    assert {place: status for place, status in statuses.items() if status != 400} == {}
    assert len(asked) >= 12


def test_reading_addresses_change_nothing_by_their_method(demo_app):
    """What changes something is asked for by POST, never by a link that somebody may be made to follow."""
    words = ("sign-out", "decisions", "assign", "notes", "remove", "withdraw", "answer", "cancel", "steps", "capacity", "validity",
             "copy", "preview", "end", "remove", "roles", "invitations", "resend", "confirm", "codes")
    assert [route.rule for route in routes(demo_app, "GET") if route.rule.endswith(words)] == []


@pytest.fixture
def signed_in(client, session):
    """A reviewer's browser."""
    add_person(session, EMAIL, "jianghai")
    client.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert client.get("/en/leads").status_code == 200
    return client


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(signed_in, session):
    (held,) = session.scalars(select(Membership))
    session.delete(held)
    session.flush()
    assert signed_in.get("/en/leads").status_code == 403
    assert signed_in.get("/en/account").status_code == 200


@pytest.mark.parametrize(("role", "status"), [(role, 200 if role in ANSWERING | {Role.OPERATOR} else 403)
                                              for role in Role])
def test_a_role_that_is_changed_counts_with_the_next_request(signed_in, session, role, status):
    (held,) = session.scalars(select(Membership))
    held.role = role
    session.flush()
    assert signed_in.get("/en/leads").status_code == status


@pytest.mark.parametrize("column", ["ended_at", "expires_at"])
def test_a_sign_in_that_has_ended_or_expired_opens_nothing(signed_in, session, column):
    (kept,) = session.scalars(select(SignIn))
    setattr(kept, column, utc_now())
    session.flush()
    assert signed_in.get("/en/leads").location.startswith("/en/sign-in")


def test_a_cookie_that_was_kept_opens_nothing_after_signing_out(app, signed_in):
    with signed_in.session_transaction() as cookie:
        kept = dict(cookie)
    signed_in.post("/en/sign-out")
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie |= kept
    assert thief.get("/en/leads").location.startswith("/en/sign-in")


def test_an_operator_may_look_and_not_decide(client, session):
    add_person(session, EMAIL, "operator", Role.OPERATOR)
    client.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert client.get("/en/leads").status_code == 200
    refused = client.post(f"/en/leads/{new_id()}/notes", data={"words": "x"})
    assert refused.status_code == 403
    assert "/en/account" in refused.text
