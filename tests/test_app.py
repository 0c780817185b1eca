import re
from dataclasses import replace

import pytest
from flask import g
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.domain import Job
from matchmaker.errors import Conflict, Expired, Forbidden, Invalid, NotFound, TooMany, Unavailable
from matchmaker.services import matching
from matchmaker.services.access import ANYBODY, allows

JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html,*/*;q=0.8"}
SECRET_IDEA = "a silent heat pump"


@pytest.fixture
def failing(app):
    """Add a route that raises whatever the test says."""
    def fail_with(error, rule="/en/fails"):
        def view(lang="en"):
            raise error

        app.add_url_rule(rule, "fails", allows(ANYBODY)(view), methods=["GET", "POST"])
        return app.test_client()

    return fail_with


@pytest.mark.parametrize(("error", "status", "code"), [
    (NotFound("There is no offering."), 404, "not_found"),
    (Conflict("It was withdrawn."), 409, "conflict"),
    (Expired("Its time is over."), 410, "gone"),
    (TooMany("Once too often.", seconds=30), 429, "too_many_requests"),
    (Forbidden("Not yours."), 403, "forbidden"),
    (Invalid("Not a date."), 422, "invalid"),
    (Unavailable("No index."), 503, "unavailable"),
    (StaleDataError("UPDATE"), 409, "conflict"),
    (OperationalError("SELECT", {}, Exception("database is locked")), 503, "unavailable"),
    (RuntimeError(SECRET_IDEA), 500, "internal"),
    (RecursionError(), 500, "internal"),
])
def test_each_error_has_one_status(failing, error, status, code):
    answer = failing(error).get("/en/fails", headers=JSON)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    document = answer.get_json()
    assert set(document) - {"reference"} == {"type", "title", "status", "detail", "instance", "errors"}
    assert (document["status"], document["type"]) == (status, f"urn:matchmaker:problem:{code}")
    assert document["instance"] == "/en/fails"
    assert (answer.headers.get("Retry-After") is not None) == (status in (429, 503))


def test_an_unforeseen_error_shows_a_reference_and_no_detail(failing, caplog):
    answer = failing(RuntimeError(SECRET_IDEA)).get("/en/fails", headers=JSON)
    assert SECRET_IDEA not in answer.text
    assert answer.get_json()["reference"] == answer.headers["X-Request-ID"]
    assert any("request failed" in record.getMessage() for record in caplog.records)


def test_people_get_a_page_and_programs_a_document(failing):
    client = failing(NotFound("There is no offering."))
    page = client.get("/en/fails", headers=HTML)
    assert page.status_code == 404
    assert page.mimetype == "text/html"
    assert "There is no offering." in page.text
    assert client.get("/en/fails").mimetype == "text/html"
    assert client.get("/api/v1/nothing", headers=HTML).mimetype == "application/problem+json"


@pytest.mark.parametrize(("path", "accepts", "words"), [
    ("/api/v1/nothing", "zh-CN,zh;q=0.9,en;q=0.8", "没有"),
    ("/api/v1/nothing", "en", "nothing at this address"),
    ("/zh/nothing", "en", "没有"),
    ("/en/nothing", "zh", "nothing at this address"),
])
def test_errors_speak_the_readers_language(client, path, accepts, words):
    answer = client.get(path, headers={"Accept-Language": accepts})
    assert answer.status_code == 404
    assert words in (answer.get_json()["detail"] if answer.is_json else answer.text)


def test_allow_is_kept_on_405(client):
    answer = client.delete("/api/v1/offerings")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.content_type == "application/problem+json"


def test_a_body_over_the_limit_is_refused(client):
    answer = client.post("/api/v1/matches", data=b" " * 1_000_001, content_type="application/json")
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


def test_a_request_is_one_transaction(app):
    @app.post("/api/stores")
    @allows(ANYBODY)
    def stores():
        g.session.add(Job(task="stored", payload={}))
        return "", 201

    @app.post("/api/breaks")
    @allows(ANYBODY)
    def breaks():
        g.session.add(Job(task="broken", payload={}))
        g.session.flush()
        raise RuntimeError

    @app.post("/api/refuses")
    @allows(ANYBODY)
    def refuses():
        g.session.add(Job(task="refused", payload={}))
        g.session.flush()
        return "", 422

    @app.post("/api/counts")
    @allows(ANYBODY)
    def counts():
        g.session.add(Job(task="counted", payload={}))
        g.keeps = True
        return "", 422

    app.config["WTF_CSRF_ENABLED"] = False
    names = ("stores", "breaks", "refuses", "counts")
    statuses = [app.test_client().post(f"/api/{name}").status_code for name in names]
    assert statuses == [201, 500, 422, 422]
    with storage.reading() as session:
        assert set(session.scalars(select(Job.task))) == {"stored", "counted"}


def test_a_view_without_a_rule_answers_nobody(app):
    app.add_url_rule("/api/forgotten", "forgotten", lambda: "open")
    assert app.test_client().get("/api/forgotten").status_code == 403


def test_reading_requests_take_no_write_lock(database, config):
    client = create_app(config).test_client()
    with storage.writing() as writer:
        writer.add(Job(task="slow", payload={}))
        writer.flush()
        assert client.get("/api/v1/offerings").status_code == 200


def test_forms_need_a_token_and_the_api_does_not(session, config):
    app = create_app(config)

    @app.post("/en/form")
    @allows(ANYBODY)
    def form():
        return "taken"

    client = app.test_client()
    refused = client.post("/en/form", headers=HTML)
    assert (refused.status_code, refused.mimetype) == (400, "text/html")
    assert client.post("/api/v1/matches", json={}).status_code == 422


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/offerings", "/en/nothing", "/api/v1/nothing"])
def test_every_answer_carries_the_protecting_headers(client, path):
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert re.fullmatch("[0-9a-f]{16}", headers["X-Request-ID"])
    assert headers["Strict-Transport-Security"].startswith("max-age=")


def test_without_https_no_browser_is_told_to_keep_to_it(session, config):
    client = create_app(replace(config, secure_cookies=False)).test_client()
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


@pytest.mark.parametrize(("is_secure", "name"), [(True, "__Host-session"), (False, "session")])
def test_the_session_cookie_is_kept_from_scripts_and_other_sites(session, config, is_secure, name):
    app = create_app(replace(config, secure_cookies=is_secure))

    @app.get("/en/remembers")
    @allows(ANYBODY)
    def remembers():
        from flask import session as cookie
        cookie["seen"] = True
        return ""

    cookie = app.test_client().get("/en/remembers").headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is is_secure


def test_queries_and_bodies_are_not_logged(client, caplog):
    caplog.set_level("DEBUG")
    client.get("/api/v1/offerings", query_string={"q": SECRET_IDEA})
    client.post("/api/v1/matches", json={"need": {"problem": SECRET_IDEA}})
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "/api/v1/offerings" in told
    assert SECRET_IDEA not in told
    assert "heat" not in told


@pytest.mark.parametrize("secret", ["", "short", "a" * 64, "changeme" * 8])
def test_a_weak_secret_is_refused_outside_the_demo(config, secret):
    with pytest.raises(Invalid, match="MATCHMAKER_SECRET_KEY"):
        create_app(replace(config, secret_key=secret))


def test_the_demo_makes_a_secret_and_keeps_it(config):
    demo = replace(config, secret_key="", demo=True)
    secret = demo.checked_secret()
    assert secret == demo.checked_secret()
    assert (demo.home / "demo-secret").stat().st_mode & 0o077 == 0


def test_healthz_answers_without_a_database(config, tmp_path):
    storage.use(storage.make_engine(f"sqlite:///{tmp_path / 'none.db'}"), join_transaction_mode="conditional_savepoint")
    client = create_app(config).test_client()
    assert client.get("/healthz").get_json()["status"] == "ok"


def test_readyz_says_what_is_missing(config, tmp_path):
    storage.use(storage.make_engine(f"sqlite:///{tmp_path / 'none.db'}"), join_transaction_mode="conditional_savepoint")
    answer = create_app(config).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert [fault.partition("run: ")[2] for fault in answer.get_json()["missing"]] == [
        "matchmaker db upgrade", "matchmaker index publish"]


def test_readyz_names_a_database_that_cannot_be_reached(config):
    engine = storage.make_engine("postgresql://nobody@127.0.0.1:1/none")
    storage.use(engine, join_transaction_mode="conditional_savepoint")
    answer = create_app(config).test_client().get("/readyz")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.get_json()["missing"][0]


def test_readyz_is_content_with_a_published_index(client, monkeypatch, published):
    assert client.get("/readyz").get_json()["status"] == "ready"


def test_settings_that_cannot_be_used_are_named():
    with pytest.raises(Invalid, match="MATCHMAKER_PORT"):
        Config.from_environ({"MATCHMAKER_PORT": "eighty"})
    with pytest.raises(Invalid, match="MATCHMAKER_LOG_FORMAT"):
        Config.from_environ({"MATCHMAKER_LOG_FORMAT": "xml"})
    assert matching


def test_a_number_that_no_database_counts_to_is_the_address_of_nothing(client):
    for path in ("/en/openness/batches/{}", "/id/batches/{}", "/en/openness/lists/jianghai/{}"):
        assert client.get(path.format(2**31)).status_code == 404
        assert client.get(path.format(10**30)).status_code == 404
