"""Reading small forms: what was sent as a schema has it, and what is wrong with it in words."""

from collections.abc import Collection
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from matchmaker.errors import MatchmakerError
from matchmaker.i18n import gettext
from matchmaker.schemas.faults import flatten


def load(schema: type[Schema], *, many: Collection[str] = ()) -> dict[str, Any]:
    """Return the fields of a schema out of the form that was sent, those of `many` as lists.

    Raise `ValidationError` for its faults.
    """
    known = schema()
    sent: dict[str, Any] = {name: request.form.get(name) for name in known.load_fields if name not in many}
    sent |= {name: request.form.getlist(name) for name in many if request.form.getlist(name)}
    found: dict[str, Any] = known.load(sent)
    return found


def faults(error: ValidationError) -> dict[str, str]:
    """Return the first fault of each field in words."""
    found: dict[str, str] = {}
    for fault in flatten(error.messages):
        found.setdefault(fault["field"].partition(".")[0], fault["words"])
    return found


def said(error: MatchmakerError) -> str:
    """Return what an error says, in the reader's language."""
    return gettext(error.message, **error.values)
