"""Reading what callers send: stricter than JSON itself, so that no input is ambiguous or costly."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from matchmaker.api.problems import Malformed
from matchmaker.schemas.faults import Fault, shown

MAXIMUM_DEPTH = 64

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKETS = re.compile(r"[\[\]{}]")


class Parser(FlaskParser):
    """webargs' parser with our JSON rules, which lets our own faults through to the error handler."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return the body; raise `Malformed`, or `UnsupportedMediaType` when it does not call itself JSON."""
        if req.mimetype != "application/json" and not req.mimetype.endswith("+json"):
            raise UnsupportedMediaType
        return parse_json(req.get_data(cache=True))

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return the query; raise `ValidationError` for a name that stands twice where one value is taken."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            fault = Fault("duplicate", "This may be given only once.")
            raise ValidationError({shown(name): [fault] for name in twice})
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, *, error_status_code: int | None,
                     error_headers: Mapping[str, str] | None) -> NoReturn:
        """Raise the error with the fields named as the caller knows them, without the place they came from."""
        messages = error.messages
        if isinstance(messages, Mapping) and set(messages) <= set(self.__location_map__):
            messages = next(iter(messages.values()))
        raise ValidationError(messages) from error


def parse_json(body: bytes) -> Any:
    """Return the JSON document; raise `Malformed` for anything doubtful.

    Refused are other encodings than UTF-8, NaN and infinities, names that stand twice in one object, and nesting
    deeper than `MAXIMUM_DEPTH`.
    """
    if not body.strip():
        raise Malformed(Fault("empty", "The body is empty. Send a JSON object."))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed(Fault("not_utf8", "The body is not UTF-8. Send JSON in UTF-8.")) from None
    if _depth(text) > MAXIMUM_DEPTH:
        raise Malformed(Fault("too_deep", "The JSON is nested more than %(limit)s levels deep.", limit=MAXIMUM_DEPTH))
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Malformed(Fault("not_json", "The body is not valid JSON: line %(line)s, column %(column)s.",
                              line=error.lineno, column=error.colno)) from None
    except (ValueError, RecursionError):
        raise Malformed(Fault("huge_number", "A number in the body is too long.")) from None


def _depth(text: str) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        twice = Counter(name for name, _value in pairs).most_common(1)[0][0]
        raise Malformed(Fault("duplicate_name", "The name %(name)s stands twice in one object.", name=shown(twice)))
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed(Fault("not_a_number", "%(name)s is not a number in JSON.", name=name))
