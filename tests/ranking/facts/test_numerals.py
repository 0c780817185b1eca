"""Numbers as written."""

import pytest

from matchmaker.ranking.facts.numerals import approximate_numbers, chinese_number, decimal


@pytest.mark.parametrize(
    ("written", "value"),
    [("十", 10), ("十五", 15), ("三十", 30), ("一百零五", 105), ("两千四", 2400), ("两千零四", 2004), ("三百万", 3e6),
     ("一万二千", 12000), ("一亿", 1e8), ("半", 0.5), ("二〇二七", 2027), ("x", None)],
)  # fmt: skip
def test_chinese_numerals(written: str, value: float | None) -> None:
    assert chinese_number(written) == value


def test_neighbouring_numerals_are_a_range() -> None:
    assert approximate_numbers("四五十") == (40.0, 50.0)
    assert approximate_numbers("四六") is None


@pytest.mark.parametrize(("written", "value"), [("1,200", 1200), ("10^-6", 1e-6), ("5 × 10^3", 5000), ("2e3", 2000)])
def test_decimals(written: str, value: float) -> None:
    assert decimal(written) == pytest.approx(value)
