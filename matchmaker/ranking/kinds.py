"""Which kinds of resource a text asks for: a multi-label classifier over words and character n-grams."""

from collections.abc import Collection, Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.channels import Tfidf
from matchmaker.ranking.counts import CharacterCounts, WordCounts

FOLDS = 5
LIKELY = 0.35
"""From this probability on a kind is taken to be asked for: where texts have one kind or two, half would miss many."""


def calibrate(margins: np.ndarray, is_kind: np.ndarray) -> tuple[float, float]:
    """Return slope and offset of the logistic curve that turns margins into probabilities, over all kinds at once."""
    fitted = LogisticRegression(C=1e6).fit(margins.reshape(-1, 1), is_kind.ravel())
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def calibration_error(probabilities: np.ndarray, is_true: np.ndarray, n_bins: int = 10) -> float:
    """Return by how much probabilities are off, in [0, 1]: the mean over bins of equal width (Naeini et al. 2015).

    >>> calibration_error(np.array([.25, .25, .25, .25]), np.array([0, 0, 0, 1]))
    0.0
    """
    bins = np.minimum((probabilities * n_bins).astype(int), n_bins - 1)
    off = [abs(probabilities[bins == place].mean() - is_true[bins == place].mean()) * (bins == place).mean()
           for place in np.unique(bins)]
    return float(sum(off))


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
    slope_, offset_ : float
        What turns margins into probabilities (Platt 1999), the same for all kinds: those of a regression on few texts
        are far too cautious for texts that it has not seen.
    """

    def __init__(self, C: float = 30.0, buckets: int = 2**15) -> None:
        self.C = C
        self.buckets = buckets

    def fit(self, texts: Sequence[str], kinds: Sequence[Collection[str]],
            groups: Sequence[str | None] | None = None) -> "KindClassifier":
        """Learn from texts and the kinds of each, which may be none; no kind may be that of all texts.

        With `groups`, what belongs together by text, probabilities are calibrated on the texts that have one, each
        time by a classifier that saw none of their group.
        """
        self.slope_, self.offset_ = 1.0, 0.0
        if groups is not None:
            self.slope_, self.offset_ = calibrate(*self.held_out(texts, kinds, groups))
        binarizer = MultiLabelBinarizer().fit(kinds)
        self.classes_ = binarizer.classes_
        return self._learn(self._counts(texts), binarizer.transform(kinds))

    def held_out(self, texts: Sequence[str], kinds: Sequence[Collection[str]],
                 groups: Sequence[str | None]) -> tuple[np.ndarray, np.ndarray]:
        """Return margins and truth of the texts that have a group, by classifiers that saw none of it.

        Both have shape (n_grouped, n_kinds). Texts without a group are learnt from every time.
        """
        counts, is_kind = self._counts(texts), MultiLabelBinarizer().fit_transform(kinds)
        asked = np.array([place for place, group in enumerate(groups) if group is not None])
        others = np.array([place for place, group in enumerate(groups) if group is None], int)
        margins = np.zeros((len(asked), is_kind.shape[1]))
        for learn, test in GroupKFold(FOLDS).split(asked, groups=[str(groups[place]) for place in asked]):
            rows = np.concatenate([asked[learn], others])
            fitted = clone(self)._learn([part[rows] for part in counts], is_kind[rows])
            margins[test] = fitted._margins([part[asked[test]] for part in counts])
        return margins, is_kind[asked]

    def _learn(self, counts: list[csr_matrix], is_kind: np.ndarray) -> "KindClassifier":
        self.weightings_ = [Tfidf().fit(part) for part in counts]
        regression = LogisticRegression(C=self.C, class_weight="balanced", solver="liblinear")
        fitted = OneVsRestClassifier(regression).fit(self._weigh(counts), is_kind).estimators_
        self.coef_ = np.vstack([one.coef_ for one in fitted]).astype(np.float32)
        self.intercept_ = np.hstack([one.intercept_ for one in fitted])
        return self

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities in [0, 1], shape (n_texts, n_kinds); they need not add up to 1."""
        check_is_fitted(self)
        probabilities: np.ndarray = expit(self.slope_ * self._margins(self._counts(texts)) + self.offset_)
        return probabilities

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """Return which kinds are likely, shape (n_texts, n_kinds), bool."""
        return self.predict_proba(texts) >= LIKELY

    def _margins(self, counts: list[csr_matrix]) -> np.ndarray:
        weighted = self._weigh(counts)
        # SciPy copies what it multiplies with, so only the coefficients of features that occur are given to it.
        columns, places = np.unique(weighted.indices, return_inverse=True)
        narrow = csr_matrix((weighted.data, places, weighted.indptr), shape=(weighted.shape[0], len(columns)))
        margins: np.ndarray = narrow @ self.coef_[:, columns].T + self.intercept_
        return margins

    def _counts(self, texts: Sequence[str]) -> list[csr_matrix]:
        return [WordCounts(self.buckets, hash_words=True).fit([]).transform(texts),
                CharacterCounts(self.buckets).transform(texts)]

    def _weigh(self, counts: list[csr_matrix]) -> csr_matrix:
        weighted = [weighting.transform(part) for weighting, part in zip(self.weightings_, counts, strict=True)]
        return hstack(weighted, format="csr")
