"""What the API's views share."""

import tempfile
from collections.abc import Callable, Iterable
from typing import Any

import flask_smorest
import orjson
from flask import Response
from werkzeug.wsgi import FileWrapper

from matchmaker.api.documents import ProblemDocument
from matchmaker.api.parsing import Parser

PROBLEM = "application/problem+json"

View = Callable[..., Any]


class Blueprint(flask_smorest.Blueprint):
    """A group of the interface's routes; arguments are read by our stricter parser."""

    ARGUMENTS_PARSER = Parser()

    def arguments(self, schema: Any, **options: Any) -> Callable[[View], View]:
        """Read a view's arguments by a schema; one object of it serves all requests, as making one costs much."""
        read: Callable[[View], View] = super().arguments(schema() if isinstance(schema, type) else schema, **options)
        return read

    def refuses(self, *statuses: int) -> Callable[[View], View]:
        """Document the problems that a view for keys answers with, besides those that every key may meet."""
        def declare(view: View) -> View:
            for status in (401, 403, 429, *statuses):
                view = self.alt_response(status, schema=ProblemDocument, content_type=PROBLEM)(view)
            documented: View = self.doc(security=[{"key": []}])(view)
            return documented

        return declare


def answer(document: Any, status: int = 200) -> Response:
    """Return `document` as JSON; the schema at the route documents it and costs no time here."""
    return Response(orjson.dumps(document), status, content_type="application/json")


def spooled(pieces: Iterable[bytes], content_type: str) -> Response:
    """Return a large answer by way of a file, so that it is whole before the transaction ends, and not in memory."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    try:
        file.writelines(pieces)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    sent = Response(FileWrapper(file, 1 << 16), content_type=content_type, direct_passthrough=True)
    sent.content_length = size
    sent.call_on_close(file.close)
    return sent
