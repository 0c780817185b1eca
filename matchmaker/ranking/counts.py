"""From texts to counts: how often each term occurs in each text."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.rows import Row
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
    # In the type that SciPy would choose, which takes it longer than all else where there is but one text.
    ends = np.asarray(indptr, np.int32 if indptr[-1] < 2**31 else np.int64)
    counts = csr_matrix(
        (np.asarray(data, np.float32), np.asarray(indices, np.int32), ends),
        shape=(len(indptr) - 1, width),
    )
    counts.sort_indices()
    return counts


class WordCounts(TransformerMixin, BaseEstimator):
    """Count single words by a vocabulary, and pairs of neighbouring words by hashing.

    The first ``pair_buckets`` columns are buckets of pairs, the others are words: pairs are many, rare and never shown
    one by one, so they need no vocabulary; and words that come later find their columns at the end. With
    ``hash_words=True`` single words are hashed into the same buckets and there is no vocabulary at all.

    Parameters
    ----------
    pair_buckets : int, default=2**19
        Number of buckets for pairs.
    hash_words : bool, default=False
        Hash single words too.

    Attributes
    ----------
    words_ : sequence of str
        The words learnt, in the order of their columns.
    vocabulary_ : mapping of str to int
        Place of each of them.
    recent_ : dict of str to int
        Place of each word that came later, after those.
    """

    def __init__(self, pair_buckets: int = 2**19, hash_words: bool = False) -> None:
        self.pair_buckets = pair_buckets
        self.hash_words = hash_words

    def fit(self, texts: Sequence[str], y: None = None) -> "WordCounts":
        """Learn the words of `texts`; ignore `y`."""
        found: dict[str, None] = {}
        for text in () if self.hash_words else texts:
            found.update(dict.fromkeys(Text.of(text).words))
        return self.know([*found], {word: column for column, word in enumerate(found)})

    def know(self, words: Sequence[str], vocabulary: Mapping[str, int]) -> "WordCounts":
        """Take over what was learnt before: words, and the place of each."""
        self.words_, self.vocabulary_ = words, vocabulary
        self.recent_: dict[str, int] = {}
        return self

    def grown(self, texts: Sequence[str], words: Iterable[str] = ()) -> "WordCounts":
        """Return counts that know, after the words learnt, those of `texts` and further `words`, by the alphabet."""
        found = {word for text in texts for word in Text.of(text).words if word not in self.vocabulary_}.union(words)
        other = WordCounts(self.pair_buckets, self.hash_words)
        other.words_, other.vocabulary_ = self.words_, self.vocabulary_
        other.recent_ = {word: place for place, word in enumerate(sorted(found), len(self.words_))}
        return other

    def place(self, word: str) -> int | None:
        """Return the place of a known word among all words."""
        found = self.vocabulary_.get(word)
        return self.recent_.get(word) if found is None else found

    def word(self, place: int) -> str:
        """Return the word at a place."""
        n_learnt = len(self.words_)
        return self.words_[place] if place < n_learnt else [*self.recent_][place - n_learnt]

    def words_of(self, counts: csr_matrix) -> csr_matrix:
        """Return the counts of single words alone, shape (n_texts, n_words), without those of pairs."""
        return counts[:, self.pair_buckets:]

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return counts, shape (n_texts, pair_buckets + n_words); unknown words count in their pairs alone."""
        check_is_fitted(self)
        return _counted(texts, self._columns, self.n_columns)

    def count(self, text: str) -> Row:
        """Return the same of one text."""
        return Row.of(self._columns(text))

    @property
    def n_words(self) -> int:
        """Number of columns that stand for single words."""
        return len(self.vocabulary_) + len(self.recent_)

    @property
    def n_columns(self) -> int:
        """Number of all columns."""
        return self.n_words + self.pair_buckets

    def _columns(self, text: str) -> dict[int, int]:
        written = Text.of(text).words
        buckets = self.pair_buckets
        row: Counter[int] = Counter()
        for word, count in Counter(written).items():
            if (place := self.place(word)) is not None:
                row[buckets + place] = count
        if self.hash_words:
            row.update(hash_term(word) % buckets for word in written)
        row.update(hash_term(f"{one} {two}") % buckets for one, two in pairwise(written))
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

    def count(self, text: str) -> Row:
        """Return the same of one text."""
        return Row.of(self._columns(text))

    def _columns(self, text: str) -> dict[int, int]:
        buckets = self.buckets
        row: dict[int, int] = {}
        for gram, count in Text.of(text).gram_hashes:
            bucket = gram % buckets
            row[bucket] = row.get(bucket, 0) + count
        return row
