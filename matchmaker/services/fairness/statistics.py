"""The statistics of fairness: intervals of rates, and times of which some are not over yet."""

import math
from statistics import NormalDist

import numpy as np

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


def wilson(good: int, of: int) -> tuple[float, float]:
    """Return the score interval of a rate (Wilson, JASA 1927) at `LEVEL`.

    >>> [round(bound, 4) for bound in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    share, spread = good / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def ratio_interval(good: int, of: int, other_good: int, other_of: int) -> tuple[float, float] | None:
    """Return the interval of a ratio of two rates (Katz et al., Biometrics 1978); None where one of them is nought.

    >>> [round(bound, 3) for bound in ratio_interval(15, 50, 30, 50)]
    [0.309, 0.81]
    """
    if not good or not other_good:
        return None
    middle = math.log(good / of / (other_good / other_of))
    half = Z * math.sqrt(1 / good - 1 / of + 1 / other_good - 1 / other_of)
    return math.exp(middle - half), math.exp(middle + half)


def median_time(times: np.ndarray, is_over: np.ndarray) -> float | None:
    """Return the time by which half are over (Kaplan & Meier, JASA 1958); None where that is not reached yet.

    Parameters
    ----------
    times : ndarray of shape (n,)
        How long it took, or has lasted so far.
    is_over : ndarray of shape (n,), bool
        Whether it is over, or still lasts.

    >>> median_time(np.array([1.0, 2.0, 3.0, 9.0]), np.array([True, True, True, False]))
    2.0
    """
    order = np.lexsort((~is_over, times))
    at_risk = np.arange(len(times), 0, -1)
    lasting = np.cumprod(1 - is_over[order] / at_risk)
    reached = np.flatnonzero(lasting <= 0.5 + 1e-12)
    return float(times[order][reached[0]]) if len(reached) else None


def shares_sooner(times: np.ndarray, is_over: np.ndarray, others: np.ndarray, others_over: np.ndarray) -> np.ndarray:
    """Return for each time the share of `others` that it is shorter than, shape (n,); what cannot be told counts half.

    It is the statistic of Mann and Whitney for times some of which are not over (Gehan, Biometrika 1965): .5 on average
    where both are of one distribution. Of two times the shorter is known where it is over.
    """
    every, over = np.sort(others), np.sort(others[others_over])
    longer = len(every) - np.searchsorted(every, times, "right")
    level = np.searchsorted(every, times, "right") - np.searchsorted(every, times, "left")
    level_over = np.searchsorted(over, times, "right") - np.searchsorted(over, times, "left")
    sooner = np.where(is_over, longer + level - level_over, 0)
    later = np.searchsorted(over, times, "left") + np.where(is_over, 0, level_over)
    return 0.5 + (sooner - later) / (2 * max(len(every), 1))
