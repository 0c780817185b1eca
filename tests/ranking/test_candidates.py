import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from matchmaker.ranking.candidates import CandidateIndex
from matchmaker.ranking.rows import Rows

WEIGHTS = st.sampled_from(np.array([0, 0, 0, 1, 1, 2, 3], np.float32))


@given(st.data())
def test_search_finds_the_greatest_scores_and_nothing_that_the_filter_hides(data):
    n_texts, n_terms, n_offerings = (data.draw(st.integers(1, most)) for most in (12, 5, 6))
    texts = data.draw(arrays(np.float32, (n_texts, n_terms), elements=WEIGHTS))
    needs = data.draw(arrays(np.float32, (2, n_terms), elements=WEIGHTS))
    owners = np.array(data.draw(st.lists(st.integers(0, n_offerings - 1), min_size=n_texts, max_size=n_texts)))
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=n_offerings, max_size=n_offerings)))
    k = data.draw(st.integers(1, 15))
    index = CandidateIndex(Rows.of(csr_matrix(texts).T.tocsr()), owners)
    for need, found in zip(needs, index.search(csr_matrix(needs), mask, k), strict=True):
        scores = np.where(mask[owners], texts @ need, 0)
        expected = sorted((score for score in scores if score > 0), reverse=True)[:k]
        assert sorted(scores[found], reverse=True) == expected
        assert mask[owners[found]].all()
        assert len(set(found.tolist())) == len(found)


def test_no_filter_and_an_empty_need():
    index = CandidateIndex(Rows.of(csr_matrix(np.eye(3, dtype=np.float32))), np.arange(3))
    found = list(index.search(csr_matrix(np.array([[1, 0, 1], [0, 0, 0]], np.float32))))
    assert [rows.tolist() for rows in found] == [[0, 2], []]


def test_one_need_leaves_nothing_behind_for_the_next():
    index = CandidateIndex(Rows.of(csr_matrix(np.eye(2, dtype=np.float32))), np.arange(2))
    needs = csr_matrix(np.array([[5, 0], [0, 1]], np.float32))
    assert [rows.tolist() for rows in index.search(needs)] == [[0], [1]]
