"""A catalogue made ready for matching: its texts indexed, its rules tabulated, its offerings at hand."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import orjson

from matchmaker.ranking.areas import is_within
from matchmaker.ranking.channels.semantic import Semantic
from matchmaker.ranking.columns import Column
from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.eligibility import RULES, Value
from matchmaker.ranking.factors import SOFT_FACTORS
from matchmaker.ranking.needs import Need
from matchmaker.ranking.semantic.ranker import SemanticRanker
from matchmaker.ranking.texts import TextRanker
from matchmaker.ranking.weights import Weights, newest

Offering = Mapping[str, Any]
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]
Columns = Mapping[str, Column]
TEXT_FIELDS = ("title", "summary", "description")
LANGUAGES = ("zh", "en")
LOOK = "@"
"""In a catalogue's version, before the name of the exposure by which a place is kept for what is shown too little."""
MOST_KEYWORDS = 15
"""Further keywords of an offering are shown but not searched, so that a list of all there are finds no more."""


class Records:
    """JSON records in one block of bytes, decoded one by one when asked for."""

    def __init__(self, block: np.ndarray, ends: np.ndarray, added: Sequence[bytes] = ()) -> None:
        self.block = block
        self.ends = ends
        self.added = added

    @classmethod
    def of(cls, records: Sequence[Mapping[str, Any]]) -> "Records":
        """Pack records."""
        packed = [orjson.dumps(record) for record in records]
        ends = np.cumsum([0, *map(len, packed)], dtype=np.int64)
        return cls(np.frombuffer(b"".join(packed), np.uint8), ends)

    def grown(self, records: Iterable[Mapping[str, Any]], places: np.ndarray) -> "Records":
        """Return what was packed and, after it, those of the records added before and of further ones at `places`."""
        added = [*self.added, *map(orjson.dumps, records)]
        return Records(self.block, self.ends, [added[place] for place in places.tolist()])

    def __getitem__(self, place: int) -> dict[str, Any]:
        n_packed = len(self.ends) - 1
        packed = (self.block[self.ends[place]:self.ends[place + 1]].tobytes() if place < n_packed
                  else self.added[place - n_packed])
        record: dict[str, Any] = orjson.loads(packed)
        return record

    def __len__(self) -> int:
        return len(self.ends) - 1 + len(self.added)


