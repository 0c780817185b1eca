"""What beside its words speaks for the kinds of a text: the concepts that it is about, and cues."""

import functools
import re
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.concepts.recogniser import LANGUAGES, ConceptRecogniser, terms_of
from matchmaker.ranking.rows import stored_at
from matchmaker.ranking.text import Text, hash_term

_NOT_ENGLISH = re.compile("[^a-z0-9]+")


class KindEvidence(TransformerMixin, BaseEstimator):
    """Describe texts by the concepts that they are about, the kinds that usually answer those, and cues of each kind.

    The three stand for what a few hundred examples cannot teach: that a kiln and a furnace are alike, in both
    languages, and that "how strong is it on the computer" asks for a program.

    Parameters
    ----------
    most : int, default=16
        How many concepts of a text count.
    concept_weight, cue_weight : float, default=.7, .3
        Length of the concepts' part beside the words', which is 1 each for words and n-grams; weight of a cue.

    Attributes
    ----------
    hashes_ : ndarray of uint32
        The hashes of the lexicon's terms, ascending.
    starts_ : ndarray of shape (n_terms + 1,), int32
        Where each term's part of the next two begins.
    columns_, weights_ : ndarray of int32 and of float32
        The texts of concepts that have a term, and what it says of each (see `ConceptRecogniser`).
    answers_ : ndarray of shape (n_concepts, n_kinds), float32
        The kinds that usually answer a need of a concept, adding up to 1.
    cues_ : str
        A line for each cue: the place of the kind that it speaks for, a tab, and the cue.
    """

    def __init__(self, most: int = 16, concept_weight: float = 0.7, cue_weight: float = 0.3) -> None:
        self.most = most
        self.concept_weight = concept_weight
        self.cue_weight = cue_weight

    def fit(self, kinds: Sequence[str], concepts: Sequence[Concept],
            cues: Mapping[str, Sequence[str]]) -> "KindEvidence":
        """Take over a lexicon, and cues of each of the kinds: beginnings of English words, parts of Chinese texts."""
        recogniser = ConceptRecogniser().fit(concepts)
        hashes = np.array([hash_term(term) for term in recogniser.vocabulary_], np.uint32)
        order = np.argsort(hashes, kind="stable")
        postings = recogniser.postings_[order]
        self.hashes_, self.starts_ = hashes[order], postings.indptr
        self.columns_, self.weights_ = postings.indices, postings.data
        answers = np.array([[kind in concept.kinds for kind in kinds] for concept in concepts], np.float32)
        answers = answers.reshape(len(concepts), len(kinds))
        self.answers_ = answers / np.maximum(answers.sum(axis=1, keepdims=True), 1)
        self.cues_ = "\n".join(f"{place}\t{cue}" for place, kind in enumerate(kinds) for cue in cues.get(kind, ()))
        return self

    def transform(self, texts: Sequence[str]) -> np.ndarray:
        """Return concepts, kinds that answer them and cues, shape (n_texts, n_concepts + 2 * n_kinds), float32."""
        check_is_fitted(self)
        return self.describe(texts)

    def describe(self, texts: Sequence[str]) -> np.ndarray:
        """Do what `transform` does, without what scikit-learn does around it, which for one text takes longer."""
        if not len(texts):
            return np.zeros((0, len(self.answers_) + 2 * self.answers_.shape[1]), np.float32)
        meant = np.vstack([self._meant(Text.of(text)) for text in texts])
        votes = meant @ self.answers_ / np.maximum(meant.sum(axis=1, keepdims=True), 1e-9)
        directions = meant / np.maximum(np.linalg.norm(meant, axis=1, keepdims=True), 1e-9)
        said = np.sqrt(np.vstack([self._said(text) for text in texts]))
        return np.hstack([self.concept_weight * directions, votes, self.cue_weight * said]).astype(np.float32)

    def _meant(self, text: Text) -> np.ndarray:
        """Return how much of each of the likeliest concepts a text has, shape (n_concepts,), of the others 0."""
        asked = np.array(sorted({hash_term(term) for term in terms_of(text)}), np.uint32)
        places = np.searchsorted(self.hashes_, asked)
        known = places < len(self.hashes_)
        places = places[known][self.hashes_[places[known]] == asked[known]]
        found = stored_at(self.starts_, places)
        sums = np.bincount(self.columns_[found], self.weights_[found], minlength=LANGUAGES * len(self.answers_))
        scores: np.ndarray = sums.reshape(-1, LANGUAGES).max(axis=1)
        meant = np.flatnonzero(scores)
        scores[meant[np.argsort(-scores[meant], kind="stable")[self.most:]]] = 0
        return scores

    def _said(self, text: str) -> np.ndarray:
        """Return how many cues of each kind a text has, shape (n_kinds,)."""
        english, chinese = _cues(self.cues_)
        low = text.lower()
        # English is compared from the start of a word on, whatever stands between words.
        words = f" {_NOT_ENGLISH.sub(' ', low)}"
        found = [place for cue, place in english if cue in words]
        if not text.isascii():
            found += [place for cue, place in chinese if cue in low]
        return np.bincount(found, minlength=self.answers_.shape[1])


@functools.lru_cache(maxsize=4)
def _cues(lines: str) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return the English cues, each behind a blank, and the others, with the kinds for which they speak."""
    english, chinese = list[tuple[str, int]](), list[tuple[str, int]]()
    for line in lines.splitlines():
        place, cue = line.split("\t")
        if cue.isascii():
            english.append((f" {cue}", int(place)))
        else:
            chinese.append((cue, int(place)))
    return english, chinese
