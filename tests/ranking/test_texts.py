import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import ndcg_score
from sklearn.model_selection import GridSearchCV

from matchmaker.ranking.queries import CHANNELS, POSTED, WEIGHTS
from matchmaker.ranking.texts import TextRanker
from tests.ranking.making import demo_catalogue, demo_needs

WORDS = "pump valve motor weld laser spray chamber".split()
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=9)
NEEDS = st.lists(st.sampled_from([*WORDS, "unheard-of", "闻所未闻"]), max_size=6).map(" ".join)


def product(weights, text, need):
    """Return the sum of what a text and a need share, by a dense row."""
    return float(weights[text].toarray()[0, need.indices] @ need.data)


def by_brute_force(ranker, need, owners, mask):
    """Score every text by every channel, densely, and keep each offering's best."""
    query = ranker.query(need)
    best: dict[int, float] = {}
    for text, owner in enumerate(owners):
        if not mask[owner]:
            continue
        score = WEIGHTS["translation"] * float(query.scores["translation"][text])
        for name in POSTED:
            score += WEIGHTS[name] * product(ranker.forward_[name], text, query.terms[name])
        if score > 1e-9:
            score += WEIGHTS["feedback"] * product(ranker.forward_["bm25"], text, query.feedback)
            best[owner] = max(best.get(owner, 0.0), score * query.scale)
    return best


@settings(max_examples=60)
@given(TEXTS, NEEDS, st.data())
def test_ranking_is_that_of_a_full_scan(texts, need, data):
    n_offerings = data.draw(st.integers(1, len(texts)))
    owners = [place % n_offerings for place in range(len(texts))]
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=n_offerings, max_size=n_offerings)))
    k = data.draw(st.integers(1, 12))
    ranker = TextRanker().fit(texts, owners=owners)
    (found,) = ranker.rank([need], mask, k)
    expected = by_brute_force(ranker, need, owners, mask)
    assert len(found.offerings) == min(k, len(expected))
    assert len(set(found.offerings.tolist())) == len(found.offerings)
    assert found.scores.tolist() == pytest.approx(sorted(expected.values(), reverse=True)[:k], abs=1e-5)
    assert found.scores.tolist() == pytest.approx([expected[owner] for owner in found.offerings.tolist()], abs=1e-5)


def test_texts_of_two_languages_are_ranked_together_like_by_a_full_scan():
    texts = ["salt spray test", "盐雾试验箱", "vibration test bench", "振动试验台", "laser welding", "激光焊接"]
    owners = [0, 0, 1, 2, 3, 4]
    ranker = TextRanker().fit(texts, owners=owners)
    for need in ("salt spray", "振动试验", "laser welding 焊接"):
        (found,) = ranker.rank([need])
        expected = by_brute_force(ranker, need, owners, np.ones(5, bool))
        scores = dict(zip(found.offerings.tolist(), found.scores.tolist(), strict=True))
        assert scores == pytest.approx(expected, abs=1e-5)


def test_what_the_texts_found_first_talk_about_orders_the_others():
    texts = ["salt spray corrosion chamber", "salt spray corrosion test", "spray corrosion", "spray painting"] * 2
    (found,) = TextRanker().fit([*texts, "motor", "pump"]).rank(["spray"])
    by_feedback = dict(zip(found.offerings.tolist(), found.channels[:, CHANNELS.index("feedback")], strict=True))
    assert by_feedback[2] > by_feedback[3] > 0


def test_a_filter_does_not_change_what_an_offering_scores():
    ranker = TextRanker().fit(["salt spray corrosion", "spray corrosion", "spray painting", "motor", "pump"])
    query = ranker.query("spray")
    alone = ranker.search(query, np.array([False, False, True, False, False]))
    among = ranker.search(query)
    assert alone.scores[0] == among.scores[among.offerings.tolist().index(2)]
    assert ranker.score(query, np.array([2])).scores[0] == alone.scores[0]


