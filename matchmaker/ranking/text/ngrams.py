"""Character n-grams: they find parts of words, spelling variants and Chinese words that a segmenter cuts otherwise."""

import re
from collections.abc import Iterable

from matchmaker.ranking.text.words import normalise

_RUNS = re.compile(r"[㐀-鿿]+|[^\W_㐀-鿿]+")
LATIN = (3, 5)
HAN = (1, 3)
MAXIMUM_CHARACTERS = 4000


def character_ngrams(text: str, latin: tuple[int, int] = LATIN, han: tuple[int, int] = HAN) -> Iterable[str]:
    """Return the character n-grams of the first 4,000 characters of `text`, within words.

    Latin runs are padded with a blank on both sides, as in scikit-learn's ``char_wb``; Han runs are not.

    >>> list(character_ngrams("cnc", latin=(3, 4)))
    [' cn', 'cnc', 'nc ', ' cnc', 'cnc ']
    """
    grams: list[str] = []
    for run in _RUNS.findall(normalise(text[:MAXIMUM_CHARACTERS])):
        is_han = "㐀" <= run[0] <= "鿿"
        padded, (low, high) = (run, han) if is_han else (f" {run} ", latin)
        for n in range(low, min(high, len(padded)) + 1):
            grams.extend([padded[i:i + n] for i in range(len(padded) - n + 1)])
    return grams
