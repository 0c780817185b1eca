"""List what the hard rules leave of a catalogue, in alphabetical order: for firms that do not want to be ranked.

Nothing is scored here. Chinese titles are ordered as GB 18030 orders them, which for the 3,755 commonest characters is
by their sound; titles that begin with Latin letters come before.
"""

from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from matchmaker.ranking.catalogue import Catalogue, Offering
from matchmaker.ranking.eligibility import Verdict, judge
from matchmaker.ranking.needs import Need

_orders: WeakKeyDictionary[Catalogue, dict[str, np.ndarray]] = WeakKeyDictionary()


class Entry(NamedTuple):
    """One offering that no rule excludes, with what the rules cannot tell of it."""

    place: int
    """Its place in the list, from 1."""
    offering: Offering
    verdicts: list[tuple[str, Verdict]]


class Listed(NamedTuple):
    """A part of the list, and how many offerings there are on the whole of it and beside it."""

    entries: list[Entry]
    n_eligible: int
    n_excluded: int


def listed(need: Need, catalogue: Catalogue, language: str, *, kinds: Sequence[str] = (), regions: Sequence[str] = (),
           after: int = 0, top: int = 10) -> Listed:
    """Return the offerings that no rule excludes, by their titles in a language, from place `after` + 1 on.

    Where the need names kinds of resource itself, others are left out; `kinds` and `regions` are the reader's filters.
    """
    eligible = catalogue.eligible(need)
    shown = np.ones(len(catalogue), bool)
    for wanted in (catalogue.chosen(tuple(need.stated.get("kinds") or ())), catalogue.chosen(kinds, regions)):
        shown = shown if wanted is None else shown & wanted
    if catalogue.is_gone is not None:
        shown = shown & ~catalogue.is_gone
    order = _order(catalogue, language)
    places = order[(eligible & shown)[order]]
    entries = [Entry(number, offering, judge(need, offering)) for number, place in
               enumerate(places[after:after + top].tolist(), after + 1) for offering in [catalogue.offerings[place]]]
    return Listed(entries, len(places), int((~eligible & shown).sum()))


def _order(catalogue: Catalogue, language: str) -> np.ndarray:
    """Return the places of all offerings of a catalogue by their titles, shape (n_offerings,); found once for each."""
    held = _orders.setdefault(catalogue, {})
    if language not in held:
        keys = [title_key(catalogue.offerings[place], language) for place in range(len(catalogue))]
        held[language] = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.intp)
    return held[language]


def title_key(offering: Offering, language: str) -> tuple[bytes, str]:
    """Return what an offering is ordered by.

    >>> sorted(["中试", "安全", "Zinc", "alloy"], key=lambda text: title_key({"id": "", "title": {"zh": text}}, "zh"))
    ['alloy', 'Zinc', '安全', '中试']
    """
    titles = offering["title"]
    title = titles.get(language) or next(iter(titles.values()), "")
    return title.casefold().encode("gb18030", "replace"), offering["id"]
