import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfTransformer

from matchmaker.ranking.channels import BM25, Tfidf
from matchmaker.ranking.channels.repeats import MOST_REPEATS
from matchmaker.ranking.counts import WordCounts
from matchmaker.ranking.rows import row
from matchmaker.ranking.text import words

TEXTS = st.lists(st.lists(st.sampled_from("pump valve motor weld laser 振动 盐雾".split()), max_size=8).map(" ".join),
                 min_size=1, max_size=8)


def counted(texts, needs):
    counts = WordCounts(1).fit(texts)
    return counts.words_of(counts.transform(texts)), counts.words_of(counts.transform(needs))


def encoded(channel, needs):
    """Return the weights of needs, given as counts, one row each and dense."""
    dense = np.zeros(needs.shape, np.float32)
    for place, own in enumerate(dense):
        weighted = channel.encode(row(needs, place))
        own[weighted.indices] = weighted.data
    return dense


def bm25_by_hand(texts: list[list[str]], need: list[str], k1: float = 1.2, b: float = 0.75) -> list[float]:
    """Robertson & Zaragoza 2009 with Lucene's idf, written out, divided by what the need could reach."""
    df = Counter(word for text in texts for word in set(text))
    mean = sum(map(len, texts)) / len(texts)
    idf = {word: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for word, n in df.items()}
    most = sum(idf.get(word, 0) * (k1 + 1) for word in need)
    scores = []
    for text in texts:
        tf = Counter(text)
        weights = [idf[word] * tf[word] * (k1 + 1) / (tf[word] + k1 * (1 - b + b * len(text) / mean))
                   for word in need if tf[word]]
        scores.append(sum(weights) / most if most else 0.0)
    return scores


def bm25_scores(texts, need, **options):
    catalogue, needs = counted(texts, [need])
    channel = BM25(**options).fit(catalogue)
    return (channel.transform(catalogue) @ encoded(channel, needs).T).ravel()


def tfidf_scores(texts, need):
    catalogue, needs = counted(texts, [need])
    channel = Tfidf().fit(catalogue)
    return (channel.transform(catalogue) @ encoded(channel, needs).T).ravel()


@given(TEXTS, TEXTS)
def test_bm25_is_the_formula(texts, needs):
    expected = bm25_by_hand([words(text) for text in texts], words(needs[0]))
    assert bm25_scores(texts, needs[0]) == pytest.approx(expected, abs=1e-5)


@given(TEXTS, TEXTS)
def test_scores_lie_between_nothing_and_everything(texts, needs):
    catalogue, wanted = counted(texts, needs)
    for channel in (BM25(), Tfidf()):
        channel.fit(catalogue)
        scores = channel.transform(catalogue) @ encoded(channel, wanted).T
        assert scores.min() >= 0
        assert scores.max() <= 1 + 1e-5


@given(TEXTS, TEXTS)
def test_tfidf_is_scikit_learns(texts, needs):
    catalogue, wanted = counted([*texts, "pump"], needs)
    peer = TfidfTransformer(sublinear_tf=True).fit(catalogue)
    ours = Tfidf().fit(catalogue)
    assert np.allclose(ours.transform(catalogue).toarray(), peer.transform(catalogue).toarray(), atol=1e-5)
    assert np.allclose(encoded(ours, wanted), peer.transform(wanted).toarray(), atol=1e-5)


def test_terms_that_the_catalogue_lacks_do_not_lengthen_a_need():
    texts = ["pump valve", "motor"]
    counts = WordCounts(64).fit(texts)
    channel = Tfidf().fit(counts.transform(texts))
    short, long = (channel.encode(counts.count(need)) for need in ("pump", "pump zebra giraffe"))
    assert short.data.max() == pytest.approx(long.data.max())


def test_a_long_text_in_another_language_does_not_make_the_others_short():
    texts = ["pump valve", "pump valve motor weld", "振动 盐雾", "振动 盐雾 激光 焊接 电机 泵 阀门 振动台 温箱 暗室"]
    catalogue, need = counted(texts, ["pump"])
    channel = BM25().fit(catalogue)
    together = channel.transform(catalogue, np.array([0, 0, 1, 1]))
    alone = BM25().fit(catalogue).transform(catalogue[:2])
    assert np.allclose(together[:2].toarray(), alone.toarray())


def test_saying_a_word_again_adds_ever_less_and_at_last_takes_away():
    filler = "motor weld laser " * 5
    for score in (bm25_scores, tfidf_scores):
        scores = [score([f"{'pump ' * n} {filler}", "valve"], "pump valve")[0] for n in (1, 2, 4, MOST_REPEATS, 50)]
        assert scores[0] < scores[1] < scores[2] < scores[3] > scores[4]
        assert scores[2] - scores[1] < 2 * (scores[1] - scores[0])


@pytest.mark.parametrize("channel", [BM25(k1=0.9, b=0.3), Tfidf()])
def test_scikit_learn_manners(channel):
    assert clone(channel).get_params() == channel.get_params()
    catalogue, _ = counted(["pump"], [])
    assert channel.fit(catalogue) is channel


@pytest.mark.parametrize("channel", [BM25(), Tfidf()])
def test_an_empty_catalogue_and_an_empty_text(channel):
    catalogue, needs = counted(["", "pump"], ["", "pump"])
    channel.fit(catalogue)
    assert channel.transform(catalogue).toarray()[0].tolist() == [0]
    assert encoded(channel, needs)[0].tolist() == [0]
    assert clone(channel).fit(catalogue[:0]).transform(catalogue[:0]).shape == (0, 1)
