import sys

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from matchmaker.errors import Invalid, Unavailable
from matchmaker.ranking.evaluate import RANKERS
from matchmaker.ranking.evaluate.peers import Bm25sPeer, TfidfPeer, split_words
from matchmaker.ranking.evaluate.rankers import StagedRanker, find_maker

TEXTS = ["salt spray chambers", "vibration testing bench", "the spraying of salt", "laser welder"]
CHINESE = ["盐雾", "振动，高低温", "激光焊接"]


@pytest.mark.parametrize("name", RANKERS)
@pytest.mark.parametrize(("texts", "need", "first"), [(TEXTS, "vibration testing", 1), (CHINESE, "振动", 1)])
def test_each_ranker_finds_the_plain_match(name, texts, need, first):
    peer = find_maker(name)().fit(texts)
    found, nothing = peer.rank([need, "qqqq"], k=2)
    assert found.offerings.tolist()[0] == first
    assert np.all(np.diff(found.scores) <= 0)
    assert np.all(found.scores > 0)
    assert len(found.offerings) == len(found.scores) <= 2
    assert len(nothing.offerings) == 0


def test_tfidf_is_scikit_learns_with_its_defaults():
    vectorizer = TfidfVectorizer()
    expected = cosine_similarity(vectorizer.fit_transform(TEXTS), vectorizer.transform(["spray of salt"])).ravel()
    (found,) = TfidfPeer().fit(TEXTS).rank(["spray of salt"], k=10)
    assert dict(zip(found.offerings.tolist(), found.scores.tolist(), strict=True)) == pytest.approx(
        {place: score for place, score in enumerate(expected.tolist()) if score > 0})


def test_bm25s_has_its_own_defaults_and_english_stems():
    """Lucene's BM25 with k1 = 1.5 and b = 0.75, worked out by hand for one word in texts of 3, 3, 2 and 2 words."""
    (found,) = Bm25sPeer().fit(TEXTS).rank(["sprayed"], k=10)
    idf = np.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    lengths = {0: 3, 2: 2}
    expected = {place: idf / (1 + 1.5 * (0.25 + 0.75 * length / 2.5)) for place, length in lengths.items()}
    assert dict(zip(found.offerings.tolist(), found.scores.tolist(), strict=True)) == pytest.approx(expected, abs=1e-6)


def test_words_are_stemmed_or_segmented():
    assert split_words(["The testing of pumps"], is_chinese=False) == [["test", "pump"]]
    assert split_words(["振动试验 GB"], is_chinese=True) == [["振动", "试验", "gb"]]


def test_only_ours_has_a_first_stage_of_its_own():
    assert [name for name in RANKERS if isinstance(find_maker(name)(), StagedRanker)] == ["matchmaker"]


def test_a_ranker_that_nobody_knows():
    with pytest.raises(Invalid, match="Known are: matchmaker, bm25s"):
        find_maker("nobody")


@pytest.mark.parametrize("name", ["bm25s", "tfidf-words"])
def test_a_missing_package_is_named_with_its_extra(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(Unavailable, match=r'bm25s is not installed; run: pip install "matchmaker\[test\]"'):
        find_maker(name)
    assert find_maker("tfidf") is TfidfPeer
