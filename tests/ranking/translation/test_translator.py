import pytest

from matchmaker.ranking.text import Text
from matchmaker.ranking.texts import TextRanker
from matchmaker.ranking.translation.dictionary import Entry
from matchmaker.ranking.translation.knowledge import Knowledge
from matchmaker.ranking.translation.translator import Translator

ENTRIES = (Entry("电池", (("batteri",),)), Entry("振动", (("vibrat",),)), Entry("试验", (("test",),)),
           Entry("盐雾", (("salt", "spray"),)), Entry("饲料", (("feed",),)))
KNOWN = Knowledge(ENTRIES)
CHINESE = ["电池振动试验", "盐雾试验箱", "饲料检测，CNAS"]
ENGLISH = ["Vibration test of batteries", "Salt spray chamber", "Feed analysis, CNAS"]


def scores_of(translator, need):
    return translator.score(translator.look_up(Text(need)))


@pytest.mark.parametrize(("need", "best"), [
    ("battery vibration", 0), ("salt spray", 1), ("animal feed", 2), ("CNAS report", 2),
])
def test_an_english_need_finds_chinese_texts(need, best):
    scores = scores_of(Translator("en").fit(CHINESE, known=KNOWN), need)
    assert scores.argmax() == best
    assert 0 < scores.max() <= 1 + 1e-6


@pytest.mark.parametrize(("need", "best"), [("电池振动", 0), ("盐雾", 1), ("饲料", 2), ("CNAS", 2)])
def test_a_chinese_need_finds_english_texts(need, best):
    assert scores_of(Translator("zh").fit(ENGLISH, known=KNOWN), need).argmax() == best


@pytest.mark.parametrize("need", ["", "xyzzy", "！？", "魑魅"])
def test_what_nobody_knows_finds_nothing(need):
    scores = scores_of(Translator("zh").fit(ENGLISH, known=KNOWN), need)
    assert scores.tolist() == [0.0] * len(ENGLISH)


def test_the_pairs_that_carried_a_match_are_told():
    translator = Translator("en").fit(CHINESE, known=KNOWN)
    sought = translator.look_up(Text("battery vibration"))
    assert set(translator.carried(sought, 0)) == {("batteri", "电池"), ("vibrat", "振动")}
    assert translator.carried(sought, 1) == []


def test_pairs_are_told_by_weight_then_by_name():
    translator = Translator("zh").fit([*ENGLISH, "Salt spray and vibration test"], known=KNOWN)
    pairs = translator.carried(translator.look_up(Text("盐雾振动试验")), 3)
    assert pairs[:2] == [("试验", "test"), ("振动", "vibrat")]
    assert pairs[2:] == [("盐雾", "spray"), ("盐雾", "salt")]


def test_only_offerings_without_a_text_in_the_needs_language_are_translated():
    both = TextRanker().fit(["电池试验", "battery test"], owners=[0, 0])
    assert both.translators_ == {}
    one = TextRanker().fit(["电池试验", "battery test", "Salt spray chamber of our laboratory"], owners=[0, 0, 1])
    assert set(one.translators_) == {"zh"}
    (found,) = one.rank(["我们需要做盐雾"])
    assert found.offerings[0] == 1
    assert ("雾", "spray") in one.translated_words(one.query("盐雾"), 2)
