"""The need as a form has it: flat fields, lists as ticked boxes or lines, and faults that stand at their fields.

Which fields stand on which page is said in `steps`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker.domain import Need, NeedStatus
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas import answers
from matchmaker.schemas.faults import flatten
from matchmaker.services import drafts

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
    "concepts": _("What it is about"),
    "excluded_concepts": _("What it is not about"),
    "file": _("Attached files"),
    "organisation_size_class": _("Size of the firm"),
    "organisation_is_one_person": _("Is it a one-person company?"),
    "organisation_region": _("Registered in"),
    "organisation_founded": _("Founded in"),
    "organisation_industry": _("Industry of the firm"),
    "organisation_certifications": _("Recognitions"),
}
"""Every field of the form, in its order on the pages."""
FIRM = tuple(name for name in LABELS if name.startswith("organisation_"))

Form = MultiDict[str, str]


def taken(sent: MultiDict[str, str], names: Iterable[str]) -> Form:
    """Return these fields of a need out of what was sent, the blank ones left out."""
    return MultiDict([(name, value) for name in names for value in sent.getlist(name) if value.strip()])


def load(form: Form) -> dict[str, Any]:
    """Return the need that a form states, as the match contract has it; raise `ValidationError` for its faults."""
    return answers.load(form.to_dict(flat=False))


def form_of(need: Need) -> Form:
    """Return the form of a draft as it was filled in so far."""
    return MultiDict(drafts.form_of(need))


def stated(need: Need) -> dict[str, Any] | None:
    """Return what a need states, None for a draft that is not a need yet, or no more (kinds can be taken away)."""
    if need.status != NeedStatus.DRAFT:
        return drafts.stated_of(need)
    try:
        return load(form_of(need))
    except ValidationError:
        return None


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


def filled(name: str, form: Mapping[str, str]) -> bool:
    """Tell whether a field of the form says something (a test for templates)."""
    return name in form


def _field(path: str) -> str:
    """Return the field of the form that a path in the schema belongs to; the problem for what belongs to none."""
    whole, _dot, rest = path.partition(".")
    if whole == "organisation":
        whole = f"organisation_{rest.partition('.')[0]}"
    return whole if whole in LABELS else "problem"
