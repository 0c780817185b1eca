"""No tenant gets at another's: every route, called by everybody with own, foreign and made-up ids.

The routes come from the URL map, so that a new one is covered without a word here. Each answer (body, headers), each
line of the log and each mail is searched for canaries that the caller must not get (see `tests.rivals`).
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, true
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule as Route

from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.domain import (
    ApiKey,
    Attachment,
    Complaint,
    Contact,
    Job,
    Lead,
    LeadFeedback,
    LeadMessage,
    LeadState,
    ListVersion,
    Mail,
    Membership,
    Need,
    Offering,
    OfferingRevision,
    Person,
    ReferralBatch,
    Role,
    SavedView,
    Scope,
    SignIn,
    WebhookEndpoint,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import accounts, links
from matchmaker.services.access import ANYBODY, FIRM, LINK
from matchmaker.services.mail import letters
from matchmaker.services.referrals import keys
from matchmaker.storage.queries import scope, scope_openness, scope_referrals, scope_webhooks
from tests import planting, rival_firms, rival_lists, rival_rows, rivals
from tests.harvest import Forms
from tests.making import PASSWORD, add_person, member
from tests.rivals import (
    HOMES,
    IN_MAIL_TO_FIRM,
    IN_MAIL_TO_TEAM,
    INCUBATOR,
    OURS,
    RIVAL,
    SUSPENDED,
    THEIRS,
    Case,
    World,
)

UNTRIED = frozenset({"static"})
NOT_CARRIED_THROUGH = {"web_account.enter", "web_joining.accept", "web_password.reset", "web_password.take_change",
                       "web_second_step.enter", "web_second_step.confirm", "web_second_step.renew",
                       "web_second_step.remove", "web_entering.enter", "web_incubator_mappings.save", "web_incubator_mappings.delete"}
"""What nobody carries through in the matrix: signing in, which all have done before; what needs the secret of a mail, a
password or a code; a mapping that has no id but its own organisation's name. That these do nothing without it is shown in the tests of each of them, in tests/web and tests/api."""
OF_LISTS = ("web_lists", "web_batches", "web_units", "web_openness", "web_targets", "permanent")
OF_PEOPLE = ("web_people", "web_browsers", "web_away")
OF_FIRMS = ("web_gathered", "web_entering")
AWAY = ("/sign-in", "/firm/open")
"""Where somebody is sent who has to show first who they are."""
OLD = ("revoked session", "revoked key")
ADMINISTERED = (*OF_PEOPLE, "web_account", "web_password", "web_second_step")
"""The pages that an administrator is called at; at all others they are reviewer and list editor in one."""
LATER = frozenset({LeadState.TERMS_OFFERED, LeadState.FAILED, LeadState.DECLINED})
"""In these states a firm has steps to take that it has in no other."""
STEP = re.compile(r"\((?:\?:)?([a-z_|]+)\)")
REFERRING = ("web_incubator", "web_webhooks", "referrals.", "referral_mappings.", "referral_firms.",
             "webhooks.")
"""The pages and routes of incubators."""
VIEWS = ("to_answer", "mine", "waiting", "accepted", "closed", "all")
WORDS = "Words of the caller"
ROLES = {name: role for name, slug, role in rivals.roles() if slug}
FILLED = {"email": "a@a.example", "price": "3000", "starts_on": "2199-03-01"}
"""What is written into the fields that take no words."""
TABLE = b"problem\nRandom vibration test\n"
"""What an incubator sends."""
UNFILLED = frozenset({"website", "csrf_token"})
"""The fields that no person fills in."""
TYPED_AS = {"slug": "words", "offerings": "", "unified_social_credit_code": "", "first_day": "2031-01-01", "last_day": "2031-01-02",
            "eligibility_max_age_years": "9", "eligibility_regions": "320500", "eligibility_industries": "C39",
            "lay_zh": "有人说的话", "response_days": "9", "regions": "320500", "contact": "desk@a.example"}
"""What stands in fields that take no words."""


class Call(NamedTuple):
    """One request, and whether what it names is another's, so that it must not be found."""

    method: str
    path: str
    query: dict[str, Any]
    data: Any
    is_foreign: bool
    headers: Any = ()


@dataclass
class Caller:
    """Somebody who calls: with the cookie of a sign-in, or with the private link of a case."""

    name: str
    cookie: str | None = None
    own: Case | None = None
    browser: UUID | None = None
    """Another browser in which they are signed in."""
    pages: tuple[str, ...] = ("",)
    """How the endpoints begin at which they call."""
    is_narrow: bool = False
    """Whether they call only what their private link opens: the other holders show the rest."""
    key: str | None = None

    def client(self, app: Flask) -> FlaskClient:
        """Return a browser that has only just come: what one call leaves in it does not reach the next."""
        client = app.test_client()
        if self.cookie:
            client.set_cookie(app.config["SESSION_COOKIE_NAME"], self.cookie)
        if self.key:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.key}"
        return client


