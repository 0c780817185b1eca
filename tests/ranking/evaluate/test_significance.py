import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.ranking.evaluate import bootstrap_interval, compare

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


@given(VALUES)
def test_the_interval_lies_within_the_values_and_is_the_same_twice(values):
    low, high = bootstrap_interval(values)
    assert values.min() - 1e-9 <= low <= high <= values.max() + 1e-9
    assert bootstrap_interval(values) == (low, high)


def test_the_interval_is_about_that_of_the_normal_distribution():
    values = np.random.default_rng(1).normal(0.5, 0.1, 400)
    low, high = bootstrap_interval(values)
    reach = 1.96 * values.std(ddof=1) / math.sqrt(400)
    assert (low, high) == pytest.approx((values.mean() - reach, values.mean() + reach), abs=reach / 10)


def test_about_95_of_100_intervals_hold_the_truth():
    rng = np.random.default_rng(2)
    held = sum(low <= 0.3 <= high for low, high in (bootstrap_interval(rng.beta(0.3, 0.7, 60)) for _ in range(100)))
    assert 88 <= held <= 100


def test_the_permutation_test_of_few_needs_is_exact():
    differences = np.array([0.5, 0.1, -0.2, 0.3, 0.25, 0.0, 0.7])
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product([-1, 1], repeat=7)]
    exact = np.mean([total >= differences.sum() - 1e-9 for total in sums])
    assert compare(differences, np.zeros(7)).p_permutation == pytest.approx(exact)


def test_the_t_test_is_the_textbooks():
    """The sleep data of Student (1908): t = -4.0621 with 9 degrees of freedom, p = 0.002833."""
    one = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    other = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    found = compare(one, other)
    assert found.difference == pytest.approx(-1.58)
    assert found.p_t == pytest.approx(0.002833, abs=1e-6)
    assert found.interval[1] < 0


def test_both_tests_are_two_sided_and_do_not_care_who_is_first():
    rng = np.random.default_rng(3)
    one, other = rng.random(200), rng.random(200)
    forth, back = compare(one, other), compare(other, one)
    assert (forth.p_t, forth.p_permutation) == pytest.approx((back.p_t, back.p_permutation), abs=0.01)
    assert forth.p_t == pytest.approx(forth.p_permutation, abs=0.03)
    assert forth.difference == -back.difference


def test_equal_rankings_differ_by_nothing():
    assert compare(np.array([0.1, 1.0]), np.array([0.1, 1.0])) == (0.0, (0.0, 0.0), 1.0, 1.0)


@pytest.mark.parametrize("needs", [1, 2, 5])
def test_where_the_t_test_says_nothing_there_is_no_number(needs):
    found = compare(np.full(needs, 0.75), np.full(needs, 0.25))
    assert found.difference == 0.5
    assert math.isnan(found.p_t)
    assert found.p_permutation == pytest.approx(2 / 2**needs)
