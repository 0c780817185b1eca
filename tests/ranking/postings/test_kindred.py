"""Scores in channels that share their terms: those of one channel after the other, to the last bit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from matchmaker.ranking.postings import Kindred, index, score_texts
from matchmaker.ranking.rows import Row

N_PAIRS, N_SINGLE = 4, 5
WEIGHTS = st.sampled_from(np.array([0.1, 1 / 3, 0.7, 2.5], np.float32))


@st.composite
def catalogues(draw):
    """Return weights of texts with the same terms by words, by pairs and, without the pairs, by single words."""
    rows = draw(st.lists(st.sets(st.integers(0, N_PAIRS + N_SINGLE - 1)), min_size=1, max_size=12))
    terms = [sorted(row) for row in rows]
    single = [[term - N_PAIRS for term in row if term >= N_PAIRS] for row in terms]

    def weighted(terms, n_terms):
        columns = np.array([term for row in terms for term in row], np.int32)
        weights = draw(st.lists(WEIGHTS, min_size=len(columns), max_size=len(columns)))
        return csr_matrix((np.array(weights, np.float32), columns, np.cumsum([0, *map(len, terms)])),
                          (len(terms), n_terms))

    return Kindred(weighted(terms, N_PAIRS + N_SINGLE), weighted(terms, N_PAIRS + N_SINGLE), weighted(single, N_SINGLE))


def needs(n_terms):
    return st.dictionaries(st.integers(0, n_terms - 1), WEIGHTS).map(Row.of)


SOUGHT = st.tuples(*(needs(n) for n in (N_PAIRS + N_SINGLE, N_PAIRS + N_SINGLE, N_SINGLE, N_SINGLE)))


@settings(max_examples=150)
@given(catalogues(), SOUGHT, st.data())
def test_each_channel_scores_as_by_itself(held, sought, data):
    texts = np.array(data.draw(st.lists(st.integers(0, held.words.shape[0] - 1))), int)
    alone = [score_texts(matrix, texts, *need).tolist()
             for matrix, need in zip((*held, held.single), sought, strict=True)]
    # Twice, since a search must leave what it writes on as it was.
    assert held.score(texts, sought).tolist() == held.score(texts, sought).tolist() == alone


def test_needs_of_very_many_terms_are_scored_plainly(monkeypatch):
    monkeypatch.setattr(index, "MOST_TERMS", 1)
    held = Kindred(*(csr_matrix(np.eye(2, dtype=np.float32)),) * 3)
    need = Row.of({0: 0.5, 1: 0.25})
    assert held.score(np.array([1, 0]), [need] * 4).tolist() == [[0.25, 0.5]] * 4
