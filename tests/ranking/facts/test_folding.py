"""Folding and masking."""

from hypothesis import given
from hypothesis import strategies as st

from matchmaker.ranking.facts.folding import fold, mask


def test_a_circled_number_does_not_run_into_the_figure_behind_it() -> None:
    assert fold("①10kN").strip() == "10kN"


def test_the_chinese_comma_does_not_group_thousands() -> None:
    assert "," not in fold("１０，２００ Hz")


def test_what_careless_conversions_leave_is_read_as_it_was_meant() -> None:
    assert fold("&gt;16 &deg;C, 2 Âµm, 30\x9631") == fold(">16 °C, 2 µm, 30–31")
    assert fold("Âge") == "Âge"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(str(fold(text))) == fold(text)


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4))
def test_masking_keeps_the_length_and_the_rest(text: str, pairs: list[tuple[int, int]]) -> None:
    spans = [(min(pair), min(max(pair), len(text))) for pair in pairs if min(pair) <= len(text)]
    hidden = mask(text, spans)
    assert len(hidden) == len(text)
    inside = {place for start, end in spans for place in range(start, end)}
    assert all(hidden[place] == ("\x00" if place in inside else text[place]) for place in range(len(text)))
