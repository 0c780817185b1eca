"""A hundred months of looks without bias, and twenty with one planted."""

import numpy as np
import pytest

from tests.services.fairness.months import alarms, month

pytestmark = pytest.mark.faults


def test_without_bias_at_most_five_of_a_hundred_months_have_a_false_alarm():
    rng = np.random.default_rng(2026)
    false = [number for number in range(100) if alarms(month(rng))]
    assert len(false) <= 5, false


@pytest.mark.parametrize("bias", [{"slower": 3.0}, {"declined": 2.0}])
def test_a_planted_bias_is_found_in_the_month(bias):
    rng = np.random.default_rng(2027)
    found = [{(one.dimension, one.value) for one in alarms(month(rng, province=2, **bias))} for _month in range(10)]
    assert sum(("province", "2") in one for one in found) >= 9, found
