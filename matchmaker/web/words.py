"""The vocabulary of a request: kinds, themes and reasons by their names in the database, and what forms offer."""

import functools
from collections.abc import Callable, Collection, Sequence

from babel.numbers import get_currency_name
from flask import g
from sqlalchemy.orm import Session

from matchmaker.domain import codes
from matchmaker.domain.vocabulary import Term
from matchmaker.i18n import current_language, pick
from matchmaker.services import formats, vocabulary

CURRENCIES = ("CNY", "USD", "EUR", "HKD", "JPY", "GBP")
DIVISIONS = range(1, 100)

Options = list[tuple[str, str]]
Groups = list[tuple[str, Options]]


def kind_options(kept: Collection[str] = ()) -> Options:
    """Return the kinds of resource that are offered, with their names; those that are `kept` although retired, too."""
    return _offered("kinds", vocabulary.kinds, kept)


def theme_options(kept: Collection[str] = ()) -> Options:
    """Return the themes that are offered, with their names; those that are `kept` although retired, too."""
    return _offered("themes", vocabulary.themes, kept)


def reason_options() -> Options:
    """Return the reasons to decline that are offered, with their words."""
    return _offered("reasons", vocabulary.reasons, ())


def kind_labels() -> dict[str, str]:
    """Return the name of each kind, retired ones included."""
    return _labels("kinds", vocabulary.kinds)


def theme_labels() -> dict[str, str]:
    """Return the name of each theme, retired ones included."""
    return _labels("themes", vocabulary.themes)


def reason_label(code: str) -> str:
    """Return the words of a reason to decline, the code itself where there are none."""
    return reason_labels().get(code, code)


def reason_labels() -> dict[str, str]:
    """Return the words of each reason to decline, retired ones included."""
    return _labels("reasons", vocabulary.reasons)


def kind_label(code: str) -> str:
    """Return the name of a kind, the code itself where there is none."""
    return kind_labels().get(code, code)


def region_options() -> Groups:
    """Return the provinces of China, each with its cities."""
    return _region_options(current_language())


def industry_options() -> Groups:
    """Return the sections of GB/T 4754, each with its divisions."""
    return _industry_options(current_language())


def currencies() -> Options:
    """Return the currencies in which a budget may be stated."""
    return [(code, f"{code} · {get_currency_name(code, locale=formats.locale())}") for code in CURRENCIES]


def options_in(is_region: bool, language: str) -> Groups:
    """Return the cities of China by province, or the industries by section, with their names in a language."""
    return _region_options(language) if is_region else _industry_options(language)


def _terms(name: str, listed: Callable[[Session], Sequence[Term]]) -> Sequence[Term]:
    """Return a list of the vocabulary, read once a request."""
    read: dict[str, Sequence[Term]] = g.setdefault("vocabulary", {})
    if name not in read:
        read[name] = listed(g.session)
    return read[name]


def _offered(name: str, listed: Callable[[Session], Sequence[Term]], kept: Collection[str]) -> Options:
    return [(term.code, pick(term.label)) for term in _terms(name, listed) if not term.retired_at or term.code in kept]


def _labels(name: str, listed: Callable[[Session], Sequence[Term]]) -> dict[str, str]:
    return {term.code: pick(term.label) for term in _terms(name, listed)}


@functools.cache
def _region_options(language: str) -> Groups:
    groups: dict[str, Options] = {}
    for code in sorted(set(codes.gazetteer().values())):
        found = codes.region(code)
        if found is None:
            continue
        province = codes.region(code[:2] + "0000") or found
        groups.setdefault(pick(province.names, language), []).append((code, pick(found.names, language)))
    return list(groups.items())


@functools.cache
def _industry_options(language: str) -> Groups:
    groups: dict[str, Options] = {}
    for number in DIVISIONS:
        found = codes.industry(f"{number:02}")
        if found and found.parent:
            groups.setdefault(pick(found.parent.names, language), []).append(
                (found.code, pick(found.names, language)))
    return list(groups.items())
