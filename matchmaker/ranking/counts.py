"""From texts to counts: how often each term occurs in each text."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.text import Text, hash_term


def _counted(texts: Iterable[str], columns: Callable[[str], dict[int, int]], width: int) -> csr_matrix:
    """Return counts, shape (n_texts, width), float32, from a function that maps a text to column → count."""
    indptr, indices = [0], list[int]()
    data: list[int] = []
    for text in texts:
        row = columns(text)
        indices.extend(row.keys())
        data.extend(row.values())
        indptr.append(len(indices))
    counts = csr_matrix(
        (np.asarray(data, np.float32), np.asarray(indices, np.int32), np.asarray(indptr, np.int64)),
        shape=(len(indptr) - 1, width),
    )
    counts.sort_indices()
    return counts


class WordCounts(TransformerMixin, BaseEstimator):
    """Count single words by a vocabulary, and pairs of neighbouring words by hashing.

    The first ``len(vocabulary_)`` columns are words, the others are buckets of pairs: pairs are many, rare and never
    shown one by one, so they need no vocabulary. With ``hash_words=True`` single words are hashed into the same
    buckets and there is no vocabulary at all.

    Parameters
    ----------
    pair_buckets : int, default=2**19
        Number of buckets for pairs.
    hash_words : bool, default=False
        Hash single words too.

    Attributes
    ----------
    words_ : list of str
        The known words, in the order of their columns.
    vocabulary_ : dict of str to int
        Column of each word.
    """

    def __init__(self, pair_buckets: int = 2**19, hash_words: bool = False) -> None:
        self.pair_buckets = pair_buckets
        self.hash_words = hash_words

    def fit(self, texts: Sequence[str], y: None = None) -> "WordCounts":
        """Learn the words of `texts`; ignore `y`."""
        found: dict[str, None] = {}
        for text in () if self.hash_words else texts:
            found.update(dict.fromkeys(Text.of(text).words))
        return self.know(list(found))

    def know(self, words: list[str]) -> "WordCounts":
        """Take `words` as the vocabulary, each at the column of its place."""
        self.words_ = words
        self.vocabulary_ = {word: column for column, word in enumerate(words)}
        return self

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return counts, shape (n_texts, n_words + pair_buckets); unknown words count in their pairs alone."""
        check_is_fitted(self)
        return _counted(texts, self._columns, self.n_columns)

    def count_unknown(self, texts: Sequence[str]) -> np.ndarray:
        """Return how many words of each text the vocabulary lacks, shape (n_texts,)."""
        known = self.vocabulary_
        return np.array([sum(word not in known for word in Text.of(text).words) for text in texts], np.float32)

    @property
    def n_words(self) -> int:
        """Number of columns that stand for single words."""
        return len(self.vocabulary_)

    @property
    def n_columns(self) -> int:
        """Number of all columns."""
        return self.n_words + self.pair_buckets

    def _columns(self, text: str) -> dict[int, int]:
        written = Text.of(text).words
        vocabulary, first, buckets = self.vocabulary_, self.n_words, self.pair_buckets
        row: Counter[int] = Counter(vocabulary[word] for word in written if word in vocabulary)
        if self.hash_words:
            row.update(first + hash_term(word) % buckets for word in written)
        row.update(first + hash_term(f"{one} {two}") % buckets for one, two in pairwise(written))
        return row


class CharacterCounts(TransformerMixin, BaseEstimator):
    """Count character n-grams by hashing (see `matchmaker.ranking.text.character_ngrams`).

    Hashing keeps no vocabulary, so nothing that a text holds, a telephone number say, can be read from the index.

    Parameters
    ----------
    buckets : int, default=2**20
        Number of columns.
    """

    def __init__(self, buckets: int = 2**20) -> None:
        self.buckets = buckets

    def fit(self, texts: Sequence[str], y: None = None) -> "CharacterCounts":
        """Do nothing but return self: hashing learns nothing."""
        return self

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return counts, shape (n_texts, buckets)."""
        return _counted(texts, self._columns, self.buckets)

    def _columns(self, text: str) -> dict[int, int]:
        buckets = self.buckets
        row: dict[int, int] = {}
        for gram, count in Text.of(text).gram_hashes:
            bucket = gram % buckets
            row[bucket] = row.get(bucket, 0) + count
        return row
