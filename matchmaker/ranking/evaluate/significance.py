"""How sure a measured figure is, and a difference between two rankings.

Both rankings answered the same needs, so all is paired by need. Two tests are given, two-sided, both of the mean
difference; in practice they and the bootstrap agree (Smucker, Allan & Carterette, CIKM 2007), with thousands of needs
too (Ihemelandu & Ekstrand, SIGIR 2023). The t-test decides: it draws nothing, so no number of draws bounds
its p values. The permutation test of the signs stands beside it as a check, since it does not take the mean to be
normally distributed. Wilcoxon's test is left out: it is none of means, and both papers advise against it.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import permutation_test, ttest_rel

SEED = 20261120
RESAMPLES = 2_000
"""Draws for an interval; a thousand are enough for percentiles (Efron & Tibshirani 1993, section 14.3)."""
PERMUTATIONS = 9_999
"""Draws of signs; the least p value that can be seen is 2 / (this + 1)."""
LEVEL = 0.95
BATCH = 2_000_000
"""So many numbers are drawn at a time, which bounds the memory."""


class Comparison(NamedTuple):
    """A mean difference, its bootstrap interval, and the p values of two paired tests, two-sided.

    `p_t` is not a number where the t-test says nothing: with one need, or the same difference for all needs.
    """

    difference: float
    interval: tuple[float, float]
    p_t: float
    p_permutation: float


def bootstrap_interval(values: np.ndarray) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a mean, by drawing needs with replacement (Sakai, SIGIR 2006).

    Parameters
    ----------
    values : ndarray of shape (n_needs,)
        One measure of each need.

    Returns
    -------
    tuple of float
        Bounds that hold `LEVEL` of the means of `RESAMPLES` draws. The same values give the same bounds.
    """
    rng = np.random.default_rng(SEED)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def compare(ours: np.ndarray, theirs: np.ndarray) -> Comparison:
    """Compare two rankings by one measure of the same needs, shape (n_needs,) each."""
    differences = ours - theirs
    if not differences.any():
        return Comparison(0.0, (0.0, 0.0), 1.0, 1.0)
    varies = len(differences) > 1 and np.ptp(differences) > 1e-12
    p_t = float(ttest_rel(ours, theirs).pvalue) if varies else math.nan
    return Comparison(float(differences.mean()), bootstrap_interval(differences), p_t, _permute_signs(differences))


def _permute_signs(differences: np.ndarray) -> float:
    """Return the p value of the mean under changes of each difference's sign; all of them where they are few."""
    if len(differences) < 2:
        return 1.0
    batch = max(BATCH // len(differences), 1)
    found = permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=PERMUTATIONS, batch=batch,
                             rng=np.random.default_rng(SEED))
    return float(found.pvalue)
