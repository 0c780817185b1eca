"""The ranker with a channel more: what need and texts mean by a neural model."""

import copy
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from matchmaker.ranking.channels.semantic import Semantic
from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.queries import Query
from matchmaker.ranking.rows import greatest
from matchmaker.ranking.texts import FOREMOST, TextRanker

LOWEST = 0.1
"""A need's scores are lowered to this share of themselves at most, also where no word of it was found anywhere."""

LOOKED_AT = 8
"""So many texts that score best, with the model and without, tell a need's level."""


class SemanticRanker(TextRanker):
    """Rank offerings as `TextRanker` does, and by the cosine of vectors besides.

    The floor: what the other channels find is found as before, and a text that the model cannot read scores by them
    alone. A need's level is theirs too, so that fit and the verdict that nothing fits mean what they were calibrated to
    mean: the scores are multiplied so that the best of them stays what it would be without.

    Parameters
    ----------
    semantic : Semantic
    weights, candidates
        As for `TextRanker`.

    Attributes
    ----------
    semantic_ : Semantic
        The same, fitted.
    """

    def __init__(self, semantic: Semantic, weights: Mapping[str, float] | None = None,
                 candidates: int = 300) -> None:
        super().__init__(weights, candidates)
        self.semantic = semantic

    def fit(self, texts: Sequence[str], y: None = None, *, owners: Sequence[int] | None = None,
            concepts: Sequence[Concept] | None = None) -> "SemanticRanker":
        """Index the catalogue, and place its texts."""
        super().fit(texts, owners=owners, concepts=concepts)
        self.semantic_ = clone(self.semantic).fit(texts)
        return self

    def grown(self, texts: Sequence[str], owners: ArrayLike, kept: ArrayLike = ()) -> TextRanker:
        """Return a ranker that holds later texts too, placed as far as somebody has placed them."""
        other = super().grown(texts, owners, kept)
        assert isinstance(other, SemanticRanker)
        other.semantic_ = self.semantic_.grown(texts, np.asarray(kept, np.intp), np.argsort(owners, kind="stable"))
        return other

    def completed(self) -> "SemanticRanker":
        """Return a ranker with the vectors that somebody has placed since; itself where there are none."""
        semantic = self.semantic_.completed()
        if semantic is self.semantic_:
            return self
        other = copy.copy(self)
        other.semantic_ = semantic
        return other

    def query(self, need: str, gone: np.ndarray | None = None, *, meant: Collection[str] = (),
              not_meant: Collection[str] = ()) -> Query:
        """Return a need made ready to be searched for, by what it means as well."""
        query = super().query(need, gone, meant=meant, not_meant=not_meant)
        found = self.semantic_.score(need)
        weighted = query._replace(scores={**query.scores, "semantic": found},
                                  reached={**query.reached, "semantic": np.flatnonzero(found > 0)})
        return weighted._replace(scale=query.scale * self._level(query, weighted, gone))

    def _level(self, query: Query, weighted: Query, gone: np.ndarray | None) -> float:
        """Return by what the scores of a query are multiplied so that the best stays what it is without the model."""
        present = np.ones(len(self.owners_), bool) if gone is None else ~gone[self.owners_]
        texts = np.union1d(self._first(weighted, present, FOREMOST, self.candidates // 2),
                           self._best("concepts", query, present, FOREMOST))
        known = (self._sum(self._known(one, texts)) for one in (query, weighted))
        first = np.union1d(*(texts[greatest(scores, LOOKED_AT)] for scores in known))
        if not len(first):
            return 1.0
        best, with_model = (float(self._fused(query, first, len(first)).scores.max()) for query in (query, weighted))
        return max(best / with_model, LOWEST)
