"""No tenant gets at another's: every route, called by everybody with own, foreign and made-up ids.

The routes come from the URL map, so that a new one is covered without a word here. Each answer (body, headers), each
line of the log and each mail is searched for canaries that the caller must not get (see `tests.rivals`).
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
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
    Attachment,
    Contact,
    Job,
    Lead,
    LeadMessage,
    LeadState,
    Mail,
    Membership,
    Need,
    Offering,
)
from matchmaker.domain.base import new_id
from matchmaker.services import accounts, links
from matchmaker.services.access import ANYBODY, LINK, TEAM
from matchmaker.services.mail import letters
from matchmaker.storage.queries import scope
from tests import rivals
from tests.harvest import Forms
from tests.making import PASSWORD, add_person
from tests.rivals import IN_MAIL_TO_FIRM, IN_MAIL_TO_TEAM, OURS, THEIRS, Case, World

UNTRIED = frozenset({"static"})
NOT_CARRIED_THROUGH = {"web_account.enter"}
"""What nobody carries through in the matrix: signing in, which all have done before."""
STEP = re.compile(r"\((?:\?:)?([a-z_|]+)\)")
VIEWS = ("to_answer", "mine", "waiting", "accepted", "closed", "all")
WORDS = "Words of the caller"
UNFILLED = frozenset({"website", "csrf_token"})
"""The fields that no person fills in."""


class Call(NamedTuple):
    """One request, and whether what it names is another's, so that it must not be found."""

    method: str
    path: str
    query: dict[str, Any]
    data: dict[str, Any]
    is_foreign: bool


@dataclass
class Caller:
    """Somebody who calls: with the cookie of a sign-in, or with the private link of a case."""

    name: str
    cookie: str | None = None
    own: Case | None = None

    def client(self, app: Flask) -> FlaskClient:
        """Return a browser that has only just come: what one call leaves in it does not reach the next."""
        client = app.test_client()
        if self.cookie:
            client.set_cookie(app.config["SESSION_COOKIE_NAME"], self.cookie)
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
    statuses: dict[int, int] = field(default_factory=dict)
    forms: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """The forms of the pages that were shown, by the path to which they are sent."""
    done: set[str] = field(default_factory=set)
    """The endpoints of changes that somebody carried through."""
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
        for method in ("GET", "POST"):
            for route in [route for route in matrix.routes if route.endpoint.startswith(pages)]:
                for call in calls(matrix, caller, route, method):
                    yield from answered(matrix, caller, route, call, banned)
    if not only:
        yield from mailed(matrix)


def answered(matrix: Matrix, caller: Caller, route: Route, call: Call, banned: set[str]) -> Iterator[str]:
    """Make one call, undo what it did, and tell what is wrong with its answer, its log lines and its mail."""
    matrix.told.clear()
    headers = {"Accept": "application/json"} if call.is_foreign and not call.query else {}
    with undone(matrix) if call.method == "POST" else nullcontext():
        answer = caller.client(matrix.app).open(call.path, method=call.method, query_string=call.query,
                                                data=call.data or None, headers=headers)
        yield from mailed(matrix, only_new=True) if call.method == "POST" else ()
    matrix.requests += 1
    matrix.statuses[answer.status_code] = matrix.statuses.get(answer.status_code, 0) + 1
    said = f"{answer.get_data().decode('utf-8', 'replace')}\n{answer.headers}".lower()
    if answer.mimetype == "text/html" and answer.status_code == 200 and call.method == "GET":
        matrix.forms |= Forms(call.path, answer.get_data(as_text=True)).found
    if call.method == "POST" and answer.status_code < 400:
        matrix.done.add(route.endpoint)
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
    if rule == ANYBODY:
        return status in (200, 404)
    if rule == LINK:
        # A form is looked at before what it names: its own need's page is shown again with what is missing.
        return status in (404, 405, 409, 422) or (status in (302, 303) and links_to_own(location))
    if caller.name in ("nobody", "holder"):
        return status in (302, 401)
    if caller.name in ("list editor", "former member") or (caller.name == "operator" and rule != TEAM):
        return status == 403
    return status == 404


