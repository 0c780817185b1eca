"""Which kinds of resource a text asks for: a multi-label classifier over words, character n-grams and evidence."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import solve
from scipy.sparse import csr_matrix, hstack, vstack
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.channels import Tfidf
from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.counts import CharacterCounts
from matchmaker.ranking.kind_evidence import KindEvidence
from matchmaker.ranking.phrasing import PhrasingCounts
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
    """What is known of texts: hashed counts, part by part (see `KindClassifier`), and `KindEvidence`."""

    counts: tuple[csr_matrix, ...]
    evidence: np.ndarray

    def rows(self, places: np.ndarray) -> "Described":
        """Return the same of some of the texts."""
        return Described(tuple(part[places] for part in self.counts), self.evidence[places])


class Examples(NamedTuple):
    """Texts as they are described, and the kinds of each, shape (n_texts, n_kinds); of concepts in shares."""

    described: Described
    is_kind: np.ndarray

    def rows(self, places: np.ndarray) -> "Examples":
        """Return some of the texts."""
        return Examples(self.described.rows(places), self.is_kind[places])


class KindClassifier(ClassifierMixin, BaseEstimator):
    """Estimate the probability of each kind, one ridge regression a kind over hashed tf-idf and `KindEvidence`.

    Counted are character n-grams within words, all words and their pairs, and n-grams across words (`PhrasingCounts`).
    The concepts of a lexicon are texts too: their terms and lay phrases are of the kinds that usually answer them, each
    by its share. They count little (`concept_weight`), for what is about a concept may be asked of any kind.

    Every feature learnt from texts is hashed: the fitted model holds no word of any text it learnt from.

    Parameters
    ----------
    penalty : float, default=1
        Strength of the regularisation.
    buckets : int, default=2**15
        Columns for each of the three counts.
    concept_weight : float, default=.05
        How much a concept counts beside a text.

    Attributes
    ----------
    classes_ : ndarray of str
        The kinds, in the order of the probabilities.
    evidence_ : KindEvidence
    coef_ : ndarray of shape (n_kinds, 3 * buckets + n_evidence), float32
    intercept_ : ndarray of shape (n_kinds,)
    calibration_ : ndarray of shape (4,)
        What turns margins into probabilities (see `calibrate`), the same for all kinds: those of a regression on few
        texts are far too cautious for texts that it has not seen.
    """

    def __init__(self, penalty: float = 1.0, buckets: int = 2**15, concept_weight: float = 0.05) -> None:
        self.penalty = penalty
        self.buckets = buckets
        self.concept_weight = concept_weight

    def fit(self, texts: Sequence[str], kinds: Sequence[Collection[str]], groups: Sequence[str | None] | None = None,
            concepts: Sequence[Concept] = (), cues: Mapping[str, Sequence[str]] | None = None) -> "KindClassifier":
        """Learn from texts and the kinds of each, which may be none; no kind may be that of all texts.

        With `groups`, what belongs together by text, probabilities are calibrated on the texts that have one, each
        time by a classifier that saw none of their group. `concepts` and the `cues` of each kind are further evidence.
        """
        self.calibration_ = np.array([4.0, 0.0, 0.0, 0.0])
        if groups is not None:
            self.calibration_ = calibrate(*self.held_out(texts, kinds, groups, concepts, cues))
        examples, by_concept = self._examples(texts, kinds, concepts, cues)
        return self._learn(examples, by_concept)

    def held_out(self, texts: Sequence[str], kinds: Sequence[Collection[str]], groups: Sequence[str | None],
                 concepts: Sequence[Concept] = (), cues: Mapping[str, Sequence[str]] | None = None,
                 ) -> tuple[np.ndarray, np.ndarray]:
        """Return margins and truth of the texts that have a group, by classifiers that saw none of it.

        Both have shape (n_grouped, n_kinds). Texts without a group are learnt from every time.
        """
        one = clone(self)
        examples, by_concept = one._examples(texts, kinds, concepts, cues)
        asked = np.array([place for place, group in enumerate(groups) if group is not None])
        others = np.array([place for place, group in enumerate(groups) if group is None], int)
        margins = np.zeros((len(asked), examples.is_kind.shape[1]))
        for learn, test in GroupKFold(FOLDS).split(asked, groups=[str(groups[place]) for place in asked]):
            fitted = one._learn(examples.rows(np.concatenate([asked[learn], others])), by_concept)
            margins[test] = fitted._margins(examples.described.rows(asked[test]))
        return margins, examples.is_kind[asked]

    def _examples(self, texts: Sequence[str], kinds: Sequence[Collection[str]], concepts: Sequence[Concept],
                  cues: Mapping[str, Sequence[str]] | None) -> tuple[Examples, Examples]:
        """Set what does not depend on which texts are learnt from; return the texts and the concepts."""
        binarizer = MultiLabelBinarizer().fit(kinds)
        self.classes_ = binarizer.classes_
        self.evidence_ = KindEvidence().fit(self.classes_.tolist(), concepts, cues or {})
        phrases = ["\n".join((*known.en, *known.lay_en, *known.zh, *known.lay_zh)) for known in concepts]
        return (Examples(self._describe(texts), binarizer.transform(kinds)),
                Examples(self._describe(phrases), self.evidence_.answers_))

    def _learn(self, texts: Examples, concepts: Examples) -> "KindClassifier":
        """Fit by the dual (Saunders, Gammerman & Vovk 1998): texts are far fewer than columns."""
        self.weightings_ = [Tfidf().fit(part) for part in texts.described.counts]
        parts = texts.described, concepts.described
        weighted = vstack([self._weigh(part) for part in parts], format="csr").astype(np.float64)
        evidence = np.vstack([part.evidence for part in parts]).astype(np.float64)
        # A column of ones beside them is the intercept.
        alike = (weighted @ weighted.T).toarray() + evidence @ evidence.T + 1
        penalties = np.repeat([1, 1 / self.concept_weight], [len(part.evidence) for part in parts])
        alike[np.diag_indices_from(alike)] += self.penalty * penalties
        duals = solve(alike, 2.0 * np.vstack([texts.is_kind, concepts.is_kind]) - 1, assume_a="pos")
        self.coef_ = np.hstack([(weighted.T @ duals).T, duals.T @ evidence]).astype(np.float32)
        self.intercept_ = duals.sum(axis=0)
        return self

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities in [0, 1], shape (n_texts, n_kinds); they need not add up to 1."""
        check_is_fitted(self)
        margins = [self._margins_of(Text.of(text)) for text in texts]
        return probabilities_of(np.vstack([np.zeros((0, len(self.classes_))), *margins]), self.calibration_)

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """Return which kinds are likely, shape (n_texts, n_kinds), bool."""
        return self.predict_proba(texts) >= LIKELY

    def _margins_of(self, text: Text) -> np.ndarray:
        """Return the margins of one text, shape (1, n_kinds), as `_margins` does, to the same bits."""
        counts = CharacterCounts(self.buckets).count(text), *PhrasingCounts(self.buckets).count(text)
        weighted = [weighting.encode(part) for weighting, part in zip(self.weightings_, counts, strict=True)]
        columns = np.concatenate([part.indices + place * self.buckets for place, part in enumerate(weighted)])
        features = self.coef_[:, columns] * np.concatenate([part.data for part in weighted])
        # Added up one after the other; NumPy's own sum adds by pairs.
        by_words = np.add.accumulate(features, axis=1)[:, -1:].T if len(columns) else np.float32(0)
        by_evidence = self.evidence_.describe([text]) @ self.coef_[:, len(weighted) * self.buckets:].T
        margins: np.ndarray = by_words + by_evidence + self.intercept_
        return margins

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
        counts = CharacterCounts(self.buckets).transform(analysed), *PhrasingCounts(self.buckets).transform(analysed)
        return Described(counts, self.evidence_.transform(analysed))

    def _weigh(self, described: Described) -> csr_matrix:
        parts = zip(self.weightings_, described.counts, strict=True)
        return hstack([weighting.transform(part) for weighting, part in parts], format="csr")
