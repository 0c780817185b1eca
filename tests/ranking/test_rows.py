import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from matchmaker.ranking.rows import greatest, row, score_all, score_some

SMALL = st.sampled_from(np.array([0, 0, 0, 1, 2, -1.5], np.float32))
MATRICES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=SMALL))


@given(MATRICES, st.data())
def test_scores_are_the_inner_products_of_dense_rows(texts, data):
    chosen = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=8)), np.int64)
    need = data.draw(arrays(np.float32, texts.shape[1], elements=SMALL))
    by_postings = score_all(csr_matrix(texts).T.tocsr(), csr_matrix(need[None]))
    by_text = score_some(csr_matrix(texts), chosen, need)
    assert by_postings.tolist() == (texts @ need).tolist()
    assert by_text.tolist() == (texts[chosen] @ need).tolist()
    assert (by_postings.dtype, by_text.dtype) == (np.float32, np.float32)


@given(MATRICES)
def test_each_row_comes_back(dense):
    matrix = csr_matrix(dense)
    for place, line in enumerate(dense):
        columns, weights = row(matrix, place)
        assert columns.tolist() == np.flatnonzero(line).tolist()
        assert weights.tolist() == line[line != 0].tolist()


def test_matrices_that_cannot_be_written_serve_too():
    matrix = csr_matrix(np.eye(3, dtype=np.float32))
    for array in (matrix.data, matrix.indices, matrix.indptr):
        array.flags.writeable = False
    need = np.array([1, 2, 3], np.float32)
    assert score_some(matrix, np.array([2, 0]), need).tolist() == [3, 1]
    assert score_all(matrix, csr_matrix(need[None])).tolist() == [1, 2, 3]


@given(arrays(np.float32, st.integers(0, 12), elements=SMALL), st.integers(1, 15))
def test_the_greatest_scores_are_found_and_nothing_that_is_not_above_0(scores, k):
    found = greatest(scores, k)
    assert sorted(scores[found], reverse=True) == sorted((score for score in scores if score > 0), reverse=True)[:k]
    assert len(set(found.tolist())) == len(found)
