"""The steps of the form, one group of questions a page: what is asked where, and what the words have said already.

What we read in the firm's words is proposed in the fields. A proposal that comes back as it was is not stored: words go
on being read as words, and do not turn into a condition that the firm never set.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import get_currency_precision
from flask import current_app
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import matching
from matchmaker.web.firms import forms

STEPS: Mapping[str, tuple[str, ...]] = {
    "problem": ("problem", "direction"),
    "resource": ("kinds", "themes", "trl_now"),
    "terms": ("needed_by", "region", "delivery", "budget_max", "currency", "vouchers_held"),
    "conditions": ("must_haves", "nice_to_haves", "excluded_platforms"),
    "firm": forms.FIRM,
}
"""The fields of each step, in the order of the pages. The last page, on which the answers are checked, asks nothing."""
LAST = "check"
COUNT = len(STEPS) + 1
TITLES = {
    "problem": _("What do you need?"),
    "resource": _("What kind of resource would help?"),
    "terms": _("When, where, for how much?"),
    "conditions": _("What must it have?"),
    "firm": _("What applies to your firm?"),
    LAST: _("Check your answers"),
}
SHORT = {
    "problem": _("Your need"),
    "resource": _("Kind of resource"),
    "terms": _("Time, place, money"),
    "conditions": _("Conditions and wishes"),
    "firm": _("Your firm"),
}
"""What the steps are called where their answers are listed."""
GROUPS = (("kinds",), ("region",), ("needed_by",), ("budget_max", "currency"))
"""What can be read in words; an amount and its currency are one answer."""
WORDS = ("problem", "direction", "must_haves", "nice_to_haves")
SURE, BESIDE = 0.2, 0.5
"""A kind that was read is ticked from this probability on, if it is at least half as probable as the likeliest."""
ORIGINS = ("check", "results")
"""The pages that send a reader back to a step, and get them back."""

Answers = dict[str, list[str]]


def number(step: str) -> int:
    """Return the number of a step, counted from 1."""
    return COUNT if step == LAST else list(STEPS).index(step) + 1


def title(step: str) -> str:
    """Return the question that stands above a step."""
    return gettext(TITLES[step])


def short_title(step: str) -> str:
    """Return what a step is called beside others."""
    return gettext(SHORT[step])


def after(step: str) -> str:
    """Return the step that follows."""
    return [*STEPS, LAST][number(step)]


def before(step: str) -> str | None:
    """Return the step before, None for the first."""
    return [None, *STEPS][number(step) - 1]


def step_of(field: str) -> str:
    """Return the step on which a field stands."""
    return next(step for step, names in STEPS.items() if field in names)


def understood(form: forms.Form) -> dict[str, Any]:
    """Return what the words of a need say, without what is stated in other fields; nothing where there are none."""
    try:
        need = forms.load(forms.taken(form, WORDS))
    except ValidationError:
        return {}
    model = matching.load_model(current_app.config["MATCHMAKER"].models)
    return matching.profile(matching.understand(model, need))


def proposals(form: forms.Form, profile: Mapping[str, Any]) -> Answers:
    """Return the answers that the words give to questions which the firm has not answered itself."""
    if not profile:
        return {}
    budget = profile["budget_max"]
    found = {
        "kinds": _kinds(profile["kinds"]),
        "region": [profile["region"]] if profile["region"] else [],
        "needed_by": [profile["needed_by"]] if profile["needed_by"] else [],
        "budget_max": [_major(budget)] if budget else [],
        "currency": [budget["currency"]] if budget else [],
    }
    return {name: found[name] for group in GROUPS if group[0] not in form for name in group if found[name]}


def filled_in(form: forms.Form, proposed: Answers) -> forms.Form:
    """Return the form with the proposals in it."""
    return MultiDict([*form.items(multi=True), *((name, value) for name, values in proposed.items()
                                                 for value in values if name not in form)])


def answers(step: str, sent: MultiDict[str, str], proposed: Answers) -> Answers:
    """Return the answers of a step as they were sent; those that only repeat a proposal are none."""
    given = {name: [value.strip() if name not in WORDS else value for value in sent.getlist(name) if value.strip()]
             for name in STEPS[step]}
    for group in GROUPS:
        if group[0] in STEPS[step] and group[0] in proposed and all(
                sorted(given[name]) == sorted(proposed.get(name, [])) for name in group):
            given |= {name: [] for name in group}
    return given


def merged(form: forms.Form, given: Answers) -> forms.Form:
    """Return the form with these answers in place of what they were."""
    kept = [(name, value) for name, value in form.items(multi=True) if name not in given]
    return MultiDict([*kept, *((name, value) for name, values in given.items() for value in values)])


def faults(form: forms.Form, step: str | None = None) -> dict[str, str]:
    """Return what is wrong with the answers of one step, or of all."""
    try:
        forms.load(form)
    except ValidationError as error:
        found = forms.faults(error)
        return {name: words for name, words in found.items() if step is None or name in STEPS[step]}
    return {}


def kinds_first(options: Sequence[tuple[str, str]], form: forms.Form, profile: Mapping[str, Any]
                ) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the kinds that are ticked or likely, the likeliest first, and the others."""
    likely = [entry["kind"] for entry in profile.get("kinds", ())]
    likely = [*likely, *(code for code in form.getlist("kinds") if code not in likely)]
    known = dict(options)
    return ([(code, known[code]) for code in likely if code in known],
            [option for option in options if option[0] not in likely])


def _kinds(read: Sequence[Mapping[str, Any]]) -> list[str]:
    least = max([SURE, *(BESIDE * entry["probability"] for entry in read)])
    return [entry["kind"] for entry in read if entry["probability"] >= least]


def _major(money: Mapping[str, Any]) -> str:
    amount = money["amount"] / 10 ** get_currency_precision(money["currency"])
    return str(int(amount)) if amount == int(amount) else str(amount)
