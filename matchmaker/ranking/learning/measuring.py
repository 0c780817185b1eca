"""How good an order of judged lists is, with and without correction for what was looked at."""

from collections.abc import Sequence

import numpy as np

from matchmaker.ranking.learning.lists import JudgedList
from matchmaker.ranking.learning.pairs import inverse_propensity
from matchmaker.ranking.learning.settings import Position

K = 10


def ndcg(gains: np.ndarray, among: np.ndarray | None = None, k: int = K) -> float:
    """Return nDCG@k of gains in the order in which they were ranked; 0 where none gains anything.

    The best that there could be is made of them, or of the gains `among` which they were found.

    The gain itself is discounted by log2(1 + place) (Järvelin & Kekäläinen, TOIS 2002), as `matchmaker evaluate` does.
    """
    discounts = 1 / np.log2(np.arange(2, k + 2))
    greatest = np.sort(gains if among is None else among)[::-1][:k]
    best = greatest @ discounts[:len(greatest)]
    return float(gains[:k] @ discounts[:len(gains[:k])] / best) if best else 0.0


def judged(lists: Sequence[JudgedList]) -> list[JudgedList]:
    """Return the lists on which the firm picked something that still has a grade."""
    return [one for one in lists if one.picked and one.grades[:one.shown].any()]


def measure_lists(lists: Sequence[JudgedList], vector: np.ndarray, position: Position) -> np.ndarray:
    """Return the DCG@10 of each list by some weights, shape (n_lists,), over what was shown.

    What was not shown could not be picked, so it is left out. A grade counts by the inverse of the chance that its
    place was looked at, which makes the sum an unbiased one (Joachims et al. 2017, equation 4). That holds for sums
    over lists alone, so all are divided by the mean of the best DCG that they could have, and not each by its own.
    """
    discounts = 1 / np.log2(np.arange(2, K + 2))
    values, bests = [], []
    for one in lists:
        gains = (one.grades[:one.shown] * inverse_propensity(np.arange(one.shown), position))
        ordered = gains[np.argsort(-np.round(one.parts[:one.shown] @ vector, 6), kind="stable")][:K]
        values.append(ordered @ discounts[:len(ordered)])
        bests.append(np.sort(gains)[::-1][:K] @ discounts[:len(ordered)])
    return np.array(values) / (np.mean(bests) if values else 1.0)


def platforms_by(lists: Sequence[JudgedList], vector: np.ndarray) -> list[list[str]]:
    """Return the platforms of each list, best first by some weights, of all that was considered."""
    return [[one.platforms[place] for place in one.order(vector).tolist()] for one in lists]
