"""What the API's views share."""

from collections.abc import Callable
from typing import Any

import flask_smorest
import orjson
from flask import Response

from matchmaker.api.parsing import Parser

View = Callable[..., Any]


class Blueprint(flask_smorest.Blueprint):
    """A group of the interface's routes; arguments are read by our stricter parser."""

    ARGUMENTS_PARSER = Parser()


def answer(document: Any, status: int = 200) -> Response:
    """Return `document` as JSON; the schema at the route documents it and costs no time here."""
    return Response(orjson.dumps(document), status, content_type="application/json")
