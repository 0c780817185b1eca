"""Which platforms stand at the head of lists, as plain functions of the lists."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

HEAD = 10


class Exposure(NamedTuple):
    """How the first places of lists are spread over platforms."""

    shares: dict[str, float]
    """Of the first ten places, by platform."""
    gini: float
    """How unevenly these are spread over the platforms that are considered at all, from 0 to 1."""
    top_one: float
    """The share of the lists that the platform heads which heads most."""


def exposure(lists: Sequence[Sequence[str]]) -> Exposure:
    """Return how the first places of lists of platforms, best first, are spread.

    Examples
    --------
    >>> exposure([["a", "b"], ["a", "b"]])
    Exposure(shares={'a': 0.5, 'b': 0.5}, gini=0.0, top_one=1.0)
    """
    known = sorted({platform for one in lists for platform in one})
    shares = share_of_first(lists, HEAD)
    firsts = Counter(one[0] for one in lists if one)
    spread = {platform: shares.get(platform, 0.0) for platform in known}
    return Exposure(spread, gini([*spread.values()]), max(firsts.values(), default=0) / max(len(lists), 1))


def share_of_first(lists: Sequence[Sequence[str]], k: int) -> dict[str, float]:
    """Return the share of the first k places that each platform has."""
    counts = Counter(platform for one in lists for platform in one[:k])
    return {platform: count / counts.total() for platform, count in sorted(counts.items())}


def gini(values: Sequence[float]) -> float:
    """Return the Gini coefficient of amounts: 0 where all are the same, towards 1 where one has all.

    Examples
    --------
    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 1])
    (0.0, 0.75)
    """
    ordered = np.sort(np.asarray(values, float))
    if not len(ordered) or not ordered.sum():
        return 0.0
    ranks = np.arange(1, len(ordered) + 1)
    return float(np.sum((2 * ranks - len(ordered) - 1) * ordered) / (len(ordered) * ordered.sum()))
