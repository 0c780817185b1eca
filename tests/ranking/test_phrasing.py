import numpy as np
import pytest

from matchmaker.ranking.phrasing import HAN, LATIN, PhrasingCounts

BUCKETS = 2**15


def shared(one, other, part):
    """How many counted terms two texts share, words and pairs (0) or n-grams (1)."""
    counts = PhrasingCounts(BUCKETS).transform([one, other])[part].toarray()
    return int(np.minimum(*counts).sum())


def test_function_words_and_their_pairs_count():
    words, _ = PhrasingCounts(BUCKETS).transform(["who lets us"])
    assert words.sum() == 3 + 2
    assert shared("who lets us drill", "who lets us weld", 0) == 3 + 2
    assert shared("哪家愿意让我们装", "哪家愿意让我们跑", 0) >= 3


def test_ngrams_run_across_words_but_know_no_more_than_one_blank():
    assert shared("it is", "not isolated", 1) > shared("it", "not isolated", 1)
    _, grams = PhrasingCounts(BUCKETS).transform(["by  the\n hour", "by the hour"])
    assert np.array_equal(*grams.toarray())


@pytest.mark.parametrize(("text", "lengths"), [("abcdefgh", LATIN), ("扫描电镜机时", HAN)])
def test_all_ngrams_of_the_lengths_of_a_script_are_counted(text, lengths):
    _, grams = PhrasingCounts(BUCKETS).transform([text])
    assert grams.sum() == sum(len(text) - n + 1 for n in range(lengths[0], lengths[1] + 1))


@pytest.mark.parametrize("text", ["", "?!", "a", " \n"])
def test_texts_of_next_to_nothing_are_counted(text):
    words, grams = PhrasingCounts(BUCKETS).transform([text])
    assert words.shape == grams.shape == (1, BUCKETS)


def test_hashes_fill_the_columns_evenly():
    _, grams = PhrasingCounts(64).transform(["".join(chr(97 + (i * i + i // 7) % 26) for i in range(3000))])
    assert grams.toarray().min() > 0
    assert grams.toarray().max() < 3 * grams.toarray().mean()
