"""Which kinds of resource a text asks for: a multi-label classifier over words and character n-grams."""

from collections.abc import Collection, Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.channels import Tfidf
from matchmaker.ranking.counts import CharacterCounts, WordCounts


class KindClassifier(ClassifierMixin, BaseEstimator):
    """Estimate the probability of each kind, one logistic regression a kind over hashed tf-idf.

    Every feature is hashed: the fitted model holds no word of any text it learnt from.

    Parameters
    ----------
    C : float, default=30
        Inverse strength of the regularisation.
    buckets : int, default=2**15
        Columns for words and pairs, and as many for character n-grams.

    Attributes
    ----------
    classes_ : ndarray of str
        The kinds, in the order of the probabilities.
    coef_ : ndarray of shape (n_kinds, 2 * buckets), float32
    intercept_ : ndarray of shape (n_kinds,)
    """

    def __init__(self, C: float = 30.0, buckets: int = 2**15) -> None:
        self.C = C
        self.buckets = buckets

    def fit(self, texts: Sequence[str], kinds: Sequence[Collection[str]]) -> "KindClassifier":
        """Learn from texts and the kinds of each, which may be none; no kind may be that of all texts."""
        binarizer = MultiLabelBinarizer().fit(kinds)
        self.classes_ = binarizer.classes_
        counts = self._counts(texts)
        self.weightings_ = [Tfidf().fit(part) for part in counts]
        regression = LogisticRegression(C=self.C, class_weight="balanced", solver="liblinear")
        fitted = OneVsRestClassifier(regression).fit(self._weigh(counts), binarizer.transform(kinds)).estimators_
        self.coef_ = np.vstack([one.coef_ for one in fitted]).astype(np.float32)
        self.intercept_ = np.hstack([one.intercept_ for one in fitted])
        return self

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities in [0, 1], shape (n_texts, n_kinds); they need not add up to 1."""
        check_is_fitted(self)
        weighted = self._weigh(self._counts(texts))
        # SciPy copies what it multiplies with, so only the coefficients of features that occur are given to it.
        columns, places = np.unique(weighted.indices, return_inverse=True)
        narrow = csr_matrix((weighted.data, places, weighted.indptr), shape=(weighted.shape[0], len(columns)))
        probabilities: np.ndarray = expit(narrow @ self.coef_[:, columns].T + self.intercept_)
        return probabilities

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """Return which kinds are more likely than not, shape (n_texts, n_kinds), bool."""
        return self.predict_proba(texts) >= 0.5

    def _counts(self, texts: Sequence[str]) -> list[csr_matrix]:
        return [WordCounts(self.buckets, hash_words=True).fit([]).transform(texts),
                CharacterCounts(self.buckets).transform(texts)]

    def _weigh(self, counts: list[csr_matrix]) -> csr_matrix:
        weighted = [weighting.transform(part) for weighting, part in zip(self.weightings_, counts, strict=True)]
        return hstack(weighted, format="csr")
