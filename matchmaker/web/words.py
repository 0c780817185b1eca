"""The vocabulary of a request: kinds and themes by the names they have in the database, and the lists forms offer."""

import functools

from babel.numbers import get_currency_name
from flask import g

from matchmaker.domain import codes
from matchmaker.i18n import current_language, pick
from matchmaker.services import formats, vocabulary

CURRENCIES = ("CNY", "USD", "EUR", "HKD", "JPY", "GBP")
DIVISIONS = range(1, 100)

Options = list[tuple[str, str]]
Groups = list[tuple[str, Options]]


def kind_options() -> Options:
    """Return the kinds of resource with their names, in the vocabulary's order."""
    if "kind_options" not in g:
        g.kind_options = [(kind.code, pick(kind.label)) for kind in vocabulary.kinds(g.session)]
    found: Options = g.kind_options
    return found


def theme_options() -> Options:
    """Return the themes with their names, in the vocabulary's order."""
    return [(theme.code, pick(theme.label)) for theme in vocabulary.themes(g.session)]


def kind_labels() -> dict[str, str]:
    """Return the name of each kind."""
    return dict(kind_options())


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
