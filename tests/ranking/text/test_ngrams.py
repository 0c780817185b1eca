from matchmaker.ranking.text.ngrams import MAXIMUM_CHARACTERS, character_ngrams


def test_latin_words_are_padded_and_han_runs_are_not():
    assert list(character_ngrams("cnc", latin=(3, 4))) == [" cn", "cnc", "nc ", " cnc", "cnc "]
    assert list(character_ngrams("振动台", han=(1, 2))) == ["振", "动", "台", "振动", "动台"]


def test_no_gram_crosses_from_one_script_to_the_other():
    grams = set(character_ngrams("A100显卡"))
    assert " a1" in grams
    assert "显卡" in grams
    assert not any("0显" in gram for gram in grams)


def test_grams_do_not_care_for_width_case_or_invisible_signs():
    assert list(character_ngrams("ＣＮＣ 加\u200b工")) == list(character_ngrams("cnc 加工"))


def test_short_words_and_nothing():
    assert list(character_ngrams("a")) == [" a "]
    assert list(character_ngrams("")) == []
    assert list(character_ngrams("。，!")) == []


def test_what_stands_behind_the_limit_costs_nothing():
    head = "x" * MAXIMUM_CHARACTERS
    assert list(character_ngrams(head + " tail")) == list(character_ngrams(head))
