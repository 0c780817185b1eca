"""The language of a text."""

import pytest

from matchmaker.ranking.facts.language import detect, han_share


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("电池支架跑着跑着就断", "zh"),
        ("求RTX A6000 PyTorch LoRA 微调算力", "zh"),
        ("STM32F103C8T6 开发板 EMC 测试", "zh"),
        ("Need a vibration table near 苏州 for two brackets", "en"),
        ("UN38.3 and IEC 62133-2", "en"),
        ("", "en"),
        ("12.5 / 3", "en"),
    ],
)
def test_the_language_is_that_of_the_words(text: str, language: str) -> None:
    assert detect(text) == language


def test_the_share_lies_between_none_and_all() -> None:
    assert (han_share("abc"), han_share("振动台"), han_share("")) == (0.0, 1.0, 0.0)
