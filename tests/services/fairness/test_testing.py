import numpy as np
import pytest
from scipy import stats

from matchmaker.services.fairness import testing
from tests.services.fairness.months import alarms, month

LOW = 0.0125


def test_a_province_served_late_raises_an_alarm_in_the_month():
    found = alarms(month(np.random.default_rng(11), province=2, slower=3))
    assert {(one.dimension, one.value, one.outcome) for one in found} == {("province", "2", "time")}
    assert all(one.is_within and one.ratio < 0.6 and one.figure > one.others for one in found)


def test_a_province_accepted_far_less_raises_an_alarm_in_the_month():
    found = alarms(month(np.random.default_rng(12), province=2, declined=2))
    assert ("province", "2", "accepted") in {(one.dimension, one.value, one.outcome) for one in found}


def test_without_bias_there_is_no_alarm():
    rng = np.random.default_rng(13)
    assert [alarms(month(rng)) for _month in range(3)] == [[], [], []]


@pytest.mark.parametrize("k", [5, 12, 40])
def test_drawn_probabilities_are_those_of_all_draws(k):
    """With outcomes of 0 and 1 the sum of firms that are drawn is hypergeometric."""
    bad = np.array([1.0] * 24 + [0.0] * 56)
    for seen in range(max(k // 2, 4), k + 1):
        is_member = np.zeros(80, bool)
        is_member[:min(seen, 24)] = True
        is_member[24:24 + k - min(seen, 24)] = True
        exact = stats.hypergeom.sf(is_member[:24].sum() - 1, 80, 24, k)
        found = testing.p_worse(bad, is_member, LOW)
        if found <= LOW:
            assert found == pytest.approx(exact, abs=4 * np.sqrt(exact / (testing.BATCH // 80)) + 8 / testing.DRAWS)
        else:
            assert exact > LOW / 4


def test_a_group_that_fares_better_or_the_same_is_never_worse():
    is_member = np.arange(40) < 10
    assert testing.p_worse(np.where(is_member, 0.0, 1.0), is_member, LOW) > 0.99
    assert testing.p_worse(np.ones(40), is_member, LOW) == 1.0


def test_holm_is_stricter_the_more_there_is_to_test():
    assert testing.holm([0.001, 0.2], 0.05) == [True, False]
    assert testing.holm([0.001] + [0.2] * 60, 0.05) == [False] * 61
    assert testing.holm([], 0.05) == []
