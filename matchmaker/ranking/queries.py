"""A need made ready to be searched for, what was found for it, and the channels in which it is scored."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from matchmaker.ranking.channels.concepts import Meant
from matchmaker.ranking.rows import Row
from matchmaker.ranking.spelling import Misspelt
from matchmaker.ranking.translation.translated import Translated
from matchmaker.ranking.translation.translator import Sought
from matchmaker.ranking.weights import newest

LEXICAL = ("words", "characters", "bm25", "pairs")
POSTED = (*LEXICAL, "concepts")
"""The channels that keep weights by term for all texts; a concept is a term too."""
SEARCHED = ("bm25", "concepts", "characters")
"""Those of them that find candidates, and so keep them by term as well."""
CHANNELS = (*LEXICAL, "translation", "feedback", "concepts", "semantic")
"""The last only where the operator has named a model; it is 0 otherwise."""
BESIDE = ("translation", "concepts", "semantic")
"""Channels that bring in texts which share no word with a need."""
WEIGHTS = newest().channels
DIGITS = 8
"""Channels are rounded to so many places, so that what is kept of them adds up to the very same score again."""


class Query(NamedTuple):
    """A need as the ranker sees it."""

    terms: Mapping[str, Row]
    """Channel that keeps weights by term → weighted terms of the need."""
    feedback: Row
    """Weights of the words that the texts found first add; the same under every filter."""
    meant: Sequence[Meant]
    """The concepts that the need is about, likeliest first."""
    scale: float
    """What all channels are multiplied by, in (0, 1], so that feedback changes a need's order and not its level."""
    scores: Mapping[str, np.ndarray]
    """Channel that keeps no such weights → scores of all texts, shape (n_texts,); but for feedback."""
    reached: Mapping[str, np.ndarray]
    """The same channels → the texts that score above 0, ascending."""
    translated: Translated | None
    """What finds texts in the other language; None when all offerings have a text in the need's own."""
    sought: Sought | None
    """What is looked for there."""
    misspelt: Sequence[Misspelt] = ()
    """Words that are read as others, which the catalogue knows."""

    def meaning_of(self, text: int) -> float:
        """Return how near a neural model takes a text to be, in [0, 1]; 0 where there is no model."""
        return float(self.scores["semantic"][text]) if "semantic" in self.scores else 0.0


class Ranked(NamedTuple):
    """What was found for one need, best first; arrays of the same length."""

    offerings: np.ndarray
    texts: np.ndarray
    scores: np.ndarray
    channels: np.ndarray
    """Shape (n_found, 8): the channels' scaled scores, each in [0, 1], in the order of `CHANNELS`."""


def weigh(channels: np.ndarray, weights: Mapping[str, float]) -> np.ndarray:
    """Return the weighted sums of channels, shape (n_found, 8), added up one after the other.

    A product of matrices may add in another order for another number of rows; these are equal to the last bit.
    """
    sums = np.zeros(len(channels))
    for place, name in enumerate(CHANNELS):
        sums += weights[name] * channels[:, place]
    return sums
