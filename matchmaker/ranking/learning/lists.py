"""Lists that people judged: what each channel and factor gave to every offering, and what became of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from matchmaker.ranking.factors import SOFT_FACTORS
from matchmaker.ranking.queries import CHANNELS
from matchmaker.ranking.weights import Weights

FACTORS = tuple(factor.name for factor in SOFT_FACTORS)
N_PARTS = len(CHANNELS) + len(FACTORS)
PLACES = 3
"""Weights are written with so many decimals."""


@dataclass(frozen=True)
class Decision:
    """What a reviewer decided about an offering for a need: that it fits, or that it does not."""

    reviewer: str
    fits: bool
    at: dt.datetime


@dataclass(frozen=True, eq=False)
class JudgedList:
    """One list of offerings as it was ranked, best first, with what people made of it.

    Attributes
    ----------
    firm : str
        Tells firms apart and names none.
    at : datetime
        When it was made.
    platforms : sequence of str, n_offerings
    parts : ndarray of shape (n_offerings, n_parts)
        What each channel, then each soft factor gave before it was weighed, in the order of `CHANNELS` and `FACTORS`.
    shown : int
        How many of the first were shown.
    grades : ndarray of shape (n_offerings,), int
        What the firm made of each: 0 for what it passed over or was not shown.
    decisions : mapping of int to Decision
        What reviewers decided, by place in the list, counted from 0.
    picked : bool
        Whether the firm chose itself, so that what it passed over says something.
    groups : sequence of str
        What is known of the firm and its need, for instance ``language:zh``.
    """

    firm: str
    at: dt.datetime
    platforms: Sequence[str]
    parts: np.ndarray
    shown: int
    grades: np.ndarray
    decisions: Mapping[int, Decision] = field(default_factory=dict)
    picked: bool = True
    groups: Sequence[str] = ()

    def order(self, vector: np.ndarray) -> np.ndarray:
        """Return the places of the offerings, best first, by other weights; equal ones as they were."""
        return np.argsort(-np.round(self.parts @ vector, 6), kind="stable")


def vector_of(weights: Weights) -> np.ndarray:
    """Return what each part counts in the score, shape (n_parts,)."""
    channels = [weights.text * weights.channels[name] for name in CHANNELS]
    return np.array([*channels, *(weights.factors[name] for name in FACTORS)])


def multiplied(weights: Weights, multiples: np.ndarray) -> Weights:
    """Return weights with every channel and factor multiplied, rounded as they are written."""
    of = dict(zip((*CHANNELS, *FACTORS), multiples.tolist(), strict=True))
    return replace(weights, channels={name: round(weight * of[name], PLACES) for name, weight in
                                      weights.channels.items()},
                   factors={name: round(weight * of[name], PLACES) for name, weight in weights.factors.items()})
