"""A text that remembers its words and n-grams, so that all who share an analysis do it once."""

from collections import Counter
from functools import cached_property

from sklearn.utils import murmurhash3_32

from matchmaker.ranking.text.ngrams import character_ngrams
from matchmaker.ranking.text.words import words


class Text(str):
    """A string with its analysis, done at first use.

    >>> Text("climate chambers").words
    ['climat', 'chamber']
    """

    @classmethod
    def of(cls, text: str) -> "Text":
        """Return `text` itself when it may have been analysed already, else a new one."""
        return text if isinstance(text, cls) else cls(text)

    @cached_property
    def words(self) -> list[str]:
        """The content words in order (see `matchmaker.ranking.text.words.words`)."""
        return words(self)

    @cached_property
    def gram_hashes(self) -> list[tuple[int, int]]:
        """The hash of each character n-gram (see `character_ngrams`), and how often it occurs."""
        return [(hash_term(gram), count) for gram, count in Counter(character_ngrams(self)).items()]


def hash_term(term: str) -> int:
    """Return a hash of a term, in [0, 2**32), that is the same in every process."""
    return int(murmurhash3_32(term, positive=True))
