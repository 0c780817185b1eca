import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from matchmaker.ranking.rows import Rows

SMALL = st.sampled_from(np.array([0, 0, 0, 1, 2, -1.5], np.float32))
MATRICES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=SMALL))


@given(MATRICES, st.data())
def test_dot_is_that_of_dense_rows(dense, data):
    chosen = np.array(data.draw(st.lists(st.integers(0, len(dense) - 1), max_size=8)), np.int64)
    need = data.draw(arrays(np.float32, dense.shape[1], elements=SMALL))
    found = Rows.of(csr_matrix(dense)).dot(chosen, need)
    assert found.tolist() == (dense[chosen] @ need).tolist()
    assert found.dtype == np.float32


@given(MATRICES, st.data())
def test_add_to_is_that_of_dense_rows(dense, data):
    chosen = np.array(data.draw(st.lists(st.integers(0, len(dense) - 1), max_size=8)), np.int64)
    factors = data.draw(arrays(np.float32, len(chosen), elements=SMALL))
    scores = np.ones(dense.shape[1], np.float32)
    Rows.of(csr_matrix(dense)).add_to(scores, chosen, factors)
    assert np.allclose(scores, 1 + factors @ dense[chosen])


@given(MATRICES)
def test_each_row_comes_back(dense):
    rows = Rows.of(csr_matrix(dense))
    for place, line in enumerate(dense):
        columns, weights = rows.row(place)
        assert columns.tolist() == np.flatnonzero(line).tolist()
        assert weights.tolist() == line[line != 0].tolist()


def test_rows_that_cannot_be_written_serve_too():
    rows = Rows.of(csr_matrix(np.eye(3, dtype=np.float32)))
    for array in rows:
        array.flags.writeable = False
    assert rows.dot(np.array([2, 0]), np.array([1, 2, 3], np.float32)).tolist() == [3, 1]