class Catalogue:
    """All offerings that may match, indexed.

    Parameters
    ----------
    ranker : TextRanker
        Fitted on the offerings' texts.
    offerings : Records
        The offerings in full, as the API shows them.
    ids : ndarray of shape (n_offerings,), str
        The offerings' ids.
    rules : dict of str to Column
        The values of each hard rule, and those by which readers filter.
    factors : dict of str to Column
        What each soft factor looks at.
    version : str
        Names this state of the catalogue.
    labels : dict
        What kinds and themes are called: scheme → code → language → words.
    """

    def __init__(self, ranker: TextRanker, offerings: Records, ids: np.ndarray, rules: Columns, factors: Columns,
                 version: str, labels: Labels) -> None:
        self.ranker = ranker
        self.offerings = offerings
        self.ids = ids
        self.rules = rules
        self.factors = factors
        self.version = version
        self.labels = labels
        self.weights = newest()
        self.exposure: Mapping[str, float] | None = None
        """How much of what is usual for its chances each offering was shown, by id; None where nobody looked."""
        self._order = np.argsort(ids, kind="stable")
        self.is_gone: np.ndarray | None = None
        """Which offerings were taken out or replaced since it was built, shape (n_offerings,), bool; None when none."""
        self.built: Catalogue | None = None
        """The catalogue as it was built, of which this is a later state; None for itself."""

    @classmethod
    def build(cls, offerings: Sequence[Offering], version: str, labels: Labels | None = None,
              semantic: Semantic | None = None, concepts: Sequence[Concept] | None = None) -> "Catalogue":
        """Index `offerings`, given as the API shows them, by a neural model too where there is one.

        Needs are understood by the `concepts`, by default those of the lexicon.
        """
        rows = [(place, text) for place, offering in enumerate(offerings) for text in texts_of(offering)]
        unfitted = SemanticRanker(semantic) if semantic else TextRanker()
        ranker = unfitted.fit([text for _, text in rows], owners=[place for place, _ in rows],
                              concepts=concepts)
        ids = np.array([offering["id"] for offering in offerings], str)
        rules = {name: Column.of(map(value_of, offerings)) for name, value_of in RULE_VALUES.items()}
        factors = {factor.name: Column.of(map(factor.part_of, offerings)) for factor in SOFT_FACTORS}
        return cls(ranker, Records.of(offerings), ids, rules, factors, version, labels or {})

    def changed(self, touched: Collection[str], offerings: Sequence[Offering], version: str) -> "Catalogue":
        """Return the catalogue as it is after a change; this one stays as it is, and shares what it can.

        Parameters
        ----------
        touched : collection of str
            The ids of all offerings that changed: what the catalogue has of them is gone.
        offerings : sequence of mapping
            Those of them that are open now, as the API shows them, each once.
        version : str
            Names the new state.

        Notes
        -----
        Scores are by the statistics of the catalogue that was built: how common words are, how long texts are, what
        translates to what (see `TextRanker.grown`). All else, rules, factors and records, is as if built anew.
        """
        built, n_built = self if self.built is None else self.built, len(self._order)
        held = self.ids[n_built:]
        kept = np.flatnonzero(~np.isin(held, np.array([*touched], str)))
        ids = np.concatenate([held, np.array([offering["id"] for offering in offerings], str)])
        # Those that stay and the new ones, by their ids: so nothing tells in what portions they came.
        places = np.concatenate([kept, np.arange(len(held), len(ids))]).astype(np.intp)
        places = places[np.argsort(ids[places], kind="stable")]
        other = copy.copy(self)
        other.built = built
        other.ranker = self._grown_ranker(offerings, places) if len(ids) else self.ranker
        other.is_gone = np.zeros(n_built + len(places), bool)
        other.is_gone[:n_built] = False if self.is_gone is None else self.is_gone[:n_built]
        other.is_gone[built.places_of(touched)] = True
        other.ids = np.concatenate([built.ids, ids[places]])
        other.offerings = self.offerings.grown(offerings, places)
        other.rules = {name: column.grown(built.rules[name], map(RULE_VALUES[name], offerings), places)
                       for name, column in self.rules.items()}
        parts = {factor.name: factor.part_of for factor in SOFT_FACTORS}
        other.factors = {name: column.grown(built.factors[name], map(parts[name], offerings), places)
                         for name, column in self.factors.items()}
        other.version = other._stamped(version)
        return other

    def _grown_ranker(self, offerings: Sequence[Offering], places: np.ndarray) -> TextRanker:
        """Return the ranker with the texts of the later offerings at `places` alone, in this order."""
        n_built, n_held = len(self._order), len(self) - len(self._order)
        place = np.full(n_held + len(offerings), -1)
        place[places] = np.arange(n_built, n_built + len(places))
        fitted = self.ranker.fitted_ or self.ranker
        owners = place[self.ranker.owners_[len(fitted.owners_):] - n_built]
        kept = np.flatnonzero(owners >= 0)
        rows = [(owner, text) for owner, offering in zip(place[n_held:].tolist(), offerings, strict=True)
                for text in texts_of(offering)]
        owners = np.concatenate([owners[kept], np.array([owner for owner, _ in rows], np.intp)])
        return self.ranker.grown([text for _, text in rows], owners, kept)

    def weighted(self, weights: Weights) -> "Catalogue":
        """Return the catalogue with other weights; this one stays as it is, and shares everything."""
        other = copy.copy(self)
        other.weights, other.ranker = weights, copy.copy(self.ranker)
        other.ranker.weights = weights.channels
        return other

    def exposed(self, exposure: Mapping[str, float], look: str) -> "Catalogue":
        """Return the catalogue with what was shown of each offering, by which a place may be kept.

        Its version names the `look`, so that one version always ranks alike.
        """
        other = copy.copy(self)
        other.exposure, other.version = exposure, f"{self.version}{LOOK}{look}"
        return other

    def completed(self) -> "Catalogue":
        """Return the catalogue with what a neural model has placed since the last change; itself where that is nothing.

        Its version tells how many texts it still lacks, so that one version always ranks alike.
        """
        if not isinstance(self.ranker, SemanticRanker) or (ranker := self.ranker.completed()) is self.ranker:
            return self
        other = copy.copy(self)
        other.ranker = ranker
        other.version = other._stamped(self.version.partition("~")[0])
        return other

    def _stamped(self, version: str) -> str:
        lacking = self.ranker.semantic_.n_lacking if isinstance(self.ranker, SemanticRanker) else 0
        return f"{version}~{lacking}" if lacking else version

    def __len__(self) -> int:
        return len(self.offerings)

    def places_of(self, ids: Collection[str]) -> np.ndarray:
        """Return the places of all that the catalogue has or had under these ids, in no particular order."""
        # Not in the type of the ids that there are: it cuts off what is longer, and an empty catalogue has short ones.
        wanted = np.array([*ids], str)
        order = self._order
        built = self.ids[:len(order)]
        found = np.minimum(np.searchsorted(built, wanted, sorter=order), max(len(order) - 1, 0))
        places = order[found][built[order[found]] == wanted] if len(order) else order
        return np.concatenate([places, len(order) + np.flatnonzero(np.isin(self.ids[len(order):], wanted))])

    @property
    def n_open(self) -> int:
        """How many offerings may be found."""
        return len(self) if self.is_gone is None else int((~self.is_gone).sum())

    def eligible(self, need: Need) -> np.ndarray:
        """Return which offerings no hard rule excludes for a need, shape (n_offerings,), bool."""
        allowed = np.ones(len(self), bool)
        for rule in (rule for rule in RULES if rule.concerns(need)):
            column = self.rules[rule.name]
            excluded = column.kept(rule.reads(need), partial(rule.excluded, need, column.values))
            if excluded.any():
                # Three times as quick as by an index, which NumPy first brings into another type.
                allowed &= ~excluded.take(column.codes)
        return allowed

    def chosen(self, kinds: Sequence[str] = (), regions: Sequence[str] = ()) -> np.ndarray | None:
        """Return which offerings a reader's filters leave, or None when there are no filters.

        A province finds everything in it, a city also what its province offers, and every region what is nationwide.
        """
        masks = []
        if kinds:
            masks.append(self._where("kind", lambda kind: kind in kinds))
        if regions:
            masks.append(self._where("regions", lambda areas: any(
                is_within(area, region) or is_within(region, area) for area in areas or () for region in regions)))
        return np.logical_and.reduce(masks) if masks else None

    def _where(self, name: str, suits: Callable[[Any], bool]) -> np.ndarray:
        column = self.rules[name]
        return np.array([suits(value) for value in column.values], bool).take(column.codes)


GROUPS: dict[str, Value] = {
    "kind": lambda offering: offering["kind"],
    "regions": lambda offering: tuple(offering.get("regions") or ()) or None,
}
"""What readers filter by, tabulated like what the rules look at."""
RULE_VALUES: dict[str, Value] = {rule.name: rule.value for rule in RULES} | GROUPS


def texts_of(offering: Offering) -> list[str]:
    """Return an offering's texts, one for each language that it is written in.

    The first keywords go to the text in their own script; where there is only one text, all go there.
    """
    bodies = {language: "\n".join(filter(None, ((offering.get(field) or {}).get(language) for field in TEXT_FIELDS)))
              for language in LANGUAGES}
    written = [language for language in LANGUAGES if bodies[language]]
    keywords: dict[str, list[str]] = {language: [] for language in written}
    for keyword in (offering.get("keywords") or ())[:MOST_KEYWORDS]:
        own = "en" if keyword.isascii() else "zh"
        if written:
            keywords[own if own in written else written[0]].append(keyword)
    return ["\n".join([bodies[language], " ".join(keywords[language])]) for language in written]