@dataclass
class Matrix:
    """Everything that the calls need: the world, who calls, and what has been counted."""

    app: Flask
    config: Config
    world: World
    callers: list[Caller]
    connection: Any
    told: list[str]
    requests: int = 0
    mails: int = 0
    newest_mail: UUID = UUID(int=0)
    newest_job: UUID = UUID(int=0)
    statuses: dict[int, int] = field(default_factory=dict)
    forms: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """The forms of the pages that were shown, by the path to which they are sent."""
    done: set[str] = field(default_factory=set)
    """The endpoints of changes that somebody carried through."""
    done_while_suspended: set[str] = field(default_factory=set)
    """Those of them that a role of a platform allows, and that its people carried through although it is suspended."""
    read: dict[str, set[str]] = field(default_factory=dict)
    """The canaries that each caller got and may get: none of them would mean that nothing was tried."""

    @property
    def routes(self) -> list[Route]:
        """All routes that can be called."""
        return [route for route in self.app.url_map.iter_rules() if route.endpoint not in UNTRIED]


def leaks(matrix: Matrix, *, only: str = "", pages: str = "") -> Iterator[str]:
    """Call every route as everybody, and tell what somebody got who must not have it.

    `only` one caller, at the routes of these `pages` alone, where it is known who must get at what.
    """
    for caller in [caller for caller in matrix.callers if only in ("", caller.name)]:
        banned = rivals.forbidden(matrix.world, caller.name, caller.own)
        # PostgreSQL holds a lock for each savepoint that wrote, also when only a page was looked at, until that is undone.
        with undone(matrix):
            for method in ("GET", "POST", "PUT", "DELETE"):
                for route in [route for route in matrix.routes if route.endpoint.startswith(pages)
                              and route.endpoint.startswith(caller.pages)
                              and ("key" in route.arguments or not caller.is_narrow)]:
                    for call in calls(matrix, caller, route, method):
                        yield from answered(matrix, caller, route, call, banned)
    if not only:
        yield from mailed(matrix)


def answered(matrix: Matrix, caller: Caller, route: Route, call: Call, banned: set[str]) -> Iterator[str]:
    """Make one call, undo what it did, and tell what is wrong with its answer, its log lines and its mail."""
    matrix.told.clear()
    headers = {"Accept": "application/json"} if call.is_foreign and not call.query else {}
    with undone(matrix) if call.method != "GET" else nullcontext():
        answer = caller.client(matrix.app).open(call.path, method=call.method, query_string=call.query,
                                                data=call.data or None, headers={**headers, **dict(call.headers)})
        yield from mailed(matrix, only_new=True) if call.method != "GET" else ()
    matrix.requests += 1
    matrix.statuses[answer.status_code] = matrix.statuses.get(answer.status_code, 0) + 1
    said = f"{answer.get_data().decode('utf-8', 'replace')}\n{answer.headers}".lower()
    if answer.mimetype == "text/html" and answer.status_code == 200 and call.method == "GET":
        matrix.forms |= Forms(call.path, answer.get_data(as_text=True)).found
    is_sent_away = (answer.location or "").partition("?")[0].endswith(AWAY)
    if call.method != "GET" and answer.status_code < 400 and not is_sent_away:
        matrix.done.add(route.endpoint)
        if caller.name == "suspended member" and rule_of(matrix, route).roles:
            matrix.done_while_suspended.add(route.endpoint)
    sent = f"{call.path} {call.query} {call.data}".lower()
    where = f"{caller.name}: {call.method} {route.rule} ({call.path.rpartition('/')[0]}, {answer.status_code})"
    got = {canary for canary in found_in(said) if canary not in sent}
    for canary in sorted(got & {text.lower() for text in banned}):
        yield f"{where} shows {canary}"
    matrix.read.setdefault(caller.name, set()).update(got)
    lines = " ".join(matrix.told).lower()
    for canary in sorted(found_in(lines)):
        yield f"{where} logs {canary}"
    if any(case.key.lower() in lines for case in matrix.world.cases):
        yield f"{where} logs a private key"
    answer.close()
    if answer.status_code >= 500 and not call.path.startswith("/readyz"):
        yield f"{where} fails"
    if call.is_foreign and not is_refusal(matrix.app, caller, route, answer.status_code, answer.location):
        yield f"{where} is found, although it is another's"


def found_in(text: str) -> set[str]:
    """Return the canaries in a text."""
    return set(re.findall(r"canary-[a-z]+(?:-both)?-[a-z]+-\d+(?:\.|(?=@|\b))", text))


