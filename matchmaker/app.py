"""Put the web application together: one request is one transaction, and every error becomes one answer."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFProtect
from jinja2 import TemplateNotFound
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as BaseResponse

from matchmaker import api, i18n, logs, storage, web
from matchmaker.api import metrics, problems
from matchmaker.config import Config
from matchmaker.errors import SignInNeeded, TooMany
from matchmaker.jobs import waking
from matchmaker.schemas.vocabulary import NOTHING, Vocabulary, use_vocabulary_of
from matchmaker.services import access, links, vocabulary
from matchmaker.services.referrals import keys
from matchmaker.tasks import BESIDE
from matchmaker.web.firms import opened
from matchmaker.web.headers import protect
from matchmaker.web.operators import organisations
from matchmaker.web.signing import signing_in

READING = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_DATABASE = frozenset({"static", "health.healthz", "health.readyz", "api-docs.openapi_json"})
OPEN_TO_ALL = frozenset({"static", "api-docs.openapi_json"})
"""The endpoints of others, which cannot declare a rule; everybody may call them."""
MAXIMUM_BODY = 1_000_000
VOCABULARY = "matchmaker_vocabulary"
"""Where an application keeps the codes that it has read."""

log = structlog.get_logger(__name__)


class Application(Flask):
    """Flask, with a language and a transaction around every request."""

    def full_dispatch_request(self) -> Response:
        """Answer the request in the reader's language."""
        g.begun = time.perf_counter()
        g.request_id = secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)
        with i18n.use_language(reader_language()):
            return super().full_dispatch_request()

    def dispatch_request(self) -> Response:
        """Admit the caller and run the view in one transaction, which is undone when the view answers with an error.

        A view that sets ``g.keeps`` has something to keep even so: that somebody tried. A view that takes a large body
        (`storage.streams`) begins its transaction itself, after it has the body: nobody waits for a slow sender.
        """
        admit_program()
        if getattr(app_view(), "streams", False):
            access.check(access.rule_of(app_view()), g.get("actor"))
            return self.make_response(super().dispatch_request())
        with self._transaction() as g.session, use_vocabulary_of(known_codes, current_app.extensions[VOCABULARY]):
            admit()
            storage.wall.go_on_as(g.session, g.get("actor"))
            response = self.make_response(super().dispatch_request())
            if response.status_code >= 400 and not g.get("keeps"):
                g.session.rollback()
            return response

    @contextmanager
    def _transaction(self) -> Iterator[storage.Session]:
        with storage.reading(None) if only_reads() else storage.writing(None) as session:
            yield session