def links_to_own(location: str | None) -> bool:
    """Tell whether a redirect only goes back to the status page of a need that was sent (nothing was done)."""
    return location is not None and "/my/" in location and "#" not in location


def calls(matrix: Matrix, caller: Caller, route: Route, method: str) -> Iterator[Call]:
    """Give the calls of one route as one caller: own ids, foreign ones, mixed ones, made-up ones."""
    if method not in route.methods:
        return
    if not route.arguments - {"lang"}:
        yield from plain_calls(matrix, caller, route, method)
        return
    if "key" in route.arguments and caller.own is None:
        yield Call(method, address(route, {}, links.new_key(), "en"), {}, {}, is_foreign=False)
        return
    key = caller.own.key if caller.own else links.new_key()
    named = id_names(route)
    for number, (case, is_foreign) in enumerate(cases(matrix, caller, route, method)):
        path = address(route, case.ids, key, ("en", "zh")[number % 2])
        other = next(found for found in matrix.world.of(THEIRS) if found.is_shared)
        query = {} if number % 3 else named_all(other) | {"view": VIEWS[number % len(VIEWS)]}
        yield Call(method, path, query, body(matrix, route, path, case, number) if method == "POST" else {},
                   is_foreign and bool(named))
    if len(named) > 1:
        yield from mixed_calls(matrix, caller, route, method, key)
    made_up = {name: new_id() for name in named} or {}
    yield Call(method, address(route, made_up, key, "en"), {}, {}, is_foreign=bool(named) and named != ["offering"])


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
    if method == "POST":
        yield Call(method, path, {}, {"email": f"{theirs.email.lower()}firm@haimen.example"}, is_foreign=False)


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
    if id_names(route) in (["offering"], []) or caller.name not in ("reviewer", "operator"):
        return [(case, True) for case in matrix.world.cases[::15]] if id_names(route) != ["offering"] else \
            [(case, False) for case in matrix.world.cases[::15]]
    found = [(case, not is_own(caller, case)) for case in matrix.world.cases]
    is_all = caller.name == "reviewer" and method == "GET" and len(id_names(route)) == 1
    return found if is_all else found[::2] + found[-4:]


def is_own(caller: Caller, case: Case) -> bool:
    """Tell whether a caller may know of a lead."""
    return case.is_known and (case.platform == OURS or "operator" in caller.name)


def id_names(route: Route) -> list[str]:
    """Return what the ids in a route's address are of, for instance lead and file."""
    return [name.removesuffix("_id") for name in route._converters if "UUID" in type(route._converters[name]).__name__]


def address(route: Route, ids: dict[str, UUID], key: str, lang: str) -> str:
    """Return an address of a route with these ids in it; a name that nobody knows gets a made-up id."""
    values: dict[str, Any] = {}
    for name, converter in route._converters.items():
        kind = type(converter).__name__
        known = {"lang": lang, "key": key}.get(name)
        if "UUID" in kind:
            known = ids.get(name.removesuffix("_id"), new_id())
        elif known is None and "Any" in kind:
            known = STEP.search(converter.regex)[1].split("|")[len(key + lang) % 3]
        values[name] = known if known is not None else "x"
    return route.build(values, append_unknown=False)[1]


def named_all(case: Case) -> dict[str, Any]:
    """Return every id of a case under every name that a form or an address may have for it."""
    return {spelt: str(found) for name, found in case.ids.items() for spelt in (name, f"{name}_id", f"{name}s")}


