"""How far texts reach a need by translations: compiled and plain say the same to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from matchmaker.ranking.translation import counting
from matchmaker.ranking.translation.counting import reach

SHARES = st.sampled_from([0.0, 0.0, 0.1, 1 / 3, 0.7, 1.0])
COUNTS = st.sampled_from([0, 0, 0, 1, 2, 7])


@st.composite
def needs(draw):
    """Return links, postings, discounts, weights, and which texts are wanted."""
    n_terms, n_targets, n_texts = (draw(st.integers(0, 5)), draw(st.integers(1, 6)), draw(st.integers(1, 9)))
    shares = draw(st.lists(SHARES, min_size=n_terms * n_targets, max_size=n_terms * n_targets))
    counts = draw(st.lists(COUNTS, min_size=n_targets * n_texts, max_size=n_targets * n_texts))
    discount = draw(st.lists(st.floats(0.25, 3, width=32), min_size=n_texts, max_size=n_texts))
    weights = draw(st.lists(st.floats(0, 9), min_size=n_terms, max_size=n_terms))
    return (csr_matrix(np.array(shares, np.float32).reshape(n_terms, n_targets)),
            csr_matrix(np.array(counts, np.float32).reshape(n_targets, n_texts)),
            np.array(discount, np.float32), np.array(weights),
            np.array(draw(st.lists(st.booleans(), min_size=n_texts, max_size=n_texts))))


@settings(max_examples=200)
@given(needs())
def test_both_ways_say_the_same_to_the_last_bit(need):
    if counting._compiled() is None:
        pytest.skip("Numba is not installed")
    assert reach(*need).tolist() == counting._reach_plainly(*need).tolist()


def test_without_numba_all_is_plain(monkeypatch):
    monkeypatch.setattr(counting, "_compiled", lambda: None)
    one = csr_matrix(np.array([[0.5, 0.5]], np.float32))
    postings = csr_matrix(np.array([[2, 0, 0], [2, 1, 0]], np.float32))
    found = reach(one, postings, np.full(3, 2, np.float32), np.array([3.0]), np.array([True, True, False]))
    assert found.tolist() == pytest.approx([1.5, 0.6, 0])
    assert reach(one, postings, np.full(3, 2, np.float32), np.array([3.0]), np.zeros(3, bool)).tolist() == [0, 0, 0]
