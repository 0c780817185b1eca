"""A catalogue made ready for matching: its texts indexed, its rules tabulated, its offerings at hand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from matchmaker.ranking.areas import is_within
from matchmaker.ranking.columns import Column
from matchmaker.ranking.eligibility import RULES, Value
from matchmaker.ranking.factors import SOFT_FACTORS
from matchmaker.ranking.needs import Need
from matchmaker.ranking.texts import TextRanker

Offering = Mapping[str, Any]
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]
Columns = Mapping[str, Column]
TEXT_FIELDS = ("title", "summary", "description")
LANGUAGES = ("zh", "en")


class Records:
    """JSON records in one block of bytes, decoded one by one when asked for."""

    def __init__(self, block: np.ndarray, ends: np.ndarray) -> None:
        self.block = block
        self.ends = ends

    @classmethod
    def of(cls, records: Sequence[Mapping[str, Any]]) -> "Records":
        """Pack records."""
        packed = [orjson.dumps(record) for record in records]
        ends = np.cumsum([0, *map(len, packed)], dtype=np.int64)
        return cls(np.frombuffer(b"".join(packed), np.uint8), ends)

    def __getitem__(self, place: int) -> dict[str, Any]:
        record: dict[str, Any] = orjson.loads(self.block[self.ends[place]:self.ends[place + 1]].tobytes())
        return record

    def __len__(self) -> int:
        return len(self.ends) - 1


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

    @classmethod
    def build(cls, offerings: Sequence[Offering], version: str, labels: Labels | None = None) -> "Catalogue":
        """Index `offerings`, given as the API shows them."""
        rows = [(place, text) for place, offering in enumerate(offerings) for text in texts_of(offering)]
        ranker = TextRanker().fit([text for _, text in rows], owners=[place for place, _ in rows])
        ids = np.array([offering["id"] for offering in offerings], str)
        values_of = {rule.name: rule.value for rule in RULES} | GROUPS
        rules = {name: Column.of(map(value_of, offerings)) for name, value_of in values_of.items()}
        factors = {factor.name: Column.of(map(factor.part_of, offerings)) for factor in SOFT_FACTORS}
        return cls(ranker, Records.of(offerings), ids, rules, factors, version, labels or {})

    def __len__(self) -> int:
        return len(self.offerings)

    def eligible(self, need: Need) -> np.ndarray:
        """Return which offerings no hard rule excludes for a need, shape (n_offerings,), bool."""
        allowed = np.ones(len(self), bool)
        for rule in (rule for rule in RULES if rule.concerns(need)):
            column = self.rules[rule.name]
            verdicts = [None if value is None else rule.judge(need, value) for value in column.values]
            excluded = np.array([verdict is not None and verdict.state == "missing" for verdict in verdicts], bool)
            if excluded.any():
                allowed &= ~excluded[column.codes]
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
        return np.array([suits(value) for value in column.values], bool)[column.codes]


GROUPS: dict[str, Value] = {
    "kind": lambda offering: offering["kind"],
    "regions": lambda offering: tuple(offering.get("regions") or ()) or None,
}
"""What readers filter by, tabulated like what the rules look at."""


def texts_of(offering: Offering) -> list[str]:
    """Return an offering's texts, one for each language that it is written in.

    Keywords go to the text in their own script; where there is only one text, all go there.
    """
    bodies = {language: "\n".join(filter(None, ((offering.get(field) or {}).get(language) for field in TEXT_FIELDS)))
              for language in LANGUAGES}
    written = [language for language in LANGUAGES if bodies[language]]
    keywords: dict[str, list[str]] = {language: [] for language in written}
    for keyword in offering.get("keywords") or ():
        own = "en" if keyword.isascii() else "zh"
        if written:
            keywords[own if own in written else written[0]].append(keyword)
    return ["\n".join([bodies[language], " ".join(keywords[language])]) for language in written]

