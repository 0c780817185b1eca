import pytest

from matchmaker.ranking.areas import NATIONWIDE, is_in_industry, is_within


@pytest.mark.parametrize(("region", "area", "expected"), [
    ("330206", "330000", True), ("330206", "330200", True), ("330206", "330206", True), ("330200", "330206", False),
    ("330206", "320000", False), ("330206", NATIONWIDE, True), ("DE-BY", "DE", True), ("DE", "DE-BY", False),
    ("DE", "D", False), ("DE", NATIONWIDE, False), ("DE", "330000", False), ("330206", "DE", False),
])
def test_is_within(region, area, expected):
    assert is_within(region, area) is expected


@pytest.mark.parametrize(("industry", "area", "expected"), [
    ("C391", "C39", True), ("C39", "C", True), ("C39", "C39", True), ("C39", "C391", False), ("C39", "C40", False),
])
def test_is_in_industry(industry, area, expected):
    assert is_in_industry(industry, area) is expected