def is_refusal(app: Flask, caller: Caller, route: Route, status: int, location: str | None) -> bool:
    """Tell whether an answer refuses what is another's as the rule of its route wants it."""
    rule = getattr(app.view_functions[route.endpoint], "access", ANYBODY)
    if caller.name == "suspended member" and status == 403:
        return True
    if rule == ANYBODY:
        return status in (200, 404)
    if rule == LINK:
        # A form is looked at before what it names: its own need's page is shown again with what is missing.
        return status in (404, 405, 409, 422) or (status in (302, 303) and links_to_own(location))
    if rule.caller == "client":
        return status == (404 if caller.name == "program" else 401)
    if rule == FIRM and caller.name != "firm":
        return status == 401 or (status == 302 and (location or "").endswith(AWAY))
    if caller.name in ("nobody", "holder", "program", "firm", *OLD) and rule != FIRM:
        return status == 401 or (status == 302 and (location or "").partition("?")[0].endswith(AWAY))
    if rule.roles and not {ROLES.get(caller.name)} & rule.roles:
        return status == 403
    return status == 404


def rule_of(matrix: Matrix, route: Route) -> Any:
    """Return the rule of a route."""
    return getattr(matrix.app.view_functions[route.endpoint], "access", ANYBODY)


def links_to_own(location: str | None) -> bool:
    """Tell whether a redirect only goes back to the status page of a need that was sent (nothing was done)."""
    return location is not None and "/my/" in location and "#" not in location


def calls(matrix: Matrix, caller: Caller, route: Route, method: str) -> Iterator[Call]:
    """Give the calls of one route as one caller: own ids, foreign ones, mixed ones, made-up ones."""
    if method not in route.methods:
        return
    if route.endpoint.startswith(REFERRING):
        yield from referral_calls(matrix, caller, route, method)
        return
    if route.endpoint.startswith(OF_LISTS):
        yield from list_calls(matrix, caller, route, method)
        return
    if route.endpoint.startswith("web_gathered") and id_names(route):
        foreign = [case.need_id for case in [*matrix.world.of(THEIRS)[4:6], matrix.world.of(OURS)[0]]]
        for need_id, is_foreign in rival_firms.tried(route.endpoint, matrix.world.account, foreign):
            yield Call(method, address(route, {"need": need_id}, "", "en"), {}, {}, is_foreign or caller.name != "firm")
        return
    if route.endpoint.startswith("web_learning") and method == "POST":
        for proposal_id, sent, is_known in rival_rows.decided(route.endpoint, matrix.world.learnt):
            path = address(route, {"proposal": proposal_id}, "", "en")
            yield Call(method, path, {}, sent, bool(id_names(route)) and not (is_known and caller.name == "operator"))
    if not route.arguments - {"lang"}:
        yield from plain_calls(matrix, caller, route, method)
        return
    if "key" in route.arguments and caller.own is None:
        yield Call(method, address(route, {}, links.new_key(), "en"), {}, {}, is_foreign=False)
        return
    key = caller.own.key if caller.own else links.new_key()
    named = id_names(route)
    if route.endpoint.startswith("web_room"):
        for offering, is_watched in ((matrix.world.full, True), (matrix.world.desk[THEIRS]["draft"], False)):
            path = address(route, {"offering": offering}, key, "en")
            yield Call(method, path, {}, {"email": "a@a.example"} if method == "POST" else {}, not is_watched)
        return
    if route.endpoint.startswith(OF_PEOPLE):
        yield from people_calls(matrix, caller, route, method)
        return
    if route.endpoint.startswith("web_editing"):
        yield from desk_calls(matrix, caller, route, method)
        return
    for number, (case, is_foreign) in enumerate(cases(matrix, caller, route, method)):
        path = address(route, case.ids, key, ("en", "zh")[number % 2])
        other = next(found for found in matrix.world.of(THEIRS) if found.is_shared)
        query = {} if number % 3 else named_all(other) | {"view": VIEWS[number % len(VIEWS)]}
        yield Call(method, path, query, body(matrix, route, path, case, number) if method == "POST" else {},
                   is_foreign and named not in ([], ["offering"]) and not (
                       caller.name == "operator" and named == ["organisation"]))
    if len(named) > 1 and caller.name != "suspended member":
        yield from mixed_calls(matrix, caller, route, method, key)
    made_up = {name: new_id() for name in named} or {}
    yield Call(method, address(route, made_up, key, "en"), {}, {}, is_foreign=bool(named) and named != ["offering"])


def desk_calls(matrix: Matrix, caller: Caller, route: Route, method: str) -> Iterator[Call]:
    """Give the calls of an editor's page: offerings of both platforms, published ones and drafts, and one made up."""
    offerings = [(slug, what, found) for slug, known in matrix.world.desk.items() for what, found in known.items()]
    for number, (slug, what, found) in enumerate([*offerings, ("", "", new_id())]):
        is_own = (caller.name == "list editor" and slug == OURS) or (caller.name == "operator" and what == "published")
        for repeat in range(4 if method == "POST" and is_own else 1):
            path = address(route, {"offering": found}, "", ("en", "zh")[number % 2])
            case = matrix.world.of(THEIRS)[0]
            sent = body(matrix, route, path, case, repeat) if method == "POST" else {}
            if "words" in sent:
                sent |= {"need": str(case.need_id) if repeat else "", "words": "vibration"}
            yield Call(method, path, named_all(case) if number % 2 else {}, sent, is_foreign=not is_own)


