"""Which kinds of resource a text asks for: a multi-label classifier over words, character n-grams and evidence."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, hstack
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.channels import Tfidf
from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.counts import CharacterCounts, WordCounts
from matchmaker.ranking.kind_evidence import KindEvidence
from matchmaker.ranking.text import Text

FOLDS = 5
LIKELY = 0.35
"""From this probability on a kind is taken to be asked for: where texts have one kind or two, half would miss many."""


def competing(margins: np.ndarray) -> np.ndarray:
    """Return what decides whether a kind is asked for, shape (n_texts * n_kinds, 3).

    Beside its margin that is how far it lies before the best of the other kinds, or behind: few needs ask for two.

    >>> competing(np.array([[.5, -1.]])).tolist()
    [[0.5, 1.5, 0.0], [-1.0, -1.5, -1.5]]
    """
    ordered = np.sort(margins, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1] if margins.shape[1] > 1 else ordered[:, -1:]
    ahead = margins - np.where(margins == best, second, best)
    return np.column_stack([margins.ravel(), ahead.ravel(), np.minimum(ahead, 0).ravel()])


def calibrate(margins: np.ndarray, is_kind: np.ndarray) -> np.ndarray:
    """Return the weights by which `competing` and a constant make log-odds (Platt 1999), over all kinds at once."""
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(competing(margins), is_kind.ravel())
    return np.append(fitted.coef_[0], fitted.intercept_)


def probabilities_of(margins: np.ndarray, calibration: np.ndarray) -> np.ndarray:
    """Return the probabilities that margins, shape (n_texts, n_kinds), mean by a calibration."""
    found: np.ndarray = expit(competing(margins) @ calibration[:-1] + calibration[-1]).reshape(margins.shape)
    return found


def calibration_error(probabilities: np.ndarray, is_true: np.ndarray, n_bins: int = 10) -> float:
    """Return by how much probabilities are off, in [0, 1]: the mean over bins of equal width (Naeini et al. 2015).

    >>> calibration_error(np.array([.25, .25, .25, .25]), np.array([0, 0, 0, 1]))
    0.0
    """
    bins = np.minimum((probabilities * n_bins).astype(int), n_bins - 1)
    off = [abs(probabilities[bins == place].mean() - is_true[bins == place].mean()) * (bins == place).mean()
           for place in np.unique(bins)]
    return float(sum(off))


class Described(NamedTuple):
    """What is known of texts: counts of words and pairs, counts of character n-grams, and `KindEvidence`."""

    words: csr_matrix
    ngrams: csr_matrix
    evidence: np.ndarray

    def rows(self, places: np.ndarray) -> "Described":
        """Return the same of some of the texts."""
        return Described(self.words[places], self.ngrams[places], self.evidence[places])


class KindClassifier(ClassifierMixin, BaseEstimator):
    """Estimate the probability of each kind, one ridge regression a kind over hashed tf-idf and `KindEvidence`.

    Every feature learnt from texts is hashed: the fitted model holds no word of any text it learnt from.

    Parameters
    ----------
    penalty : float, default=1
        Strength of the regularisation.
    buckets : int, default=2**15
        Columns for words and pairs, and as many for character n-grams.

    Attributes
    ----------
    classes_ : ndarray of str
        The kinds, in the order of the probabilities.
    evidence_ : KindEvidence
    coef_ : ndarray of shape (n_kinds, 2 * buckets + n_evidence), float32
    intercept_ : ndarray of shape (n_kinds,)
    calibration_ : ndarray of shape (4,)
        What turns margins into probabilities (see `calibrate`), the same for all kinds: those of a regression on few
        texts are far too cautious for texts that it has not seen.
    """

    def __init__(self, penalty: float = 1.0, buckets: int = 2**15) -> None:
        self.penalty = penalty
        self.buckets = buckets

    def fit(self, texts: Sequence[str], kinds: Sequence[Collection[str]], groups: Sequence[str | None] | None = None,
            concepts: Sequence[Concept] = (), cues: Mapping[str, Sequence[str]] | None = None) -> "KindClassifier":
        """Learn from texts and the kinds of each, which may be none; no kind may be that of all texts.

        With `groups`, what belongs together by text, probabilities are calibrated on the texts that have one, each
        time by a classifier that saw none of their group. `concepts` and the `cues` of each kind are further evidence.
        """
        self.calibration_ = np.array([4.0, 0.0, 0.0, 0.0])
        if groups is not None:
            self.calibration_ = calibrate(*self.held_out(texts, kinds, groups, concepts, cues))
        binarizer = MultiLabelBinarizer().fit(kinds)
        self.classes_ = binarizer.classes_
        self.evidence_ = KindEvidence().fit(self.classes_.tolist(), concepts, cues or {})
        return self._learn(self._describe(texts), binarizer.transform(kinds))

    def held_out(self, texts: Sequence[str], kinds: Sequence[Collection[str]], groups: Sequence[str | None],
                 concepts: Sequence[Concept] = (), cues: Mapping[str, Sequence[str]] | None = None,
                 ) -> tuple[np.ndarray, np.ndarray]:
        """Return margins and truth of the texts that have a group, by classifiers that saw none of it.

        Both have shape (n_grouped, n_kinds). Texts without a group are learnt from every time.
        """
        binarizer = MultiLabelBinarizer().fit(kinds)
        one = clone(self)
        one.evidence_ = KindEvidence().fit(binarizer.classes_.tolist(), concepts, cues or {})
        described, is_kind = one._describe(texts), binarizer.transform(kinds)
        asked = np.array([place for place, group in enumerate(groups) if group is not None])
        others = np.array([place for place, group in enumerate(groups) if group is None], int)
        margins = np.zeros((len(asked), is_kind.shape[1]))
        for learn, test in GroupKFold(FOLDS).split(asked, groups=[str(groups[place]) for place in asked]):
            rows = np.concatenate([asked[learn], others])
            fitted = one._learn(described.rows(rows), is_kind[rows])
            margins[test] = fitted._margins(described.rows(asked[test]))
        return margins, is_kind[asked]

    def _learn(self, described: Described, is_kind: np.ndarray) -> "KindClassifier":
        """Fit by the dual (Saunders, Gammerman & Vovk 1998): texts are far fewer than columns."""
        self.weightings_ = [Tfidf().fit(part) for part in (described.words, described.ngrams)]
        weighted, evidence = self._weigh(described).astype(np.float64), described.evidence.astype(np.float64)
        # A column of ones beside them is the intercept.
        alike = (weighted @ weighted.T).toarray() + evidence @ evidence.T + 1
        alike[np.diag_indices_from(alike)] += self.penalty
        duals = np.linalg.solve(alike, 2.0 * is_kind - 1)
        self.coef_ = np.hstack([(weighted.T @ duals).T, duals.T @ evidence]).astype(np.float32)
        self.intercept_ = duals.sum(axis=0)
        return self

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities in [0, 1], shape (n_texts, n_kinds); they need not add up to 1."""
        check_is_fitted(self)
        return probabilities_of(self._margins(self._describe(texts)), self.calibration_)

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """Return which kinds are likely, shape (n_texts, n_kinds), bool."""
        return self.predict_proba(texts) >= LIKELY

    def _margins(self, described: Described) -> np.ndarray:
        weighted = self._weigh(described)
        # SciPy copies what it multiplies with, so only the coefficients of features that occur are given to it.
        columns, places = np.unique(weighted.indices, return_inverse=True)
        narrow = csr_matrix((weighted.data, places, weighted.indptr), shape=(weighted.shape[0], len(columns)))
        by_evidence = described.evidence @ self.coef_[:, weighted.shape[1]:].T
        margins: np.ndarray = narrow @ self.coef_[:, columns].T + by_evidence + self.intercept_
        return margins

    def _describe(self, texts: Sequence[str]) -> Described:
        analysed = [Text.of(text) for text in texts]
        return Described(WordCounts(self.buckets, hash_words=True).fit([]).transform(analysed),
                         CharacterCounts(self.buckets).transform(analysed), self.evidence_.transform(analysed))

    def _weigh(self, described: Described) -> csr_matrix:
        words, ngrams = self.weightings_
        return hstack([words.transform(described.words), ngrams.transform(described.ngrams)], format="csr")
