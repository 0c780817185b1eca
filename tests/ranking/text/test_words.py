import importlib.resources
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.ranking.text import Text, first_spans, normalise, spans, words


@pytest.mark.parametrize(("text", "expected"), [
    ("Climate chambers, tested", ["climat", "chamber", "test"]),
    ("锂电池振动试验，A100显卡", ["锂电池", "振动", "试验", "a100", "显卡"]),
    ("ＧＢ／Ｔ　２４２３", words("GB/T 2423")),
    ("the of and 的 了", []),
    ("Größe, été", ["größe", "été"]),
    ("", []),
    ("!!! ??? 。。。", []),
])
def test_words(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u202e"])
def test_invisible_signs_neither_hide_nor_make_words(hidden):
    assert words(f"vibra{hidden}tion 振{hidden}动") == words("vibration 振动")
    assert words(hidden) == []


def test_model_numbers_are_found_whole_and_by_their_parts():
    assert {"rtx", "4090", "rtx-4090"} <= set(words("两张RTX-4090显卡"))
    assert "2423.10" in words("按GB/T 2423.10做试验")


def test_a_run_of_parts_without_end_is_not_one_word():
    assert max(map(len, words("a1-" * 5000))) <= 40


def test_many_threads_stem_alike():
    texts = [f"running tests number {number} generalizations chambers" for number in range(400)]
    alone = [words(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(words, texts)) == alone


@pytest.mark.parametrize(("text", "written"), [
    ("Vibration of PCBs", ["Vibration", "PCBs"]),
    ("耐温85℃的ＰＣＢ振动", ["耐温", "85", "℃", "ＰＣＢ", "振动"]),
    ("①振动\u200b试验", ["①", "振动", "试验"]),
    ("İ vibration", ["vibration"]),
])
def test_places_are_those_of_the_written_text(text, written):
    found = [text[span.start:span.end] for span in spans(text)]
    assert [word for word in written if word not in found] == []


@given(st.text(max_size=60))
def test_every_place_lies_in_the_text(text):
    for word, start, end in spans(text):
        assert word
        assert 0 <= start < end <= len(text)


@given(st.text(alphabet="abc 振动试验。-/1", max_size=60))
def test_spans_and_words_agree_where_nothing_is_normalised(text):
    assert [span.word for span in spans(text)] == words(text)


@given(st.text(max_size=60))
def test_normalising_twice_changes_no_word(text):
    assert words(normalise(text)) == words(text)


def test_a_text_remembers_its_words():
    text = Text("climate chambers")
    assert text.words is text.words
    assert text == "climate chambers"


def test_a_word_is_found_by_its_beginning_however_it_is_inflected():
    source = importlib.resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    written = [line.split(" ", 1)[0] for line in source.read_text(encoding="utf-8-sig").splitlines()]
    missed = [word for word in written if words(word) and not [*first_spans(f"the {word}", set(words(word)))]]
    assert missed == []