def list_calls(matrix: Matrix, caller: Caller, route: Route, method: str) -> Iterator[Call]:
    """Give the calls of a page about openness lists: versions of both platforms in each state, and one made up."""
    lists, named = matrix.world.lists, id_names(route)
    with storage.Sessions() as session:
        versions = {found.id: found for found in session.scalars(select(ListVersion))}
        session.expunge_all()
    known = [(slug, state, found) for (slug, state), found in lists.versions.items()] if "version" in named else [("", "", None)]
    for slug, state, found in [*known, ("", "", new_id())]:
        for number in (rival_lists.NUMBER, 1):
            ids = {"version": found or new_id(), "batch": lists.batch if found is None else new_id(),
                   "unit": lists.unit if found is None else new_id()}
            path = route.build({"lang": "en", "slug": slug or OURS, "number": number, "form": "csv",
                                **{f"{name}_id": ids[name] for name in named}}, append_unknown=False)[1]
            is_own = (caller.name == "list editor" and slug == OURS) or (
                caller.name == "operator" and (found is None or state not in ("", "draft")))
            for data in rival_lists.sent(route.endpoint, versions.get(found), lists, TABLE) if method == "POST" else [{}]:
                yield Call(method, path, {}, data, bool(named) and not is_own)


def people_calls(matrix: Matrix, caller: Caller, route: Route, method: str) -> Iterator[Call]:
    """Give the calls of a page about people: own ids, another's, own and another's mixed, and made-up ones."""
    ours, theirs = matrix.world.teams[OURS], matrix.world.teams[THEIRS]
    if route.endpoint == "web_browsers.sign_out" and caller.browser:
        ours = ours | {"sign_in": caller.browser}
    rule, named = matrix.app.view_functions[route.endpoint].access, id_names(route)
    may_call = not rule.roles or (caller.name in ("admin", "reviewer") and ROLES[caller.name] in rule.roles)
    tried = (ours, theirs, theirs | {"organisation": ours["organisation"]}, ours | {"organisation": theirs["organisation"]}, {})
    case = matrix.world.of(THEIRS)[0]
    for number, ids in enumerate(tried):
        is_own = may_call and caller.browser is not None and all(ids.get(name) == ours[name] for name in named)
        for repeat in range(4 if is_own and method == "POST" else 1):
            path = address(route, ids, "", ("en", "zh")[number % 2])
            yield Call(method, path, named_all(case) if number % 2 else {},
                       body(matrix, route, path, case, repeat) if method == "POST" else {}, bool(named) and not is_own)


def referral_calls(matrix: Matrix, caller: Caller, route: Route, method: str) -> Iterator[Call]:
    """Give the calls of an incubator's page or program: its own batches and keys, a rival's, and made-up ones."""
    foreign = matrix.world.referred[RIVAL]["batch"]
    made_up = {name: new_id() for name in ("batch", "api_key", "waiting", "endpoint", "delivery")}
    own = matrix.world.referred[INCUBATOR]
    if "delivery" in id_names(route):
        mixed = {"endpoint": own["endpoint"], "delivery": matrix.world.referred[RIVAL]["delivery"]}
        yield Call(method, address(route, mixed, "", "en"), {}, {}, True)
    for slug, ids in [*matrix.world.referred.items(), ("", made_up)]:
        is_own = slug == INCUBATOR and caller.name in ("incubator", "program")
        for batch in ("batch", "waiting"):
            path = address(route, ids | {"batch": ids[batch]}, "", "en", row=rival_rows.ROWS.get(route.endpoint, rival_rows.SENT))
            names = bool(id_names(route))
            data, headers = {}, {}
            if route.endpoint.startswith(("webhooks.", "web_webhooks.")) and method in ("POST", "PUT"):
                data = {"name": WORDS, "url": "https://hooks.example/", "events": ["lead.created"]}
                if route.endpoint.startswith("webhooks."):
                    data, headers = json.dumps(data), {"Content-Type": "application/json"}
            elif method == "POST":
                data = {"name": "A key", "scopes": ["referrals:read"], "is_live": "true", "token": str(ids[batch]),
                        "file": (io.BytesIO(TABLE), "needs.csv")} if not names else {}
            if route.endpoint.endswith(".correct"):
                data, headers = rival_rows.corrected("jianghai/vibration"), {"If-Match": "1"}
                if route.endpoint.startswith("referrals."):
                    data, headers = json.dumps(data), headers | {"Content-Type": "application/json"}
            if route.endpoint == "referrals.send":
                data, headers = TABLE, {"Content-Type": "text/csv", "Idempotency-Key": f"{slug}-{batch}"}
                yield Call(method, path, {"retry_of": str(foreign)}, data, True, headers)
            if route.endpoint == "web_incubator.send":
                retry = data | {"retry_of": str(foreign), "file": (io.BytesIO(TABLE), "needs.csv")}
                yield Call(method, path, {}, retry, True)
            yield Call(method, path, {}, data, names and not is_own, headers)


