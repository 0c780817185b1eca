from matchmaker.ranking.explain import SHOWN, marked_words

OFFERING = {
    "title": {"zh": "随机的振动试验", "en": "Random Vibration testing"},
    "summary": {"zh": "按GB/T 2423.10", "en": "To GB/T 2423.10"}, "description": None, "keywords": ["Shaker"],
}


def test_words_are_given_as_they_are_written():
    assert marked_words(OFFERING, ["vibrat", "test"], "en") == ["Vibration", "testing"]
    assert marked_words(OFFERING, ["振动"], "en") == ["振动"]
    assert marked_words(OFFERING, ["shaker"], "zh") == ["Shaker"]


def test_the_heaviest_word_stands_first_and_each_once():
    assert marked_words(OFFERING, ["test", "random", "vibrat", "test"], "en") == ["testing", "Random", "Vibration"]


def test_words_in_the_readers_language_are_looked_for_first():
    offering = {"title": {"zh": "CNC 加工", "en": "Cnc machining"}}
    assert marked_words(offering, ["cnc"], "en") == ["Cnc"]
    assert marked_words(offering, ["cnc"], "zh") == ["CNC"]


def test_single_letters_carry_nothing_worth_marking_and_single_signs_do():
    assert marked_words({"title": {"zh": "t 泵"}}, ["t", "泵"], "zh") == ["泵"]


def test_no_more_than_a_reader_takes_in():
    text = "alpha beta gamma delta epsilon zeta omega"
    assert len(marked_words({"title": {"en": text}}, text.split(), "en")) == SHOWN


def test_nothing_shared_is_nothing_marked():
    assert marked_words(OFFERING, [], "zh") == []
    assert marked_words({}, ["test"], "zh") == []
