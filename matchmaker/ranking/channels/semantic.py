"""Cosine of the vectors that a neural model gives to need and texts."""

import copy
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from sklearn.base import BaseEstimator

from matchmaker.ranking.semantic.vectors import Vectors

AT_ONCE = 256
"""So many texts are placed before their vectors are kept: what is broken off loses no more."""


class Encoder(Protocol):
    """What places texts, such as `matchmaker.ranking.semantic.encoder.SentenceEncoder`."""

    @property
    def name(self) -> str:
        """What tells it from any other; vectors of two encoders cannot be compared."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return vectors of length 1, or 0 where a text cannot be read, shape (n_texts, dimension), float32."""


class Semantic(BaseEstimator):
    """Score texts by the cosine of their vectors with a need's (Reimers & Gurevych 2019), 0 where it is below.

    Parameters
    ----------
    encoder : Encoder
    vectors : Vectors, optional
        Where vectors are kept from one catalogue to the next.

    Attributes
    ----------
    embeddings_ : ndarray of shape (n_texts, dimension), float32
    """

    def __init__(self, encoder: Encoder, vectors: Vectors | None = None) -> None:
        self.encoder = encoder
        self.vectors = vectors

    def fit(self, texts: Sequence[str], y: None = None) -> "Semantic":
        """Place the texts of a catalogue, those alone of which no vector is kept; ignore `y`."""
        if self.vectors is None:
            return self.know(self.encoder.encode(texts))
        self.place(texts)
        found, _ = self.vectors.find(texts, self.encoder.dimension)
        self.vectors.replace(texts, found)
        return self.know(found)

    def know(self, embeddings: np.ndarray) -> "Semantic":
        """Take over the vectors of a catalogue's texts."""
        self.embeddings_ = embeddings
        self._added, self._is_kept = embeddings[:0], np.zeros(0, bool)
        self._later: list[str] = []
        self._state = self.state
        return self

    def place(self, texts: Sequence[str]) -> None:
        """Keep a vector of each text."""
        if self.vectors is None:
            return
        _, is_kept = self.vectors.find(texts, self.encoder.dimension)
        lacking = list(dict.fromkeys(text for text, kept in zip(texts, is_kept, strict=True) if not kept))
        for start in range(0, len(lacking), AT_ONCE):
            chosen = lacking[start:start + AT_ONCE]
            self.vectors.add(chosen, self.encoder.encode(chosen))

    def grown(self, texts: Sequence[str], kept: np.ndarray, order: np.ndarray) -> "Semantic":
        """Return the channel with later texts: of those it holds the ones `kept`, and further ones, all in `order`.

        Those of which no vector is kept score 0.

        To place a text takes some hundredths of a second, and nobody who asks for matches shall wait for that: another
        process does so (`place`).
        """
        other = copy.copy(self)
        later = [*(self._later[place] for place in kept.tolist()), *texts]
        other._later = [later[place] for place in order.tolist()]
        return other._look_up()

    def completed(self) -> "Semantic":
        """Return the channel with the vectors that somebody has kept since; itself where there are none."""
        return self if self.n_lacking == 0 or self._state == self.state else copy.copy(self)._look_up()

    @property
    def n_lacking(self) -> int:
        """Of how many further texts no vector is kept."""
        return int((~self._is_kept).sum())

    def score(self, need: str) -> np.ndarray:
        """Return the scores of all texts for a need, shape (n_texts,), float32, in [0, 1]."""
        (sought,) = self.encoder.encode([need])
        # Not by BLAS, whose sums depend on how many threads a process lets it have.
        scores = [np.einsum("ij,j->i", held, sought) for held in (self.embeddings_, self._added)]
        return np.clip(np.concatenate(scores), 0, 1)

    @property
    def state(self) -> tuple[str, ...]:
        """What vectors are kept by now."""
        return self.vectors.state if self.vectors else ()

    def _look_up(self) -> "Semantic":
        size = self.embeddings_.shape[1]
        self._state = self.state
        self._added, self._is_kept = (
            self.vectors.find(self._later, size) if self.vectors
            else (np.zeros((len(self._later), size), np.float32), np.zeros(len(self._later), bool)))
        return self