def plain_calls(matrix: Matrix, caller: Caller, route: Route, method: str) -> Iterator[Call]:
    """Give the calls of a route whose address names nothing: what is foreign stands in query or body."""
    theirs = next(case for case in matrix.world.of(THEIRS) if case.is_revealed)
    path = address(route, {}, "", "en")
    yield Call(method, path, {}, {}, is_foreign=False)
    yield Call(method, path, named_all(theirs), body(matrix, route, path, theirs, 0) if method == "POST" else {},
               is_foreign=False)
    if route.endpoint.startswith("web_leads"):
        for view, sort in zip(VIEWS, ("due", "fit", "age") * 2, strict=True):
            yield Call(method, path, {"view": view, "sort": sort}, {}, is_foreign=False)
    for data, is_foreign in at_the_bench(matrix, route.endpoint, method):
        sent, asked = (data, {}) if method == "POST" else ({}, data)
        yield Call(method, path, asked, sent, is_foreign=is_foreign)
    if method == "POST":
        yield Call(method, path, {}, {"email": f"{theirs.email.lower()}firm@haimen.example"}, is_foreign=False)


def at_the_bench(matrix: Matrix, endpoint: str, method: str) -> Iterator[tuple[dict[str, Any], bool]]:
    """Give what a reviewer sends about several leads, own ones and others', and whether that must not be found."""
    if endpoint == "web_leads_figures.export":
        yield {"form": "csv", "view": "all"}, False
        yield {"form": "xlsx", "view": "all"}, False
    for platform in (OURS, THEIRS):
        new = next(case for case in matrix.world.of(platform) if case.state == LeadState.SUBMITTED)
        decided = next(case for case in matrix.world.of(platform)
                       if case.state == LeadState.IN_REVIEW and case.is_shared)
        is_foreign = platform == THEIRS and method == "POST"
        lead = f"{new.lead_id}:{new.version}" if method == "POST" else str(new.lead_id)
        if endpoint in ("web_leads_bulk.preview", "web_leads_bulk.decide"):
            yield {"action": "ask", "words": WORDS, "lead": lead}, is_foreign
        if endpoint in ("web_leads_bulk.done", "web_leads_bulk.cancel"):
            yield {"decision": str(decided.ids["decision"])}, is_foreign


def mixed_calls(matrix: Matrix, caller: Caller, route: Route, method: str, key: str) -> Iterator[Call]:
    """Give calls whose first id is the caller's own and whose last is another's."""
    ours = [case for case in matrix.world.of(OURS) if case.is_shared][:4]
    for own, foreign in product(ours, [case for case in matrix.world.of(THEIRS) if case.is_shared][:4]):
        ids = foreign.ids | {"lead": own.ids["lead"]}
        path = address(route, ids, key, "en")
        yield Call(method, path, {}, body(matrix, route, path, own, 1) if method == "POST" else {},
                   is_foreign=own.need_id != foreign.need_id)


def cases(matrix: Matrix, caller: Caller, route: Route, method: str) -> list[tuple[Case, bool]]:
    """Give the cases whose ids a caller tries at a route, and which of them are another's."""
    if caller.own is not None and "key" in route.arguments:
        others = [case for case in matrix.world.cases if case.need_id != caller.own.need_id]
        chosen = [caller.own, *others[::8]]
        return [(case, case is not caller.own) for case in chosen]
    if caller.name == "suspended member" and id_names(route) not in ([], ["offering"]):
        return [(case, not is_own(caller, case)) for case in [*matrix.world.of(SUSPENDED), *matrix.world.cases[::30]]]
    if id_names(route) in (["offering"], []) or caller.name not in ("reviewer", "operator"):
        return [(case, True) for case in matrix.world.cases[::15]] if id_names(route) != ["offering"] else \
            [(case, False) for case in matrix.world.cases[::15]]
    found = [(case, not is_own(caller, case)) for case in matrix.world.cases]
    is_all = route.endpoint.startswith("web_judging") or (
        caller.name == "reviewer" and method == "GET" and len(id_names(route)) == 1)
    later = [pair for pair in found[1::2] if pair[0].state in LATER and not pair[1]]
    return found if is_all else found[::2] + found[-4:] + later


def is_own(caller: Caller, case: Case) -> bool:
    """Tell whether a caller may know of a lead."""
    return case.is_known and (case.platform == HOMES.get(caller.name) or "operator" in caller.name)


def id_names(route: Route) -> list[str]:
    """Return what the ids in a route's address are of, for instance lead and file."""
    return [name.removesuffix("_id") for name in route._converters if "UUID" in type(route._converters[name]).__name__]


def address(route: Route, ids: dict[str, UUID], key: str, lang: str, row: int = rival_rows.SENT) -> str:
    """Return an address of a route with these ids in it; a name that nobody knows gets a made-up id."""
    values: dict[str, Any] = {}
    for name, converter in route._converters.items():
        kind = type(converter).__name__
        known = {"lang": lang, "key": key}.get(name)
        if "UUID" in kind:
            known = ids.get(name.removesuffix("_id"), new_id())
        elif "Integer" in kind:
            known = row
        elif known is None and "Any" in kind:
            options = STEP.search(converter.regex)[1].split("|")
            known = options[len(key + lang) % len(options)]
        values[name] = known if known is not None else "x"
    return route.build(values, append_unknown=False)[1]