class BoundedIntegerConverter(IntegerConverter):
    """A number in an address, as far as databases count; what is larger is the address of nothing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def create_app(config: Config | None = None) -> Application:
    """Return the application; raise `Invalid` when a setting cannot be used, a weak secret among them.

    Without `config`, settings are read from the environment, logs are set up and the database is connected; who
    gives a `config` has done these himself.
    """
    if config is None:
        config = Config.from_environ()
        logs.configure(config.log_level, config.log_format)
        storage.connect(config.database_url)
    app = Application("matchmaker", static_folder="web/static", template_folder="web/templates")
    app.url_map.converters["int"] = BoundedIntegerConverter
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]
    app.config.update(
        MATCHMAKER=config,
        SECRET_KEY=config.checked_secret(),
        MAX_CONTENT_LENGTH=MAXIMUM_BODY,
        SESSION_COOKIE_NAME="__Host-session" if config.secure_cookies else "session",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    if config.broker_url:
        waking.attach(storage.Sessions, waking.Sender(config.broker_url), BESIDE)
    app.extensions[VOCABULARY] = NOTHING
    csrf = CSRFProtect(app)
    for blueprint in api.register(app):
        csrf.exempt(blueprint)
    web.register(app)
    app.register_error_handler(HTTPException, answer_error)
    app.register_error_handler(Exception, answer_error)
    app.after_request(protect)
    app.after_request(write_log)
    return app


def reader_language() -> str:
    """Return the language that the address names, else the one that the browser prefers."""
    prefix = request.path.split("/", 2)[1] if request.path.startswith("/") else ""
    return prefix if prefix in i18n.LANGUAGES else i18n.negotiate(request.headers.get("Accept-Language"))


def app_view() -> Any:
    """Return the view that the request is for, if there is one."""
    return current_app.view_functions.get(request.endpoint or "")


def only_reads() -> bool:
    """Tell whether the request changes nothing, by its method or by what its view says of itself."""
    view = app_view()
    return bool(getattr(view, "reads_only", request.method in READING and not getattr(view, "writes", False)))


def admit_program() -> None:
    """Find out whose key a program calls with, and count the call; committed by itself, whatever the view does."""
    if request.endpoint is None or request.endpoint in WITHOUT_DATABASE | OPEN_TO_ALL:
        return
    if access.rule_of(app_view()).caller != "client":
        return
    with storage.writing(None) as session:
        known = keys.caller(session, current_app.config["MATCHMAKER"], request.headers.get("Authorization"))
    g.actor, g.budget = known.client, known.budget
    if known.budget.left < 0:
        raise TooMany("This key has made too many calls.", seconds=known.budget.seconds)


def admit() -> None:
    """Find out who calls, and raise unless the view's rule lets them: ``g.actor`` is what the queries go by."""
    if request.endpoint in WITHOUT_DATABASE | OPEN_TO_ALL:
        return
    g.actor = g.get("actor") or signing_in.actor()
    organisations.remember()
    if request.routing_exception or request.endpoint is None:
        return
    rule = access.rule_of(app_view())
    if rule.caller == "firm":
        g.actor = opened.actor()
    if rule.caller == "link":
        g.actor = links.holder(g.session, (request.view_args or {})["key"])
    access.check(rule, g.actor)
    if request.method not in READING and not only_reads():
        access.check_standing(rule, g.actor)


def known_codes() -> Vocabulary:
    """Return the vocabulary that the database has, for the schemas of inputs that name any of it.

    What a request has read that changes nothing, later ones need not ask for: it stood in the database to stay.
    """
    found = Vocabulary(*vocabulary.codes(g.session))
    if only_reads():
        current_app.extensions[VOCABULARY] = found
    return found


def answer_error(error: Exception) -> BaseResponse | tuple[str, int, Any]:
    """Answer an error: as a problem document to programs, as a page that says what to do next to people."""
    if isinstance(error, SignInNeeded) and not wants_json():
        if access.rule_of(app_view()) == access.FIRM:
            return redirect(url_for("web_entering.ask"))
        return redirect(url_for("web_account.sign_in", to=request.full_path if request.method == "GET" else None))
    problem = problems.describe(error)
    extra = {}
    if problem.is_ours:
        extra["reference"] = g.request_id
        log.error("request failed", status=problem.status, exc_info=error)
    if wants_json():
        return problems.as_json(problem, request.path, **extra)
    try:
        page = render_template("error.html", problem=problem, **extra)
    except TemplateNotFound:
        page = f"{problem.title}\n{problem.detail}\n"
        return page, problem.status, [*problem.headers, ("Content-Type", "text/plain; charset=utf-8")]
    return page, problem.status, problem.headers


def wants_json() -> bool:
    """Tell whether the caller is a program: it asks the API, or asks for JSON before HTML."""
    accepted = request.accept_mimetypes
    forms = ["text/html", "application/json", "application/problem+json"]
    return request.path.startswith("/api/") or (bool(accepted) and accepted.best_match(forms, "text/html") != forms[0])


def write_log(response: Response) -> Response:
    """Count the request and log one line of it.

    Never its address, query or body: they may hold a private key or a firm's ideas.
    """
    response.headers["X-Request-ID"] = g.request_id
    if budget := g.get("budget"):
        response.headers["X-RateLimit-Limit"] = str(budget.most)
        response.headers["X-RateLimit-Remaining"] = str(max(budget.left, 0))
        response.headers["X-RateLimit-Reset"] = str(budget.seconds)
    elapsed = time.perf_counter() - g.begun
    metrics.count(str(request.url_rule), response.status_code, elapsed)
    log.info("request", method=request.method, rule=str(request.url_rule), status=response.status_code,
             milliseconds=round(1000 * elapsed, 1))
    return response
