"""Turn whatever went wrong into one description: a status, words in the reader's language, faults by field.

Answered as RFC 9457 problem documents by the API, and as pages by the web.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response
from marshmallow import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadRequest, HTTPException

from matchmaker.errors import (
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    MatchmakerError,
    NotFound,
    SignInNeeded,
    TooMany,
    Unavailable,
)
from matchmaker.i18n import gettext
from matchmaker.schemas.faults import Fault, flatten
from matchmaker.services import formats

RETRY_SECONDS = 5
STATUSES: dict[type[MatchmakerError], int] = {
    SignInNeeded: 401, Forbidden: 403, NotFound: 404, Conflict: 409, Expired: 410, Invalid: 422, TooMany: 429,
    Unavailable: 503,
}
WORDS = {
    400: (Fault("bad_request", "The request cannot be read"),
          Fault("bad_request", "Check that it is complete and in the form that the documentation shows.")),
    401: (Fault("unauthorized", "Please sign in"), Fault("unauthorized", "Sign in and try again.")),
    403: (Fault("forbidden", "You may not do this"),
          Fault("forbidden", "If you think that you should be able to, ask the operator.")),
    404: (Fault("not_found", "Not found"),
          Fault("not_found", "There is nothing at this address. Check it, or start from the first page.")),
    405: (Fault("method_not_allowed", "This address does not take that method"),
          Fault("method_not_allowed", "The header Allow names the methods that it takes.")),
    406: (Fault("not_acceptable", "There is no answer in the form asked for"),
          Fault("not_acceptable", "Ask for JSON or HTML.")),
    409: (Fault("conflict", "This has changed in the meantime"),
          Fault("conflict", "Load the page again and repeat your change.")),
    410: (Fault("gone", "This is no longer here"),
          Fault("gone", "It was here once, and its time is over.")),
    413: (Fault("too_large", "Too much was sent at once"),
          Fault("too_large", "Send less at once: at most 1 MB in one request.")),
    415: (Fault("unsupported_media_type", "What was sent has the wrong type"),
          Fault("unsupported_media_type", "Send JSON with the header Content-Type: application/json.")),
    422: (Fault("invalid", "Something in what was sent cannot be used"),
          Fault("invalid", "Correct the fields that are named and send it again.")),
    429: (Fault("too_many_requests", "Too many requests"),
          Fault("too_many_requests", "Wait a little and try again.")),
    500: (Fault("internal", "Something went wrong on our side"),
          Fault("internal", "It has been noted and will be looked at. Trying again later may help; tell us the "
                "reference if it does not.")),
    503: (Fault("unavailable", "The service is not ready for this yet"),
          Fault("unavailable", "Try again in a few seconds.")),
}
"""What each status means, and what to do about it."""


class Malformed(BadRequest):
    """A body that is not JSON as we take it; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(description=str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Problem:
    """What went wrong, for a reader: `code` for machines, `title` and `detail` in words, `errors` by field."""

    status: int
    code: str
    title: str
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_ours(self) -> bool:
        """Tell whether the fault lies on our side, so that it belongs in the log."""
        return self.status >= 500


def describe(error: Exception) -> Problem:
    """Describe `error` in the current language; what is not known becomes 500 without details."""
    if isinstance(error, MatchmakerError):
        status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
        detail = gettext(error.message, **error.values) if status != 500 else None
        if isinstance(error, TooMany):
            return _later(detail, error.values["seconds"])
        return _problem(status, detail)
    if isinstance(error, ValidationError):
        return _problem(422, errors=flatten(error.messages))
    if isinstance(error, StaleDataError):
        return _problem(409)
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return _problem(503, gettext("The database is busy or cannot be reached. Try again in a few seconds."))
    if isinstance(error, Malformed):
        return _problem(400, error.fault.words(), [{"field": "", "code": error.fault.code,
                                                    "words": error.fault.words()}])
    if isinstance(error, HTTPException) and error.code:
        kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Location")]
        return _problem(error.code, headers=kept)
    return _problem(500)


def refused(errors: list[dict[str, str]]) -> Problem:
    """Describe what cannot be used for faults that are in words already."""
    return _problem(422, errors=errors)


def as_json(problem: Problem, instance: str, **extra: Any) -> Response:
    """Return the problem as a document of RFC 9457, `instance` naming the request."""
    document = {
        "type": f"urn:matchmaker:problem:{problem.code}", "title": problem.title, "status": problem.status,
        "detail": problem.detail, "instance": instance, "errors": problem.errors, **extra,
    }
    body = orjson.dumps(document)
    return Response(body, problem.status, problem.headers, content_type="application/problem+json")


def _later(detail: str | None, seconds: int) -> Problem:
    """Describe what was tried too often, and say when it can be tried again."""
    words = gettext("%(what)s You can try again in %(wait)s.", what=detail, wait=formats.duration(seconds))
    return _problem(429, words, headers=[("Retry-After", str(seconds))])


def _problem(status: int, detail: str | None = None, errors: list[dict[str, str]] | None = None,
             headers: list[tuple[str, str]] | None = None) -> Problem:
    phrase = HTTPStatus(status).phrase
    title, advice = WORDS.get(status, (Fault(f"http_{status}", phrase), Fault(f"http_{status}", phrase)))
    headers = headers or []
    if status == 503 and not any(name == "Retry-After" for name, _value in headers):
        headers = [*headers, ("Retry-After", str(RETRY_SECONDS))]
    return Problem(status, title.code, title.words(), detail or advice.words(), errors or [], headers)