def named_all(case: Case) -> dict[str, Any]:
    """Return every id of a case under every name that a form or an address may have for it."""
    return {spelt: str(found) for name, found in case.ids.items() for spelt in (name, f"{name}_id", f"{name}s")}


def body(matrix: Matrix, route: Route, path: str, case: Case, number: int) -> dict[str, Any]:
    """Return what a browser would send: the form that some page has for this address, else one that could be any."""
    form = matrix.forms.get(path) or next((form for action, form in reversed(matrix.forms.items())
                                           if endpoint_of(matrix.app, action) == route.endpoint), None)
    if form is None or (number % 4 == 3 and not route.endpoint.startswith("web_judging")):
        return {"action": "ask", "words": WORDS, "why": WORDS, "note": WORDS, "problem": WORDS, "email": "a@a.example",
                "organisation": "A Ltd", "name": "A", "seen": case.version, "steps": 1, **named_all(case)}
    sent = {name: values[number % len(values)] if values else "" for name, values in form.items()}
    sent = {name: value or FILLED.get(name, WORDS) for name, value in sent.items() if name not in UNFILLED}
    if sent.get("action") == "decline":
        sent["reason"] = "no_capacity"
    elif "action" in sent:
        sent["reason"] = ""
    sent |= {name: value for name, value in TYPED_AS.items() if name in sent}
    return sent if path in matrix.forms else sent | ({"seen": case.version} if "seen" in sent else {})


@lru_cache(maxsize=10_000)
def endpoint_of(app: Flask, path: str) -> str | None:
    """Return the endpoint that a form's address belongs to."""
    try:
        return app.url_map.bind("localhost").match(path, method="POST")[0]
    except HTTPException:
        return None


@contextmanager
def undone(matrix: Matrix) -> Iterator[None]:
    """Undo what happens in the block, so that each call finds the same world."""
    savepoint = matrix.connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def mailed(matrix: Matrix, *, only_new: bool = False) -> Iterator[str]:
    """Write the mails that wait, and tell what stands in one that must not."""
    with storage.Sessions() as session:
        jobs = select(Job).order_by(Job.id.desc()).limit(5)
        for job in session.scalars(jobs.where(Job.id > matrix.newest_job) if only_new else jobs):
            if found_in(str(job.payload).lower()) or any(case.key in str(job.payload) for case in matrix.world.cases):
                yield f"job {job.task} carries {job.payload}"
        mails = select(Mail).order_by(Mail.id.desc()).limit(5 if only_new else 1000)
        for mail in session.scalars(mails.where(Mail.id > matrix.newest_mail) if only_new else mails).all():
            matrix.mails += 1
            if {canary for canary in found_in(str(mail.details).lower()) if not may_be_mailed(matrix.world, mail, canary)}:
                yield f"mail {mail.notice} keeps {mail.details}"
            try:
                prepared = letters.prepare(session, matrix.config, mail.id)
            except letters.Unsendable:
                continue
            message = prepared.message
            said = f"{dict(message.items())}\n{message.get_content()}".lower()
            yield from (f"mail {mail.notice} says {canary}" for canary in sorted(found_in(said))
                        if not may_be_mailed(matrix.world, mail, canary))
        session.rollback()


def may_be_mailed(world: World, mail: Mail, canary: str) -> bool:
    """Tell whether a mail may hold a canary: its recipient's own, and of these only a few kinds."""
    kind = canary.split("-")[-2].upper()
    if mail.need_id:
        return kind in IN_MAIL_TO_FIRM and any(found.text.lower() == canary and found.case.need_id == mail.need_id
                                               for found in world.canaries)
    if kind == "PERSON" or str(mail.details.get("reference", "")).lower() == canary:
        return True
    lead = str(mail.details.get("lead"))
    return kind in IN_MAIL_TO_TEAM and any(found.text.lower() == canary and str(found.case.lead_id) == lead
                                           for found in world.canaries)


