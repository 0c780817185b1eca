import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from matchmaker.ranking import allocation
from matchmaker.ranking.allocation import TooLargeError, allot

NAMES = "abcde"


def value(fits, given_):
    """How many got something, and the sum of their fits."""
    got = [row[name] for row, name in zip(fits, given_, strict=True) if name is not None]
    return len(got), round(sum(got), 9)


def keeps(fits, places, given_) -> bool:
    counts = {name: given_.count(name) for name in given_ if name}
    return all(name is None or name in row for row, name in zip(fits, given_, strict=True)) and all(
        count <= places.get(name, len(fits)) for name, count in counts.items())


def by_hand(fits, places):
    """The best value of all ways there are."""
    ways = itertools.product(*[[None, *row] for row in fits])
    return max(value(fits, list(way)) for way in ways if keeps(fits, places, list(way)))


def by_linear_program(fits, places):
    """The best value by HiGHS: first the most needs, then the greatest sum with that many."""
    edges = [(need, name, fit) for need, row in enumerate(fits) for name, fit in row.items()]
    names = sorted({name for _need, name, _fit in edges})
    at = np.arange(len(edges))
    once = sparse.csr_array((np.ones(len(edges)), ([need for need, _n, _f in edges], at)), shape=(len(fits), len(edges)))
    room = sparse.csr_array((np.ones(len(edges)), ([names.index(name) for _n, name, _f in edges], at)),
                            shape=(len(names), len(edges)))
    limits = np.array([1] * len(fits) + [places.get(name, len(fits)) for name in names])
    rules = sparse.vstack([once, room])
    most = round(-linprog(-np.ones(len(edges)), A_ub=rules, b_ub=limits, bounds=(0, None)).fun)
    best = linprog([-fit for _need, _name, fit in edges], A_ub=rules, b_ub=limits, bounds=(0, None),
                   A_eq=np.ones((1, len(edges))), b_eq=[most])
    return most, -best.fun


fit = st.integers(500, 1000).map(lambda number: number / 1000)
cases = st.tuples(st.lists(st.dictionaries(st.sampled_from(NAMES), fit, max_size=3), max_size=6),
                  st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3)))


@settings(max_examples=150, deadline=None)
@given(cases)
def test_no_other_way_is_better(case):
    fits, places = case
    found = allot(fits, places)
    assert keeps(fits, places, found.given)
    assert value(fits, found.given) == by_hand(fits, places)
    assert found.fit == pytest.approx(value(fits, found.given)[1])
    assert found.best_fit == pytest.approx(sum(max(row.values()) for row in fits if row))
    assert sum(found.wanted.values()) == sum(map(bool, fits))


def drawn(needs, offerings, share, most, seed):
    draw = np.random.default_rng(seed)
    popular = draw.beta(1, 3, offerings) ** 0.3
    fits = np.round(0.5 + 0.5 * draw.random((needs, offerings)) * popular, 4)
    there = draw.random((needs, offerings)) < share
    return ([{f"o{at}": float(fits[need, at]) for at in np.nonzero(there[need])[0]} for need in range(needs)],
            {f"o{at}": int(count) for at, count in enumerate(draw.integers(0, most, offerings))})


@pytest.mark.parametrize(("needs", "offerings", "share", "most"), [
    (120, 20, 0.3, 5), (300, 60, 0.1, 8), pytest.param(2_000, 300, 0.1, 6, marks=pytest.mark.faults)])
def test_it_is_as_good_as_a_linear_program(needs, offerings, share, most):
    fits, places = drawn(needs, offerings, share, most, seed=needs)
    found = allot(fits, places)
    assert keeps(fits, places, found.given)
    count, total = value(fits, found.given)
    best_count, best_total = by_linear_program(fits, places)
    assert count == best_count
    assert total == pytest.approx(best_total, abs=1e-5)


def test_many_firms_come_before_a_few_good_fits():
    assert allot([{"a": 1.0, "b": 0.5}, {"a": 0.5}], {"a": 1}).given == ["b", "a"]


def test_nobody_and_nothing_to_give():
    assert allot([], {}).given == []
    assert allot([{}, {"a": 0.9}], {"a": 0}).given == [None, None]


def test_what_would_take_too_much_memory_is_refused(monkeypatch):
    monkeypatch.setattr(allocation, "MOST_EDGES", 10)
    with pytest.raises(TooLargeError):
        allot([{"a": 0.9}] * 8, {"a": 4})
