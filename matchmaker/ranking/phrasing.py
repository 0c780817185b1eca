"""How a text is put, function words and all: "who lets us" and "we bring" say what is asked for."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin

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
        words, grams = ([count(text) for text in texts] for count in (self._words, self._grams))
        return self._counted(words), self._counted(grams)

    def _words(self, text: str) -> np.ndarray:
        found = all_words(text[:MAXIMUM_CHARACTERS])
        counts = Counter([*found, *(f"{one} {two}" for one, two in pairwise(found))])
        return np.repeat(np.array([hash_term(term) for term in counts], np.uint32), list(counts.values()))

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
                found.append(_scattered(hashes))
        return np.concatenate(found) if found else np.zeros(0, np.uint32)

    def _counted(self, rows: Sequence[np.ndarray]) -> csr_matrix:
        """Return how often each bucket occurs in each of `rows` of hashes."""
        counted = [np.unique(row % np.uint32(self.buckets), return_counts=True) for row in rows]
        indptr = np.cumsum([0, *(len(columns) for columns, _ in counted)])
        columns = np.concatenate([np.zeros(0, np.int32), *(columns for columns, _ in counted)]).astype(np.int32)
        counts = np.concatenate([np.zeros(0, np.float32), *(counts for _, counts in counted)]).astype(np.float32)
        return csr_matrix((counts, columns, indptr), shape=(len(rows), self.buckets))


def _scattered(hashes: np.ndarray) -> np.ndarray:
    """Return hashes whose low bits depend on all bits, the last steps of MurmurHash3."""
    mixed: np.ndarray = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return mixed ^ (mixed >> np.uint32(16))