class Told(logging.Handler):
    """Keeps every line that is logged."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.exc_info or ''}")


@pytest.fixture
def matrix(session, published, monkeypatch) -> Iterator[Matrix]:
    """Two rivals with leads in every state, and everybody who might want to know of them, signed in."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", quick)
    monkeypatch.setattr(accounts, "_nobody", quick.hash("nobody"))
    config = replace(published, demo=True)
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    offerings = {slug: session.scalars(select(Offering).where(Offering.external_id == external)).one()
                 for slug, external in ((OURS, "vibration"), (THEIRS, "ferment"), (SUSPENDED, "gpu"))}
    world = rivals.build(session, config, offerings)
    draft = rivals.add_draft(session, config, world)
    owner = next(case for case in world.of(OURS) if case.state == LeadState.TERMS_OFFERED and case.is_shared)
    rivals.add_firm(session, config, world, owner)
    callers = [*(Caller(name, sign_in(session, app, name, slug, role), browser=second_browser(session, app, name),
                        pages=ADMINISTERED if name == "admin" else ("",)) for name, slug, role in rivals.roles()),
               *(Caller("holder", own=case) for case in [*holders(world), draft]), Caller("nobody"),
               Caller("program", key=world.keys[INCUBATOR]),
               Caller("firm", in_browser(app, world.account.browser), owner, pages=(*OF_FIRMS, "web_account", "web_leads.")),
               *old_callers(session, app, config),
               *(Caller("holder", own=case, is_narrow=True) for case in world.of(OURS)
                 if case.state in LATER and case.consent != "withdrawn")]
    told: list[str] = []
    handler = Told(told)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    mail, job = (session.scalars(select(kind.id).order_by(kind.id.desc()).limit(1)).one() for kind in (Mail, Job))
    yield Matrix(app, config, world, callers, session.get_bind(), told, newest_mail=mail, newest_job=job)
    root.removeHandler(handler)
    root.setLevel(level)


def in_browser(app: Flask, key: str) -> str:
    """Return the cookie of a browser in which an account is open."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["firm"] = key
    return client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value


def old_callers(session, app: Flask, config: Config) -> Iterator[Caller]:
    """Give who keeps what opened doors once: the cookie of a sign-in that was ended, a key that was revoked."""
    cookie = sign_in(session, app, "revoked session", OURS, Role.REVIEWER)
    session.scalars(select(SignIn).order_by(SignIn.id.desc()).limit(1)).one().ended_at = utc_now()
    yield Caller("revoked session", cookie, pages=("web_leads.", "web_editing", "web_account", "web_browsers"))
    person = session.scalars(select(Person).where(Person.email.like("incubator@%"))).one()
    made, key = keys.make(session, config, member(session, person), "An old key", list(Scope), is_live=True)
    made.revoke(utc_now())
    session.commit()
    yield Caller("revoked key", key=key, pages=("referrals.", "webhooks."))


def holders(world: World) -> list[Case]:
    """Return the cases whose links are held: one that waits for the firm, one that both platforms know of."""
    return [next(case for case in world.of(OURS) if case.state == LeadState.INFO_REQUESTED),
            next(case for case in world.cases if "BOTH" in case.name)]


def sign_in(session, app: Flask, name: str, slug: str | None, role) -> str:
    """Return the cookie of somebody who has signed in; a former member loses the role after that."""
    email = f"{name.replace(' ', '.')}@isolation.example"
    person = add_person(session, email, slug or OURS, role, name="Somebody", password_hash=accounts._hasher.hash(PASSWORD))
    session.commit()
    client = app.test_client()
    assert client.post("/en/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303
    if slug is None:
        session.delete(session.scalars(select(Membership).where(Membership.person_id == person.id)).one())
        session.commit()
    return client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value


def second_browser(session, app: Flask, name: str) -> UUID:
    """Sign somebody in once more; return the id of that sign-in."""
    answer = app.test_client().post("/en/sign-in", data={"email": f"{name.replace(' ', '.')}@isolation.example",
                                                         "password": PASSWORD})
    assert answer.status_code == 303
    return session.scalars(select(SignIn.id).order_by(SignIn.id.desc()).limit(1)).one()


def kinds(canaries: set[str]) -> set[str]:
    return {canary.split("-")[-2] for canary in canaries}


def test_nobody_gets_at_what_is_anothers(matrix, capsys):
    found = list(leaks(matrix))
    with capsys.disabled():
        print(f"\nisolation: {len(matrix.routes)} routes, {matrix.requests} requests by {len(matrix.callers)} callers, "
              f"{len({canary.text for canary in matrix.world.canaries})} canaries, {matrix.mails} mails, "
              f"{len(found)} leaks; statuses {dict(sorted(matrix.statuses.items()))}", end=" ")
    assert found == []
    assert {route.endpoint.partition(".")[0] for route in matrix.routes} >= {
        "web_needs", "web_asking", "web_following", "web_leads", "web_account", "web_demo", "web_editing",
        "web_room", "web_organisations", "web_people", "web_browsers", "web_away", "web_own_data", "web_leads_bench",
        "web_leads_bulk", "web_leads_finding", "web_leads_figures", "web_finding", "web_incubator", "web_incubator_keys",
        "web_incubator_rows", "web_incubator_mappings", "referral_mappings",
        "web_incubator_firms", "referral_firms",
        "web_consenting", "referrals", "web_lists", "web_batches", "web_units", "web_openness", "web_webhooks",
        "webhooks", "web_gathered", "web_entering"}
    assert matrix.requests > 1000
    assert matrix.mails > 100
    changes = {route.endpoint for route in matrix.routes
               if (route.methods & {"POST", "PUT", "DELETE"}) and route.endpoint.startswith(("web_", "webhooks."))}
    assert changes - matrix.done == NOT_CARRIED_THROUGH
    # The other side of it: the calls show something to those who may see it.
    assert kinds(matrix.read["reviewer"]) >= {"need", "contact", "file", "message", "note", "reference", "factor"}
    assert kinds(matrix.read["holder"]) >= {"need", "message", "reference"}
    assert kinds(matrix.read["holder"]) >= {"complaint"}
    assert kinds(matrix.read["reviewer"]) >= {"complaint", "teamsays", "answer"}
    assert kinds(matrix.read["operator"]) >= {"reference", "appeal", "complaint", "answer"}
    assert kinds(matrix.read["list editor"]) == {"draft", "change", "old", "step", "liaison", "person"}
    assert kinds(matrix.read["suspended member"]) >= {"need", "contact", "message", "reference", "suspension"}
    assert matrix.done_while_suspended == set()
    assert kinds(matrix.read["admin"]) == {"person"}
    assert kinds(matrix.read["incubator"]) == {"row", "remark", "key", "reference", "hook"}
    assert kinds(matrix.read["program"]) == {"row", "remark", "tried", "reference", "hook"}
    assert kinds(matrix.read["firm"]) >= {"need", "number", "message", "reference", "contact"}
    assert not any(matrix.read[name] for name in ("nobody", "former member", *OLD))


def unscoped(kind: type) -> Any:
    """Return a select that forgets its actor."""
    return lambda _actor: select(kind)


PLANTED = {
    "leads": (unscoped(Lead), "reviewer", "web_leads"),
    "needs": (unscoped(Need), "reviewer", "web_leads"),
    "contacts": (unscoped(Contact), "reviewer", "web_leads"),
    "attachments": (unscoped(Attachment), "reviewer", "web_leads"),
    "messages": (lambda _actor: select(LeadMessage).join(Lead, Lead.id == LeadMessage.lead_id), "operator", "web_leads"),
    "UNSEEN": (frozenset(), "reviewer", "web_leads"),
    "_own": (lambda _actor: true(), "reviewer", "web_leads"),
    "_shared": (scope._own, "reviewer", "web_leads"),
    "_of_need": (lambda _actor, _need_id: true(), "holder", "web_following"),
    "_worked_on": (lambda _actor: true(), "list editor", "web_editing"),
    "_listed_for": (lambda _actor: true(), "list editor", "web_lists"),
    "offering_revisions": (unscoped(OfferingRevision), "operator", "web_editing"),
    "_referred": (lambda _actor: true(), "program", "referrals"),
    "batches": (unscoped(ReferralBatch), "incubator", "web_incubator"),
    "api_keys": (unscoped(ApiKey), "incubator", "web_incubator"),
    "_looked_after": (lambda _actor: true(), "program", "webhooks."),
    "endpoints": (unscoped(WebhookEndpoint), "incubator", "web_webhooks"),
    "REVEALED": (frozenset(LeadState), "reviewer", "web_leads"),
    "feedback": (unscoped(LeadFeedback), "reviewer", "web_leads"),
    "complaints": (unscoped(Complaint), "reviewer", "web_leads"),
    "saved_views": (unscoped(SavedView), "reviewer", "web_leads"),
}
"""What is planted in `scope`, who gets at something then, and on which pages.