def test_feedback_moves_the_others_and_leaves_the_best_its_level():
    texts = ["salt spray corrosion chamber", "salt spray corrosion test", "spray corrosion", "spray painting"] * 2
    (found,) = TextRanker(WEIGHTS | {"concepts": 0.0}).fit([*texts, "motor", "pump"]).rank(["spray"])
    (plain,) = TextRanker(WEIGHTS | {"concepts": 0.0, "feedback": 0.0}).fit([*texts, "motor", "pump"]).rank(["spray"])
    assert found.scores[0] == pytest.approx(plain.scores[0])
    assert found.scores[-1] != pytest.approx(plain.scores[-1], rel=1e-3)


def test_the_less_of_a_need_the_texts_cover_the_less_is_fed_back():
    ranker = TextRanker().fit(["salt spray corrosion", "spray corrosion", "motor", "pump"])
    covered, hardly = ranker.query("spray"), ranker.query("spray unheard of anywhere under any other name")
    assert hardly.feedback.data.sum() < covered.feedback.data.sum() / 4 > 0


def test_what_is_gone_lends_no_words():
    ranker = TextRanker().fit(["spray corrosion", "spray painting", "corrosion", "motor", "pump"])
    query = ranker.query("spray", np.array([True, False, False, False, False]))
    assert ranker.score(query, np.array([2])).channels[0, CHANNELS.index("feedback")] == 0
    assert ranker.score(ranker.query("spray"), np.array([2])).channels[0, CHANNELS.index("feedback")] > 0


def test_texts_that_came_later_are_fed_back_too():
    ranker = TextRanker().fit(["spray painting", "motor", "pump"]).grown(["spray zirconium", "zirconium"], [3, 4])
    query = ranker.query("spray")
    assert ranker.score(query, np.array([4])).channels[0, CHANNELS.index("feedback")] > 0


def test_a_long_need_is_fed_back_less_than_a_short_one():
    short, long = "pump valve", " ".join(f"word{number}" for number in range(40))
    ranker = TextRanker().fit([short, long, *["motor"] * 30])
    assert ranker.query(long).feedback.data.sum() < ranker.query(short).feedback.data.sum() / 5


@given(TEXTS, NEEDS)
def test_each_channel_scores_between_0_and_1(texts, need):
    (found,) = TextRanker().fit(texts).rank([need])
    assert found.channels.shape == (len(found.offerings), len(CHANNELS))
    assert np.all(found.channels >= 0)
    assert np.all(found.channels <= 1 + 1e-5)


def test_equal_texts_stand_in_the_order_of_the_catalogue():
    (found,) = TextRanker().fit(["salt spray"] * 5).rank(["salt spray"])
    assert found.offerings.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("need", ["", "?!", "的 the", "qqqqq"])
def test_a_need_that_shares_nothing_finds_nothing(need):
    (found,) = TextRanker().fit(["salt spray\n振动试验"]).rank([need])
    assert len(found.offerings) == 0


def test_an_empty_catalogue_answers_nothing():
    ranker = TextRanker().fit([])
    (found,) = ranker.rank(["salt spray"], np.zeros(0, bool))
    assert found.channels.shape == (0, len(CHANNELS))


def test_everything_filtered_out():
    (found,) = TextRanker().fit(["salt spray"]).rank(["salt spray"], np.array([False]))
    assert len(found.offerings) == 0


def test_a_misspelt_need_is_found_by_its_letters():
    ranker = TextRanker().fit(["electromagnetic compatibility chamber", "salt spray test", "three-axis milling"])
    (found,) = ranker.rank(["elektromagnetik kompatibility"])
    assert found.offerings[0] == 0


def test_fewer_candidates_are_the_best_by_words():
    texts = ["pump valve motor", "pump valve", "pump"] * 20
    ranker = TextRanker(candidates=20).fit(texts)
    (found,) = ranker.rank(["pump valve motor"], k=100)
    assert set(found.offerings.tolist()) == set(range(0, 60, 3))


def test_the_first_stage_puts_first_what_it_knows():
    """By words and by translation; what only shares letters comes last."""
    texts = ["salt", "salt spray", "salts of the sea", "salty water", "盐雾试验"]
    ranker = TextRanker().fit(texts)
    (found,) = ranker.retrieve(["salt spray"])
    assert found.tolist()[:2] == [1, 4]
    assert set(found.tolist()) == {0, 1, 2, 3, 4}
    (two,) = ranker.retrieve(["salt spray"], k=2)
    assert two.tolist() == [1, 4]
    (allowed,) = ranker.retrieve(["salt spray"], np.array([True, False, True, True, True]), k=1)
    assert allowed.tolist() == [4]


