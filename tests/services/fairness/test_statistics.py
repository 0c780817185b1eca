import numpy as np
import pytest
from scipy import stats

from matchmaker.services.fairness.statistics import median_time, ratio_interval, shares_sooner, wilson


@pytest.mark.parametrize(("good", "of"), [(0, 7), (7, 7), (1, 3), (8, 10), (431, 1200)])
def test_intervals_of_rates_are_those_of_scipy(good, of):
    theirs = stats.binomtest(good, of).proportion_ci(method="wilson")
    assert wilson(good, of) == pytest.approx((theirs.low, theirs.high))


def test_intervals_of_ratios_are_those_of_scipy():
    theirs = stats.contingency.relative_risk(15, 50, 30, 50).confidence_interval(0.95)
    assert ratio_interval(15, 50, 30, 50) == pytest.approx((theirs.low, theirs.high))
    assert ratio_interval(0, 50, 30, 50) is None


def test_medians_are_those_of_scipy_with_what_is_not_over():
    rng = np.random.default_rng(1)
    for _case in range(50):
        times, is_over = rng.integers(1, 30, 40).astype(float), rng.random(40) < 0.6
        lasting = stats.ecdf(stats.CensoredData(uncensored=times[is_over], right=times[~is_over])).sf
        reached = lasting.quantiles[lasting.probabilities <= 0.5 + 1e-12]
        assert median_time(times, is_over) == (reached[0] if len(reached) else None)
    assert median_time(np.array([3.0, 4.0]), np.array([False, False])) is None


def test_shares_sooner_are_counted_pair_by_pair():
    rng = np.random.default_rng(2)
    times, others = rng.integers(1, 9, 30).astype(float), rng.integers(1, 9, 40).astype(float)
    is_over, others_over = rng.random(30) < 0.7, rng.random(40) < 0.7

    def one(time, over, other, other_over):
        if over and (time < other or (time == other and not other_over)):
            return 1.0
        return 0.0 if other_over and (other < time or (other == time and not over)) else 0.5

    expected = [np.mean([one(time, over, other, other_over) for other, other_over in zip(others, others_over, strict=True)])
                for time, over in zip(times, is_over, strict=True)]
    assert shares_sooner(times, is_over, others, others_over) == pytest.approx(np.array(expected))
    whole = np.ones(30, bool)
    theirs = stats.mannwhitneyu(others, times).statistic / (30 * 40)
    assert shares_sooner(times, whole, others, np.ones(40, bool)).mean() == pytest.approx(theirs)
