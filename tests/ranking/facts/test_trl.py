"""Readiness levels: only in figures."""

import pytest

from matchmaker.ranking.facts.trl import find_trl


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("TRL 4", (4, 4)),
        ("from TRL 4 to 7", (4, 7)),
        ("TRL4-6，找试点", (4, 6)),
        ("目前 TRL 5，目标 TRL 7", (5, 7)),
        ("技术成熟度4级", (4, 4)),
        ("技术成熟度等级为第6级", (6, 6)),
        ("technology readiness level (TRL) of 3", (3, 3)),
    ],
)
def test_levels_are_read(text: str, levels: tuple[int, int]) -> None:
    assert find_trl(text) == levels


@pytest.mark.parametrize("text", ["已有样机", "prototype", "TRL 12", "TRL 0", "CTRL 5", "TRL", "成熟度识别准确率95%"])
def test_nothing_else_is_a_level(text: str) -> None:
    assert find_trl(text) is None
