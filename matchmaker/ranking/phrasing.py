"""How a text is put, function words and all: "who lets us" and "we bring" say what is asked for."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin

from matchmaker.ranking.rows import Row, stacked
from matchmaker.ranking.text import all_words, hash_term, normalise
from matchmaker.ranking.text.ngrams import MAXIMUM_CHARACTERS

LATIN = (3, 6)
HAN = (1, 4)
MOSTLY_HAN = 0.25
"""From this share of Chinese characters on a text's n-grams are as long as Chinese ones."""
_BLANKS = re.compile(r"\s+")
_MULTIPLIER = np.uint32(0x9E3779B1)


class PhrasingCounts(TransformerMixin, BaseEstimator):
    """Count all words and their pairs, and character n-grams that run across words, by hashing.

    Hashing keeps no vocabulary, so nothing that a text holds can be read from what is learnt.

    Parameters
    ----------
    buckets : int, default=2**15
        Number of columns for words and pairs, and as many for n-grams.
    """

    def __init__(self, buckets: int = 2**15) -> None:
        self.buckets = buckets

    def fit(self, texts: Sequence[str], y: None = None) -> "PhrasingCounts":
        """Do nothing but return self: hashing learns nothing."""
        return self

    def transform(self, texts: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
        """Return counts of words and pairs, and of n-grams, each of shape (n_texts, buckets), float32."""
        counted = [self.count(text) for text in texts]
        words, grams = (stacked([row[part] for row in counted], self.buckets) for part in (0, 1))
        return words, grams

    def count(self, text: str) -> tuple[Row, Row]:
        """Return the same of one text."""
        return self._counted(self._words(text)), self._counted(self._grams(text))

    def _words(self, text: str) -> np.ndarray:
        found = all_words(text[:MAXIMUM_CHARACTERS])
        return np.array([hash_term(term) for term in (*found, *map(" ".join, pairwise(found)))], np.uint32)

    def _grams(self, text: str) -> np.ndarray:
        """Return a hash of each n-gram, by one multiplication a character and length (Karp & Rabin 1987)."""
        signs = np.frombuffer(_BLANKS.sub(" ", normalise(text[:MAXIMUM_CHARACTERS])).encode("utf-32-le"), np.uint32)
        is_han = (signs >= ord("㐀")) & (signs <= ord("鿿"))
        low, high = HAN if is_han.sum() > MOSTLY_HAN * len(signs) else LATIN
        hashes, found = signs, list[np.ndarray]()
        for n in range(1, min(high, len(signs)) + 1):
            if n > 1:
                hashes = hashes[:-1] * _MULTIPLIER + signs[n - 1:]
            if n >= low:
                found.append(hashes)
        return _scattered(np.concatenate(found)) if found else signs[:0]

    def _counted(self, hashes: np.ndarray) -> Row:
        """Return how often each bucket occurs among hashes."""
        columns, counts = np.unique(hashes % np.uint32(self.buckets), return_counts=True)
        return Row(columns.astype(np.int32), counts.astype(np.float32))


def _scattered(hashes: np.ndarray) -> np.ndarray:
    """Return hashes whose low bits depend on all bits, the last steps of MurmurHash3."""
    mixed: np.ndarray = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return mixed ^ (mixed >> np.uint32(16))