def body(matrix: Matrix, route: Route, path: str, case: Case, number: int) -> dict[str, Any]:
    """Return what a browser would send: the form that some page has for this address, else one that could be any."""
    form = matrix.forms.get(path) or next((form for action, form in reversed(matrix.forms.items())
                                           if endpoint_of(matrix.app, action) == route.endpoint), None)
    if form is None or number % 4 == 3:
        return {"action": "ask", "words": WORDS, "why": WORDS, "note": WORDS, "problem": WORDS, "email": "a@a.example",
                "organisation": "A Ltd", "name": "A", "seen": case.version, "steps": 1, **named_all(case)}
    sent = {name: values[number % len(values)] if values else "" for name, values in form.items()}
    sent = {name: value or ("a@a.example" if name == "email" else WORDS) for name, value in sent.items()
            if name not in UNFILLED}
    if sent.get("action") == "decline":
        sent["reason"] = "no_capacity"
    elif "action" in sent:
        sent["reason"] = ""
    return sent if path in matrix.forms else sent | ({"seen": case.version} if "seen" in sent else {})


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
        for job in session.scalars(select(Job).order_by(Job.id.desc()).limit(5)):
            if found_in(str(job.payload).lower()) or any(case.key in str(job.payload) for case in matrix.world.cases):
                yield f"job {job.task} carries {job.payload}"
        waiting = session.scalars(select(Mail).order_by(Mail.id.desc()).limit(5 if only_new else 1000)).all()
        for mail in waiting:
            if only_new and mail.id <= matrix.newest_mail:
                continue
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
                 for slug, external in ((OURS, "vibration"), (THEIRS, "ferment"))}
    world = rivals.build(session, config, offerings)
    draft = rivals.add_draft(session, config, world)
    callers = [*(Caller(name, sign_in(session, app, name, slug, role)) for name, slug, role in rivals.roles()),
               *(Caller("holder", own=case) for case in [*holders(world), draft]), Caller("nobody")]
    told: list[str] = []
    handler = Told(told)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    newest = session.scalars(select(Mail.id).order_by(Mail.id.desc()).limit(1)).one()
    yield Matrix(app, config, world, callers, session.get_bind(), told, newest_mail=newest)
    root.removeHandler(handler)
    root.setLevel(level)


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
        "web_needs", "web_asking", "web_following", "web_leads", "web_account", "web_demo"}
    assert matrix.requests > 1000
    assert matrix.mails > 100
    changes = {route.endpoint for route in matrix.routes if "POST" in route.methods and route.endpoint.startswith("web_")}
    assert changes - matrix.done == NOT_CARRIED_THROUGH
    # The other side of it: the calls show something to those who may see it.
    assert kinds(matrix.read["reviewer"]) >= {"need", "contact", "file", "message", "note", "reference", "factor"}
    assert kinds(matrix.read["holder"]) >= {"need", "message", "reference"}
    assert kinds(matrix.read["operator"]) >= {"reference"}
    assert not any(matrix.read[name] for name in ("nobody", "list editor", "former member", "incubator"))


def unscoped(kind: type) -> Any:
    """Return a select that forgets its actor."""
    return lambda _actor: select(kind)


PLANTED = {
    "leads": (unscoped(Lead), "reviewer", "web_leads"),
    "needs": (unscoped(Need), "reviewer", "web_leads"),
    "contacts": (unscoped(Contact), "reviewer", "web_leads"),
    "attachments": (unscoped(Attachment), "reviewer", "web_leads"),
    "messages": (unscoped(LeadMessage), "operator", "web_leads"),
    "UNSEEN": (frozenset(), "reviewer", "web_leads"),
    "_own": (lambda _actor: true(), "reviewer", "web_leads"),
    "_shared": (scope._own, "reviewer", "web_leads"),
    "_of_need": (lambda _actor, _need_id: true(), "holder", "web_following"),
    "REVEALED": (frozenset(LeadState), "reviewer", "web_leads"),
}
"""What is planted in `scope`, who gets at something then, and on which pages.

Consents, notes and decisions are not among them: they are asked for by the id of a need or lead that was found before,
and the page looks at the consent once more. That their selects are right is shown by tests/storage/test_scope.py.
"""


def test_each_planted_fault_turns_the_matrix_red(matrix, monkeypatch, capsys):
    """Threat 6: a rule that is forgotten, at ten places; each must show."""
    shown = {}
    for name, (planted, caller, pages) in PLANTED.items():
        with monkeypatch.context() as patch:
            patch.setattr(scope, name, planted)
            found = (leak for leak in leaks(matrix, only=caller, pages=pages) if " fails" not in leak)
            shown[name] = next(found, None)
    with capsys.disabled():
        print(f"\nisolation: {sum(map(bool, shown.values()))} of {len(shown)} planted faults found", end=" ")
    assert {name for name, leak in shown.items() if leak is None} == set()
