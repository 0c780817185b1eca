"""The need as a form has it: flat fields, lists as ticked boxes or lines, and faults that stand at their fields.

Which fields stand on which page is said in `steps`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker.i18n import gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.needs import FlatNeedSchema


def _(message: str) -> str:
    """Return the message as it is: it is only marked here, for the catalogue, and translated where it is shown."""
    return message


LABELS = {
    "problem": _("What do you need?"),
    "direction": _("What are you looking for?"),
    "kinds": _("Kinds of resource"),
    "themes": _("Themes"),
    "trl_now": _("Where you stand now"),
    "needed_by": _("Needed by"),
    "region": _("Where it is needed"),
    "delivery": _("Ways of working that suit you"),
    "budget_max": _("Budget, at most"),
    "currency": _("Currency"),
    "vouchers_held": _("Vouchers you hold"),
    "must_haves": _("It must have"),
    "nice_to_haves": _("Wishes"),
    "excluded_platforms": _("Platforms to leave out"),
    "file": _("Attached files"),
    "organisation_size_class": _("Size of the firm"),
    "organisation_is_one_person": _("Is it a one-person company?"),
    "organisation_region": _("Registered in"),
    "organisation_founded": _("Founded in"),
    "organisation_industry": _("Industry of the firm"),
    "organisation_certifications": _("Recognitions"),
}
"""Every field of the form, in its order on the pages."""
TICKED = frozenset({"kinds", "themes", "delivery", "excluded_platforms", "organisation_certifications"})
FIRM = tuple(name for name in LABELS if name.startswith("organisation_"))

Form = MultiDict[str, str]


def taken(sent: MultiDict[str, str], names: Iterable[str]) -> Form:
    """Return these fields of a need out of what was sent, the blank ones left out."""
    return MultiDict([(name, value) for name in names for value in sent.getlist(name) if value.strip()])


def load(form: Form) -> dict[str, Any]:
    """Return the need that a form states, as the match contract has it; raise `ValidationError` for its faults."""
    need: dict[str, Any] = FlatNeedSchema().load(_row(form))
    return need


def faults(error: ValidationError) -> dict[str, str]:
    """Return the first fault of each field in words, in the order of the page."""
    found: dict[str, str] = {}
    for fault in flatten(error.messages):
        name = _field(fault["field"])
        is_missing = name == "problem" and fault["code"] == "required"
        words = gettext("Say what you need; one sentence is enough.") if is_missing else fault["words"]
        found.setdefault(name, words)
    return {name: found[name] for name in LABELS if name in found}


def label(name: str) -> str:
    """Return the words beside a field."""
    return gettext(LABELS[name])


def field_id(name: str) -> str:
    """Return the id of a field in the page."""
    return "f-" + name.replace("_", "-")


def _row(form: Form) -> dict[str, Any]:
    row: dict[str, Any] = {name: form.getlist(name) if name in TICKED else form[name] for name in form}
    if "must_haves" in row:
        row["must_haves"] = [{"text": text, "required": True} for text in _lines(row["must_haves"])]
    if "nice_to_haves" in row:
        row["nice_to_haves"] = _lines(row["nice_to_haves"])
    if "vouchers_held" in row:
        row["vouchers_held"] = [entry.strip() for entry in re.split(r"[,;，；、\n]", row["vouchers_held"])
                                if entry.strip()]
    return row


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _field(path: str) -> str:
    """Return the field of the form that a path in the schema belongs to; the problem for what belongs to none."""
    whole, _dot, rest = path.partition(".")
    if whole == "organisation":
        whole = f"organisation_{rest.partition('.')[0]}"
    return whole if whole in LABELS else "problem"


def filled(name: str, form: Mapping[str, str]) -> bool:
    """Tell whether a field of the form says something (a test for templates)."""
    return name in form