def test_the_first_stage_holds_all_that_is_ranked():
    texts = [" ".join(WORDS[place % 7:]) for place in range(40)]
    ranker = TextRanker(candidates=200).fit(texts)
    needs = ["pump laser", "spray", "闻所未闻"]
    for ranked, first in zip(ranker.rank(needs), ranker.retrieve(needs), strict=True):
        assert set(ranked.offerings.tolist()) == set(first.tolist())


def test_several_needs_are_answered_like_each_alone():
    ranker = demo_catalogue().ranker
    needs = [need["problem"] for need in demo_needs()[:20]]
    together = list(ranker.rank(needs, k=10))
    for need, found in zip(needs, together, strict=True):
        (alone,) = ranker.rank([need], k=10)
        assert alone.offerings.tolist() == found.offerings.tolist()
        assert alone.scores.tolist() == found.scores.tolist()


def test_comparing_fewer_by_characters_loses_nobody(monkeypatch):
    """Those that all other channels put last do not come to the first page by their letters."""
    ranker = demo_catalogue().ranker
    queries = [ranker.query(need["problem"]) for need in demo_needs()[:50]]
    few = [ranker.search(query, None, 10) for query in queries]
    monkeypatch.setattr("matchmaker.ranking.texts.COMPARED", len(ranker.owners_))
    for query, found in zip(queries, few, strict=True):
        assert ranker.search(query, None, 10).offerings.tolist() == found.offerings.tolist()


def test_shared_words_are_in_both_and_the_rarest_come_first():
    ranker = TextRanker().fit(["salt spray test", "vibration test", "drop test"])
    assert ranker.shared_words(ranker.query("a test by salt spray"), 0)[-1] == "test"
    assert set(ranker.shared_words(ranker.query("a test by salt spray"), 0)) == {"salt", "spray", "test"}
    assert ranker.shared_words(ranker.query("salt"), 1) == []


def test_fitting_again_forgets_the_first_catalogue():
    ranker = TextRanker().fit(["salt spray"])
    ranker.fit(["drop tower", "vibration bench"])
    assert ranker.shared_words(ranker.query("vibration"), 1) == ["vibrat"]


def test_scikit_learn_manners():
    ranker = TextRanker(weights=dict.fromkeys(CHANNELS, 1.0), candidates=7)
    assert clone(ranker).get_params() == ranker.get_params()
    assert ranker.set_params(candidates=9).candidates == 9
    with pytest.raises(NotFittedError):
        list(TextRanker().rank(["a need"]))


class Searcher(BaseEstimator):
    """A ranker as grid search wants it: X are needs, y the place of the one right text."""

    texts = ("salt spray test", "spray painting of salt sacks", "vibration test", "drop test of boxes")

    def __init__(self, bm25: float = 1.0, words: float = 1.0) -> None:
        self.bm25 = bm25
        self.words = words

    def fit(self, X, y=None):
        weights = dict.fromkeys(CHANNELS, 0.0) | {"words": self.words, "bm25": self.bm25}
        self.ranker_ = TextRanker(weights).fit(self.texts)
        return self

    def score(self, X, y):
        right = np.eye(len(self.texts))[y]
        scores = np.zeros_like(right)
        for place, found in enumerate(self.ranker_.rank(list(X))):
            scores[place, found.offerings] = found.scores
        return ndcg_score(right, scores)


def test_weights_can_be_searched_over():
    search = GridSearchCV(Searcher(), {"bm25": [0.0, 1.0], "words": [0.0, 1.0]}, cv=2, error_score="raise")
    search.fit(["salt spray", "vibration", "drop", "spray test with salt"], [0, 2, 3, 0])
    assert search.best_score_ > 0.9
    assert (search.best_params_["bm25"], search.best_params_["words"]) != (0.0, 0.0)
