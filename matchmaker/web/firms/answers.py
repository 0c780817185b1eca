"""The answers of the form in words, group by group, for the page on which they are checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g
from marshmallow import ValidationError

from matchmaker.domain import codes
from matchmaker.i18n import gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.services import catalogue, formats
from matchmaker.web import labels, words
from matchmaker.web.firms import forms, steps

TITLES = {"problem": _("In your words"), "direction": _("Direction")}
"""What the questions are called here where their own words are too long."""
UNSAID = frozenset({"currency"})
"""Fields that are said with another one."""


@dataclass(frozen=True)
class Answer:
    """One answer: the question in short, the lines of the answer, and whether it was only read in the firm's words."""

    title: str
    lines: list[str]
    is_read: bool = False


@dataclass(frozen=True)
class Group:
    """The answers of one step."""

    step: str
    title: str
    answers: list[Answer] = field(default_factory=list)


def groups(form: forms.Form, proposed: steps.Answers, files: list[str]) -> list[Group]:
    """Return what was said in each step, and what we read in the words where nothing was said."""
    filled = steps.filled_in(form, proposed)
    found = []
    for step, names in steps.STEPS.items():
        said = [Answer(_title(name), lines(name, filled), name in proposed)
                for name in names if name in filled and name not in UNSAID]
        if step == "conditions" and files:
            said.append(Answer(forms.label("file"), files))
        found.append(Group(step, steps.short_title(step), said))
    return found


def lines(name: str, form: forms.Form) -> list[str]:
    """Return the answer to one question as lines of text."""
    words_of = _WORDS.get(name)
    if name == "budget_max":
        return [_budget(form)]
    if words_of:
        return [words_of(value) for value in form.getlist(name)]
    return [line.strip() for value in form.getlist(name) for line in value.splitlines() if line.strip()]


def platforms() -> list[tuple[str, str]]:
    """Return the platforms that have something open: their short names and names, in the order of the names."""
    found = [(entry["code"], pick(entry["name"])) for entry in catalogue.facets(g.session)["platform"]]
    return sorted(found, key=lambda platform: platform[1])


def _title(name: str) -> str:
    return gettext(TITLES[name]) if name in TITLES else forms.label(name)


def _budget(form: forms.Form) -> str:
    try:
        money: Mapping[str, Any] = forms.load(forms.taken(form, ("problem", "budget_max", "currency")))["budget_max"]
    except ValidationError:
        return form["budget_max"]
    return formats.money(money)


def _day(value: str) -> str:
    try:
        return formats.day(value)
    except ValueError:
        return value


def _choice(group: str) -> Callable[[str], str]:
    return lambda code: labels.choice(group, code)


def _platform(slug: str) -> str:
    return dict(platforms()).get(slug, slug)


def _region(code: str) -> str:
    return labels.region(code) if codes.region(code) else code


_WORDS: Mapping[str, Callable[[str], str]] = {
    "direction": _choice("direction"),
    "kinds": words.kind_label,
    "themes": lambda code: words.theme_labels().get(code, code),
    "trl_now": _choice("trl"),
    "needed_by": _day,
    "region": _region,
    "delivery": _choice("delivery"),
    "excluded_platforms": _platform,
    "organisation_size_class": _choice("size_class"),
    "organisation_is_one_person": lambda value: gettext("Yes") if value == "true" else gettext("No"),
    "organisation_region": _region,
    "organisation_industry": labels.industry,
    "organisation_certifications": _choice("certification"),
}