Consents, notes and decisions are not among them: they are asked for by the id of a need or lead that was found before,
and the page looks at the consent once more. That their selects are right is shown by tests/storage/test_scope.py.
"""


HELD_BY_THE_WALL = {"needs", "contacts", "attachments", "messages", "_of_need", "_referred", "batches", "REVEALED",
                    "saved_views"}
"""Those of them that show nothing on PostgreSQL, whose policies keep back what the query asks for too much. That it is
the wall which stops them is shown by taking it away: then each shows there too."""


def test_each_planted_fault_turns_the_matrix_red_or_stops_at_the_wall(matrix, backend, capsys):
    """Threat 6: a rule that is forgotten. On SQLite each shows; on PostgreSQL each does that the wall does not stop."""
    shown, behind = {}, {}
    for name, (planted, caller, pages) in PLANTED.items():
        modules = (scope_webhooks, scope_openness, scope_referrals, scope)
        place = next(module for module in modules if name in vars(module))
        with planting.planted(place, name, planted):
            shown[name] = first_leak(matrix, caller, pages)
            if shown[name] is None and backend == "postgresql":
                with planting.without_wall(matrix.connection):
                    behind[name] = first_leak(matrix, caller, pages)
    held = {name for name, leak in behind.items() if leak}
    with capsys.disabled():
        print(f"\nisolation: {sum(map(bool, shown.values()))} of {len(shown)} planted faults found, {len(held)} more "
              "held by the wall", end=" ")
    assert held == (HELD_BY_THE_WALL if backend == "postgresql" else set())
    assert {name for name, leak in shown.items() if leak is None} == held


def first_leak(matrix: Matrix, caller: str, pages: str) -> str | None:
    """Return the first thing that a caller gets at some pages and must not have."""
    return next((leak for leak in leaks(matrix, only=caller, pages=pages) if " fails" not in leak), None)
