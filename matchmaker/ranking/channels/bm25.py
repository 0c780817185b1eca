"""BM25, scaled by what a need could reach at most."""

import copy

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.channels.growth import with_new_terms
from matchmaker.ranking.channels.repeats import MOST_REPEATS
from matchmaker.ranking.rows import Row

UNKNOWN_SHARE = 0.5
"""A word that the catalogue lacks counts half as much as one that a single text has: it may be a name or misspelt."""

UNSAID = 1
"""So many words are taken to be left unsaid: a need of one word says too little for any text to cover it whole."""

AT_ONCE = 1024
"""So many texts are weighed at once."""


class BM25(TransformerMixin, BaseEstimator):
    """Okapi BM25 with linear query term frequency (Robertson & Zaragoza 2009, eq. 3.15; idf as in Lucene).

    A need's scores are divided by the sum of its terms' greatest possible weights, idf · (k1 + 1). Order within a
    need is that of BM25; the scale, in [0, 1], is the weighted share of the need that the text covers.

    Parameters
    ----------
    k1 : float, default=1.2
        How slowly repeated words stop adding.
    b : float, default=0.75
        How much long texts are discounted.
    most : int, default=30
        How many of a need's terms count, the heaviest.

    Attributes
    ----------
    n_texts_ : int
        Number of texts in the catalogue.
    idf_ : ndarray of shape (n_terms,), float32
        Weight of each term; 0 for terms that the catalogue lacks.
    lengths_ : ndarray of shape (n_groups,), float64
        The mean length of the texts of each group.
    """

    def __init__(self, k1: float = 1.2, b: float = 0.75, most: int = 30) -> None:
        self.k1 = k1
        self.b = b
        self.most = most

    def fit(self, counts: csr_matrix, y: None = None, groups: np.ndarray | None = None) -> "BM25":
        """Learn idf and mean lengths from `counts`, shape (n_texts, n_terms); ignore `y`.

        Length is measured against the mean of the text's group, shape (n_texts,): texts in Chinese and in English
        differ in length for reasons that say nothing about relevance.
        """
        n_texts, n_terms = counts.shape
        frequency = np.bincount(counts.indices, minlength=n_terms)
        self.n_texts_ = n_texts
        idf = np.log1p((n_texts - frequency + 0.5) / (frequency + 0.5))
        self.idf_ = np.where(frequency > 0, idf, 0.0).astype(np.float32)
        groups = np.zeros(n_texts, int) if groups is None else groups
        length = np.asarray(counts.sum(axis=1)).ravel()
        total, size = np.bincount(groups, length, 2), np.bincount(groups, minlength=2)
        self.lengths_ = np.where(size > 0, total / np.maximum(size, 1), length.mean() if n_texts else 1.0)
        return self

    def grown(self, counts: csr_matrix) -> "BM25":
        """Return an encoder that also knows the terms of texts that came later, each as rare as if one text had it."""
        other = copy.copy(self)
        other.idf_ = with_new_terms(self.idf_, counts, float(np.log1p((self.n_texts_ - 0.5) / 1.5)))
        return other

    def transform(self, counts: csr_matrix, groups: np.ndarray | None = None) -> csr_matrix:
        """Return the weights of the catalogue's terms, shape (n_texts, n_terms), float32.

        Repeats beyond `MOST_REPEATS` lengthen a text and add nothing.
        """
        check_is_fitted(self)
        length = np.asarray(counts.sum(axis=1)).ravel()
        groups = np.zeros(len(length), int) if groups is None else groups
        relative = length / np.maximum(self.lengths_[groups], 1e-9)
        discount = self.k1 * (1 - self.b + self.b * relative)
        weights = np.empty(len(counts.data), np.float32)
        # Some texts at a time, so that what is in between stays in the processor's cache.
        for start in range(0, len(discount), AT_ONCE):
            ends = counts.indptr[start:start + AT_ONCE + 1]
            part = slice(ends[0], ends[-1])
            tf = np.minimum(counts.data[part], MOST_REPEATS)
            lengthened = tf + np.repeat(discount[start:start + AT_ONCE], np.diff(ends))
            weights[part] = tf * (self.k1 + 1) / lengthened * self.idf_[counts.indices[part]]
        return csr_matrix((weights, counts.indices, counts.indptr), shape=counts.shape)

    def highest(self, terms: np.ndarray) -> np.ndarray:
        """Return what each of these terms weighs at most in any text, shape (n_sought,), float32."""
        highest: np.ndarray = self.idf_[terms] * (self.k1 + 1)
        return highest

    def encode(self, need: Row, unknown: float | np.float32 | None = None) -> Row:
        """Return the weights of a need's terms, given as counts.

        Only its heaviest terms count: in a long text the many words that occur once would drown what it is about.
        `unknown` is how many words of the need the catalogue lacks: they lower what the catalogue can cover.
        """
        heavy = need.heaviest(need.data * self.idf_[need.indices], self.most)
        # Added up one after the other, as in a product of matrices, so that many needs at once weigh the same.
        highest = heavy.data * self.highest(heavy.indices)
        reachable = np.add.accumulate(highest)[-1] if len(highest) else np.float32(0)
        if unknown is not None:
            unseen = np.log1p((self.n_texts_ + 0.5) / 0.5) * (self.k1 + 1)
            reachable = reachable + UNKNOWN_SHARE * unseen * (UNSAID + unknown)
        weights = heavy.data.astype(np.float64) / max(float(reachable), 1e-9)
        return Row(heavy.indices, weights.astype(np.float32))
