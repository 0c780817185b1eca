"""Simple rankers of others, as their users would set them up: what ours has to beat."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import rjieba
import Stemmer
from sklearn.feature_extraction.text import TfidfVectorizer

from matchmaker.extras import require
from matchmaker.ranking.facts import detect

SAMPLE = 200
"""So many texts say whether a collection is Chinese."""


class Found(NamedTuple):
    """What a peer found for one need, best first; arrays of shape (n_found,)."""

    offerings: np.ndarray
    scores: np.ndarray


class TfidfPeer:
    """Cosine of tf-idf over words, scikit-learn's ``TfidfVectorizer`` with its defaults.

    Its defaults split no Chinese: a run of characters is a word.

    Attributes
    ----------
    vectorizer_ : TfidfVectorizer
    texts_ : csr_matrix of shape (n_texts, n_terms), rows of length 1
    """

    def fit(self, texts: Sequence[str]) -> "TfidfPeer":
        """Learn the words and their idf, and weigh the texts."""
        self.vectorizer_ = TfidfVectorizer()
        self.texts_ = self.vectorizer_.fit_transform(texts)
        return self

    def rank(self, needs: Sequence[str], *, k: int) -> Iterator[Found]:
        """Yield for each need the k texts of the greatest cosine above 0."""
        encoded = self.vectorizer_.transform(needs)
        for place in range(len(needs)):
            yield best((encoded[[place]] @ self.texts_.T).toarray().ravel(), k)


class WordTfidfPeer(TfidfPeer):
    """The same over the words of `split_words`, with sublinear term frequency."""

    def fit(self, texts: Sequence[str]) -> "WordTfidfPeer":
        """Learn the words and their idf, and weigh the texts."""
        self.is_chinese_ = mostly_chinese(texts)
        self.vectorizer_ = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True)
        self.texts_ = self.vectorizer_.fit_transform(split_words(texts, self.is_chinese_))
        return self

    def rank(self, needs: Sequence[str], *, k: int) -> Iterator[Found]:
        """Yield for each need the k texts of the greatest cosine above 0."""
        return super().rank(split_words(needs, self.is_chinese_), k=k)  # type: ignore[arg-type]


class Bm25sPeer:
    """BM25 by the package bm25s (Lù 2024, arXiv:2407.03618) with its defaults, over the words of `split_words`."""

    def fit(self, texts: Sequence[str]) -> "Bm25sPeer":
        """Index the texts."""
        self.is_chinese_ = mostly_chinese(texts)
        self.n_texts_ = len(texts)
        self.index_ = require("bm25s", "test").BM25()
        self.index_.index(split_words(texts, self.is_chinese_), show_progress=False)
        return self

    def rank(self, needs: Sequence[str], *, k: int) -> Iterator[Found]:
        """Yield for each need the k texts of the greatest score above 0."""
        words = split_words(needs, self.is_chinese_)
        found = self.index_.retrieve(words, k=min(k, self.n_texts_), show_progress=False)
        for texts, scores in zip(found.documents, found.scores, strict=True):
            yield Found(texts[scores > 0], scores[scores > 0])


def split_words(texts: Sequence[str], is_chinese: bool) -> list[list[str]]:
    """Return each text's words: rjieba's for a Chinese collection, else bm25s's with English stems and stop words."""
    if is_chinese:
        return [[word.lower() for word in rjieba.cut(text) if word.strip()] for text in texts]
    words: list[list[str]] = require("bm25s", "test").tokenize(
        list(texts), stopwords="en", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False)
    return words


def mostly_chinese(texts: Sequence[str]) -> bool:
    """Tell whether most of the first texts are Chinese."""
    return bool(np.mean([detect(text) == "zh" for text in texts[:SAMPLE]]) > 0.5)


def best(scores: np.ndarray, k: int) -> Found:
    """Return the k greatest of all texts' scores above 0; of equal ones the first."""
    order = np.argsort(-scores, kind="stable")[:k]
    order = order[scores[order] > 0]
    return Found(order, scores[order])


def _as_they_are(words: list[str]) -> list[str]:
    return words
