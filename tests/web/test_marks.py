import pytest

from matchmaker.web.marks import mark


@pytest.mark.parametrize(("text", "words", "marked"), [
    ("温度、振动试验", ["振动"], "温度、<mark>振动</mark>试验"),
    ("Random Vibration", ["vibration"], "Random <mark>Vibration</mark>"),
    ("the latest test", ["test"], "the latest <mark>test</mark>"),
    ("GB/T 2423.10 and 2423.101", ["GB/T 2423.10"], "<mark>GB/T 2423.10</mark> and 2423.101"),
    ("salt spray", ["spray", "salt spray"], "<mark>salt spray</mark>"),
    ("CNAS报告", ["CNAS"], "<mark>CNAS</mark>报告"),
    ("C++ (beta)", ["C++", "(beta)"], "<mark>C++</mark> <mark>(beta)</mark>"),
    ("nothing", ["", " "], "nothing"),
    ("", ["a"], ""),
])
def test_words_are_marked_where_they_stand(text, words, marked):
    assert mark(text, words) == marked


@pytest.mark.parametrize("word", ["<script>", "alert", "b>", "&", "\""])
def test_what_others_wrote_never_becomes_markup(word):
    text = '<script>alert("x")</script> & <b>'
    plain = mark(text, [word]).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in plain
    assert mark(text, [word]).striptags() == text
