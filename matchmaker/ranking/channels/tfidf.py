"""Cosine of sublinear tf-idf, over words and pairs or over character n-grams."""

import copy

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.channels.growth import with_new_terms
from matchmaker.ranking.channels.repeats import MOST_REPEATS
from matchmaker.ranking.rows import Row


class Tfidf(TransformerMixin, BaseEstimator):
    """Cosine of (1 + ln tf) · idf vectors (Manning, Raghavan & Schütze 2008, ch. 6, ``ltc.ltc``).

    Parameters
    ----------
    most : int, optional
        How many of a need's terms count, the heaviest; all when left out.

    Attributes
    ----------
    idf_ : ndarray of shape (n_terms,), float32
        1 + ln((1 + n_texts) / (1 + df)); 0 for terms that the catalogue lacks, so that they do not lengthen a need.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def fit(self, counts: csr_matrix, y: None = None) -> "Tfidf":
        """Learn idf from `counts`, shape (n_texts, n_terms); ignore `y`."""
        n_texts, n_terms = counts.shape
        frequency = np.bincount(counts.indices, minlength=n_terms)
        idf = 1 + np.log((1 + n_texts) / (1 + frequency))
        self.idf_ = np.where(frequency > 0, idf, 0.0).astype(np.float32)
        return self

    def grown(self, counts: csr_matrix, n_texts: int) -> "Tfidf":
        """Return an encoder that also knows the terms of texts that came later, each as rare as if one text had it."""
        other = copy.copy(self)
        other.idf_ = with_new_terms(self.idf_, counts, float(1 + np.log((1 + n_texts) / 2)))
        return other

    def transform(self, counts: csr_matrix) -> csr_matrix:
        """Return unit vectors, shape (n_texts, n_terms), float32.

        Repeats beyond `MOST_REPEATS` lengthen a vector before it is scaled and add nothing after, so it ends shorter.
        """
        check_is_fitted(self)
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        weights = self._weigh(counts.indices, counts.data, rows)
        return csr_matrix((weights, counts.indices, counts.indptr), shape=counts.shape)

    def encode(self, need: Row) -> Row:
        """Return the unit vector of a need, given as counts."""
        if self.most is not None:
            need = need.heaviest((1 + np.log(need.data)) * self.idf_[need.indices], self.most)
        return Row(need.indices, self._weigh(need.indices, need.data, np.zeros(len(need.data), np.intp)))

    def _weigh(self, terms: np.ndarray, counts: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the weights of terms, each in its row, float32; all three have shape (n_stored,)."""
        idf = self.idf_[terms]
        weights: np.ndarray = (1 + np.log(np.minimum(counts, MOST_REPEATS))) * idf
        norms = np.sqrt(np.bincount(rows, ((1 + np.log(counts)) * idf) ** 2))
        weights /= np.maximum(norms, 1e-9)[rows]
        return weights
