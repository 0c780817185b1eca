import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from matchmaker.ranking.rows import Row, greatest, row, rows_of, stored_at, union

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


@given(MATRICES, st.lists(st.integers(0, 5)))
def test_chosen_rows_come_one_after_the_other(dense, chosen):
    matrix = csr_matrix(dense)
    places = np.array([place % len(dense) for place in chosen], int)
    stored = stored_at(matrix.indptr, places)
    assert matrix.data[stored].tolist() == [weight for place in places for weight in row(matrix, place)[1].tolist()]


PLACES = st.lists(st.integers(0, 9))


@given(st.lists(PLACES, min_size=1, max_size=3))
def test_a_union_holds_each_place_once(several):
    found = union(*(np.array(places, int) for places in several))
    assert found.tolist() == sorted({place for places in several for place in places})


@given(st.dictionaries(st.integers(0, 9), st.sampled_from([1, 2, 3])), st.integers(0, 10), st.integers(0, 6))
def test_a_row_is_cut_by_its_columns_and_to_its_heaviest_terms(counts, n, most):
    own = Row.of(counts)
    assert dict(zip(*map(np.ndarray.tolist, own), strict=True)) == counts
    assert own.before(n).indices.tolist() == sorted(column for column in counts if column < n)
    assert own.after(n).indices.tolist() == sorted(column - n for column in counts if column >= n)
    assert own.after(n).indices.dtype == np.int32
    heaviest = sorted(sorted(counts), key=lambda column: -counts[column])[:most]
    assert own.heaviest(own.data, most).indices.tolist() == sorted(heaviest)


@given(MATRICES, st.data())
def test_chosen_rows_are_those_that_scipy_gives(dense, data):
    matrix = csr_matrix(dense)
    places = data.draw(st.lists(st.integers(0, len(dense) - 1), max_size=8))
    chosen = rows_of(matrix, np.array(places, np.intp))
    assert chosen.shape == (len(places), dense.shape[1])
    assert np.array_equal(chosen.toarray(), matrix[places].toarray())
