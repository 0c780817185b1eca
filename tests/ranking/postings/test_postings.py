"""The compiled search, the plain one and a full scan find the same."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from matchmaker.ranking.postings import Postings, index, layout, score_texts
from matchmaker.ranking.postings.layout import BLOCK

STEPS = st.integers(0, 8)
"""Few different weights, so that there are ties."""


def full_scan(weights, terms, need, k, keep=None):
    """Score every text in float64; return the places and scores of the k best above 0, equal ones by place."""
    scores = np.zeros(weights.shape[0])
    for term, weight in zip(terms, need, strict=True):
        scores += weights[:, term].toarray().ravel().astype(np.float64) * weight
    scores[~keep if keep is not None else slice(0)] = 0
    order = np.lexsort((np.arange(len(scores)), -scores))[:k]
    order = order[scores[order] > 0]
    return order.tolist(), scores[order].tolist()


def random_weights(draw, n_texts, n_terms, density):
    held = draw.random((n_texts, n_terms)) < density
    return csr_matrix((held * draw.integers(1, 9, (n_texts, n_terms))).astype(np.float32))


def of_both(found):
    return found.texts.tolist(), found.scores.tolist()


@st.composite
def searches(draw):
    n_texts, n_terms = draw(st.integers(1, 12)), draw(st.integers(1, 6))
    dense = np.array(draw(st.lists(STEPS, min_size=n_texts * n_terms, max_size=n_texts * n_terms)), np.float32)
    sought = sorted(draw(st.sets(st.integers(0, n_terms - 1))))
    need = draw(st.lists(st.sampled_from([0.0, 0.3, 1.0, 2.0]), min_size=len(sought), max_size=len(sought)))
    keep = np.array(draw(st.lists(st.booleans(), min_size=n_texts, max_size=n_texts)), bool)
    return csr_matrix(dense.reshape(n_texts, n_terms)), np.array(sought, np.int32), np.array(need), keep


@settings(max_examples=150)
@given(searches(), st.integers(0, 15))
def test_any_search_is_a_full_scan(search, k):
    weights, terms, need, keep = search
    built = Postings.of(weights)
    assert of_both(built.search(terms, need, k)) == full_scan(weights, terms, need, k)
    assert of_both(built.search(terms, need, k, keep)) == full_scan(weights, terms, need, k, keep)
    texts = np.flatnonzero(keep)
    scores = score_texts(built.forward, texts, terms, need)
    assert scores.tolist() == [dict(zip(*full_scan(weights, terms, need, 99), strict=True)).get(text, 0)
                               for text in texts.tolist()]


@pytest.mark.parametrize(("n_texts", "n_terms", "density"), [
    (1, 1, 1), (BLOCK, 40, 0.05), (BLOCK + 1, 40, 0.05), (2 * BLOCK + 300, 60, 0.02), (900, 700, 0.1),
])
def test_across_blocks_with_many_terms_and_ties(n_texts, n_terms, density):
    draw = np.random.default_rng(n_texts)
    weights = random_weights(draw, n_texts, n_terms, density)
    built = Postings.of(weights)
    needs, expected = [], []
    for turn in range(12):
        terms = np.sort(draw.choice(n_terms, draw.integers(0, min(n_terms, 300) + 1), replace=False)).astype(np.int32)
        need = np.full(len(terms), 0.7) if turn % 2 else draw.random(len(terms))
        k, keep = int(draw.integers(1, 80)), draw.random(n_texts) < 0.6
        assert of_both(built.search(terms, need, k, keep)) == full_scan(weights, terms, need, k, keep)
        needs.append((terms, need))
        expected.append(full_scan(weights, terms, need, 10))
    indptr = np.cumsum([0, *(len(terms) for terms, _ in needs)])
    together = csr_matrix((np.concatenate([need for _, need in needs]),
                           np.concatenate([terms for terms, _ in needs]), indptr), (len(needs), n_terms))
    assert [of_both(found) for found in built.search_many(together, 10)] == expected


def test_a_need_of_300_terms_that_all_texts_have_does_not_overflow():
    weights = csr_matrix(np.full((50, 300), 8, np.float32))
    terms = np.arange(300, dtype=np.int32)
    for need in (np.ones(300), np.linspace(0.001, 1, 300)):
        assert of_both(Postings.of(weights).search(terms, need, 60)) == full_scan(weights, terms, need, 60)


def test_terms_whose_numbers_end_alike_are_told_apart():
    terms = np.sort(np.concatenate([np.arange(3) + 7, 4096 + np.arange(4) + 7, 8192 + np.arange(2) + 8])).astype(np.int32)
    draw = np.random.default_rng(3)
    weights = csr_matrix(draw.integers(0, 3, (60, 8192 + 20)).astype(np.float32))
    need = draw.random(len(terms))
    assert of_both(Postings.of(weights).search(terms, need, 9)) == full_scan(weights, terms, need, 9)


@pytest.mark.parametrize("k", [3, 40, 130, 500])
def test_a_list_that_fills_up_over_several_blocks(k):
    draw = np.random.default_rng(k)
    rare = csr_matrix((np.ceil(draw.random(120) * 9).astype(np.float32),
                       (draw.choice(4 * BLOCK, 120, replace=False), draw.integers(0, 5, 120))), (4 * BLOCK, 5))
    terms = np.arange(5, dtype=np.int32)
    for need in (np.ones(5), draw.random(5)):
        assert of_both(Postings.of(rare).search(terms, need, k)) == full_scan(rare, terms, need, k)


def test_many_equally_good_texts_are_ordered_by_place():
    weights = csr_matrix(np.ones((5 * BLOCK, 1), np.float32))
    found = Postings.of(weights).search(np.array([0], np.int32), np.ones(1), 5)
    assert found.texts.tolist() == [0, 1, 2, 3, 4]
    (found,) = Postings.of(weights).search_many(csr_matrix(np.ones((1, 1))), 5)
    assert found.texts.tolist() == [0, 1, 2, 3, 4]


def test_differences_below_a_step_decide():
    dense = np.full((3 * BLOCK, 1), 0.9, np.float32)
    dense[[7, BLOCK + 7], 0] = np.nextafter(np.float32(0.9), np.float32(1)), 1
    dense[2 * BLOCK + 1] = np.nextafter(dense[7, 0], np.float32(1))
    found = Postings.of(csr_matrix(dense)).search(np.array([0], np.int32), np.ones(1), 4)
    assert found.texts.tolist() == [BLOCK + 7, 2 * BLOCK + 1, 7, 0]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (4, 3)])
def test_an_empty_index_finds_nothing(shape):
    found = Postings.of(csr_matrix(shape, dtype=np.float32)).search(np.zeros(0, np.int32), np.zeros(0), 5)
    assert of_both(found) == ([], [])


def test_all_filtered_out_finds_nothing():
    built = Postings.of(csr_matrix(np.ones((4, 2), np.float32)))
    assert of_both(built.search(np.array([0, 1], np.int32), np.ones(2), 3, np.zeros(4, bool))) == ([], [])


@pytest.mark.parametrize("weight", [-1, np.nan, np.inf])
def test_a_weight_that_cannot_be_bounded_is_refused(weight):
    with pytest.raises(ValueError, match="weights are numbers"):
        Postings.of(csr_matrix(np.array([[1, weight]], np.float32)))


def test_contributions_add_up_to_the_score():
    draw = np.random.default_rng(3)
    built = Postings.of(random_weights(draw, 40, 20, 0.3))
    terms, need = np.arange(0, 20, 2, dtype=np.int32), draw.random(10)
    found = built.search(terms, need, 8)
    for text, score in zip(*of_both(found), strict=True):
        assert built.contributions(text, terms, need).sum() == pytest.approx(score, abs=1e-12)


def test_both_ways_pack_alike(way):
    weights = random_weights(np.random.default_rng(5), BLOCK + 50, 30, 0.1)
    built = Postings.of(weights)
    packed, fragments = layout.pack(built.forward, built.step)
    assert np.array_equal(built.data, packed)
    assert np.array_equal(built.fragments, fragments)


def test_threads_search_side_by_side():
    draw = np.random.default_rng(7)
    weights = random_weights(draw, 3000, 50, 0.1)
    built, terms = Postings.of(weights), np.arange(0, 50, 2, dtype=np.int32)
    needs = [draw.random(25) for _ in range(40)]
    expected = [full_scan(weights, terms, need, 10) for need in needs]
    found: dict[int, list] = {}

    def work(thread):
        found[thread] = [of_both(built.search(terms, need, 10)) for need in needs]

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[thread] == expected for thread in range(4))


def test_the_index_is_warmed():
    index.warm()
