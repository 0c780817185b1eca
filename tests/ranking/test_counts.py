import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone

from matchmaker.ranking.counts import CharacterCounts, WordCounts
from matchmaker.ranking.text import Text, words


def test_words_have_columns_and_pairs_have_buckets():
    counts = WordCounts(pair_buckets=64).fit(["vibration test", "salt spray test"])
    assert counts.words_ == ["vibrat", "test", "salt", "spray"]
    assert counts.n_columns == 4 + 64
    row = counts.transform(["test test salt"]).toarray()[0]
    assert row[64:].tolist() == [0, 2, 1, 0]
    assert row[:64].sum() == 2


def test_unknown_words_count_in_their_pairs_alone():
    counts = WordCounts(pair_buckets=64).fit(["vibration"])
    row = counts.transform(["entirely unknown words"]).toarray()[0]
    assert row[64] == 0
    assert row[:64].sum() == 2


def test_words_that_come_later_have_columns_after_the_others():
    learnt = WordCounts(pair_buckets=64).fit(["vibration test"])
    grown = learnt.grown(["salt spray test"]).grown(["salt fog"], ["spray"])
    assert [grown.word(place) for place in range(grown.n_words)] == ["vibrat", "test", "fog", "salt", "spray"]
    before, after = (counts.transform(["vibration test of salt"]).toarray()[0] for counts in (learnt, grown))
    assert after[:66].tolist() == before.tolist()
    assert grown.words_of(grown.transform(["fog, fog"])).toarray().tolist() == [[0, 0, 2, 0, 0]]
    assert [counts.words_of(counts.transform(["salt spray"])).sum() for counts in (learnt, grown)] == [0, 2]


def test_hashed_words_need_no_vocabulary():
    counts = WordCounts(32, hash_words=True).fit(["vibration"])
    assert counts.vocabulary_ == {}
    assert counts.transform(["vibration test"]).sum() == 3


def test_one_text_is_counted_as_among_others():
    text = "vibration test of 盐雾 test"
    for counts in (WordCounts(64).fit(["salt test"]), WordCounts(8, hash_words=True).fit([]), CharacterCounts(32)):
        matrix, own = counts.transform([text]), counts.count(text)
        assert (own.indices.tolist(), own.data.tolist()) == (matrix.indices.tolist(), matrix.data.tolist())
        assert (own.indices.dtype, own.data.dtype) == (np.int32, np.float32)


def test_an_empty_text_is_an_empty_row():
    assert WordCounts(8).fit(["a text"]).transform(["", "text"]).sum(axis=1).ravel().tolist() == [[0, 1]]
    assert CharacterCounts(8).transform([""]).nnz == 0
    assert CharacterCounts(8).transform([]).shape == (0, 8)


def test_colliding_grams_are_added_up():
    assert CharacterCounts(1).transform(["cnc"]).toarray().tolist() == [[6]]


def test_indices_are_in_order():
    matrix = WordCounts().fit(["salt spray and vibration"]).transform(["vibration spray salt"])
    assert np.all(np.diff(matrix.indices) > 0)


def test_texts_analysed_before_count_alike():
    counts = WordCounts(64).fit(["vibration test"])
    text = "vibration test bench"
    assert (counts.transform([text]) != counts.transform([Text(text)])).nnz == 0


def test_hashes_are_the_same_in_every_process():
    program = ("from matchmaker.ranking.counts import CharacterCounts, WordCounts;"
               "print(CharacterCounts().transform(['盐雾 chamber']).indices.tolist(),"
               "WordCounts(hash_words=True).fit([]).transform(['盐雾 chamber']).indices.tolist())")
    found = subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": "7", "PYTHONPATH": "."},
                           capture_output=True, text=True, check=True).stdout
    here = (counts.transform(["盐雾 chamber"]).indices.tolist()
            for counts in (CharacterCounts(), WordCounts(hash_words=True).fit([])))
    assert found.split("] [") == " ".join(map(str, here)).join(["", "\n"]).split("] [")


@pytest.mark.parametrize("estimator", [WordCounts(pair_buckets=7, hash_words=True), CharacterCounts(buckets=9)])
def test_scikit_learn_manners(estimator):
    assert clone(estimator).get_params() == estimator.get_params()
    assert clone(estimator).set_params(**estimator.get_params()).fit(["a text"]) is not None


def test_pairs_are_neighbours_among_the_content_words():
    first = WordCounts(2**16, hash_words=True).fit([])
    of = first.transform(["test of the chamber"])
    assert words("test of the chamber") == ["test", "chamber"]
    assert (of != first.transform(["test chamber"])).nnz == 0
