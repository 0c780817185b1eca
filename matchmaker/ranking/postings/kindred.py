"""Exact scores in channels that share the terms of a text."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.ranking.postings import index
from matchmaker.ranking.rows import Row


class Kindred(NamedTuple):
    """Weights by text of the same terms: those of words and pairs weigh all of them, those of single words the last.

    Single words are counted from 0 in a matrix of their own. Each row has the same terms in the same order.
    """

    words: csr_matrix
    pairs: csr_matrix
    single: csr_matrix

    def score(self, texts: np.ndarray, needs: Sequence[Row]) -> np.ndarray:
        """Return the scores of chosen texts, shape (4, n_chosen), float64, as `score_texts` gives them one by one.

        Parameters
        ----------
        texts : ndarray of int
        needs : sequence of four rows
            What is sought by the weights of words, of pairs, of single words, and of these once more.
        """
        compiled = index._compiled()
        if compiled is None or any(len(need.indices) > index.MOST_TERMS for need in needs):
            return np.stack([index.score_texts(matrix, texts, need.indices, need.data)
                             for matrix, need in zip((*self, self.single), needs, strict=True)])
        # The bounds of these texts alone: to bring those of all into one type would take longer than the rest.
        bounds = tuple(matrix.indptr[places].astype(np.int64, copy=False) for matrix in (self.words, self.single)
                       for places in (texts, texts + 1))
        rows = (self.words.indices.astype(np.int32, copy=False), self.words.data, self.pairs.data, self.single.data)
        sought = tuple((need.indices.astype(np.int32, copy=False), need.data.astype(np.float64, copy=False))
                       for need in needs)
        n_terms = self.words.shape[1]
        scores = np.empty((len(needs), len(texts)))
        compiled.score_kindred(sought, n_terms - self.single.shape[1], bounds, rows, scores)
        return scores
