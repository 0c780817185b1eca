import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from matchmaker.ranking.rows import greatest, row

SMALL = st.sampled_from(np.array([0, 0, 0, 1, 2, -1.5], np.float32))
MATRICES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=SMALL))


@given(MATRICES)
def test_each_row_comes_back(dense):
    matrix = csr_matrix(dense)
    for place, line in enumerate(dense):
        columns, weights = row(matrix, place)
        assert columns.tolist() == np.flatnonzero(line).tolist()
        assert weights.tolist() == line[line != 0].tolist()


@given(arrays(np.float32, st.integers(0, 12), elements=SMALL), st.integers(1, 15))
def test_the_greatest_scores_are_found_and_nothing_that_is_not_above_0(scores, k):
    found = greatest(scores, k)
    assert sorted(scores[found], reverse=True) == sorted((score for score in scores if score > 0), reverse=True)[:k]
    assert len(set(found.tolist())) == len(found)
