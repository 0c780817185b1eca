"""Which concepts a need is about: retrieval over the lexicon, a concept's own words being its text."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.rows import stored_at
from matchmaker.ranking.text import Text, normalise

LANGUAGES = 2
"""Texts of a concept: its English terms and phrases, and its Chinese ones."""


class ConceptRecogniser(BaseEstimator):
    """Score concepts for a need by BM25 over their terms and lay phrases (Robertson & Zaragoza 2009).

    Each concept is a text in either language; the better one counts. Terms are words, and single characters of Chinese
    as well: "翘起来" and "往上翘" share no word. A need's term counts once, however often it is said, and rare terms
    count more than in search (`sharpness`): the talk around a symptom is the same whatever is meant.

    Parameters
    ----------
    k1, b : float, default=2, .75
        As in BM25. A word that several phrases of a concept have says more than one that slipped into one.
    sharpness : float, default=1.5
        The power of idf by which terms count.

    Attributes
    ----------
    vocabulary_ : dict of str to int
    everyday_ : ndarray of shape (n_terms,), float32
        For each word how much oftener it is in lay phrases than in professional terms, as the logarithm of the ratio;
        0 for what is no word.
    postings_ : csr_matrix of shape (n_terms, 2 * n_concepts), float32
        The weights by term; a concept's English and Chinese texts are neighbours.
    """

    def __init__(self, k1: float = 2.0, b: float = 0.75, sharpness: float = 1.5) -> None:
        self.k1 = k1
        self.b = b
        self.sharpness = sharpness

    def fit(self, concepts: Sequence[Concept], y: None = None) -> "ConceptRecogniser":
        """Index the concepts; ignore `y`."""
        texts = [terms_of(Text("\n".join(phrases))) for concept in concepts
                 for phrases in ((*concept.en, *concept.lay_en), (*concept.zh, *concept.lay_zh))]
        self.vocabulary_ = {term: place for place, term in enumerate(dict.fromkeys(t for text in texts for t in text))}
        self.everyday_ = self._learn_wording(concepts)
        columns = np.array([self.vocabulary_[term] for text in texts for term in text], np.int32)
        counts = np.array([count for text in texts for count in text.values()], np.float64)
        indptr = np.cumsum([0, *map(len, texts)])
        lengths = np.array([text.total() for text in texts], np.float64)
        # Texts are measured within their language: a Chinese one is counted by words and by characters.
        means = lengths.reshape(-1, LANGUAGES).mean(axis=0) if concepts else np.ones(LANGUAGES)
        relative = np.repeat(lengths / np.tile(np.maximum(means, 1e-9), len(concepts)), np.diff(indptr))
        frequency = np.bincount(columns, minlength=len(self.vocabulary_))
        half = max(len(concepts), 1)
        idf = np.log1p(np.maximum(half - frequency + 0.5, 0.5) / (frequency + 0.5)) ** self.sharpness
        saturated = counts * (self.k1 + 1) / (counts + self.k1 * (1 - self.b + self.b * relative))
        weights = csr_matrix(((idf[columns] * saturated).astype(np.float32), columns, indptr),
                             shape=(len(texts), len(self.vocabulary_)))
        self.postings_ = weights.T.tocsr()
        return self

    def score(self, need: Text) -> np.ndarray:
        """Return how much each concept shares with a need, shape (n_concepts,), float32, from 0 up."""
        check_is_fitted(self)
        known = self.vocabulary_
        terms = np.array(sorted(known[term] for term in terms_of(need) if term in known), np.int32)
        scores = np.zeros(self.postings_.shape[1], np.float32)
        stored = stored_at(self.postings_.indptr, terms)
        np.add.at(scores, self.postings_.indices[stored], self.postings_.data[stored])
        best: np.ndarray = scores.reshape(-1, LANGUAGES).max(axis=1)
        return best

    def everyday(self, need: Text) -> float:
        """Return the mean log odds of a need's words to be lay ones: about 2 for a layman's, -1 for a specialist's.

        Naive Bayes adds up the same odds; their mean does not grow with the need.
        """
        known = self.vocabulary_
        odds = self.everyday_[[known[word] for word in dict.fromkeys(need.words) if word in known]]
        odds = odds[odds != 0]
        return float(odds.mean()) if len(odds) else 0.0

    def _learn_wording(self, concepts: Sequence[Concept]) -> np.ndarray:
        known = self.vocabulary_
        lay, professional = (
            np.bincount([known[word] for phrase in phrases for word in set(Text(phrase).words)], minlength=len(known))
            for phrases in ([phrase for concept in concepts for phrase in (*concept.lay_en, *concept.lay_zh)],
                            [term for concept in concepts for term in (*concept.en, *concept.zh)]))
        odds = np.log((lay + 0.5) / max(lay.sum(), 1)) - np.log((professional + 0.5) / max(professional.sum(), 1))
        return np.where(lay + professional > 0, odds, 0).astype(np.float32)


def terms_of(text: Text) -> Counter[str]:
    """Count the words of a text, and the characters of its Chinese ones.

    >>> sorted(terms_of(Text("胶水脱开 at -40")))
    ['-40', '40', '开', '水', '胶', '胶水', '脱', '脱开']
    """
    found = Counter(text.words)
    for sign in normalise(text):
        if "㐀" <= sign <= "鿿":
            found[sign] += 1
    return found
