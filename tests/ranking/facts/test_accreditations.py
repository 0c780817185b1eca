"""Accreditations: the codes of the catalogue, and not those that the text declines."""

import pytest

from matchmaker.ranking.facts.accreditations import find_accreditations


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("需要CNAS和CMA报告", ["CNAS", "CMA"]),
        ("以前只有ISO 9001，现在要IATF 16949", ["ISO9001", "IATF16949"]),
        ("ISO9001/14001/45001 体系", ["ISO9001", "ISO14001", "ISO45001"]),
        ("实验室须具备GLP或CNAS，GMP车间", ["GLP", "CNAS", "GMP"]),
        ("CE for pressure cooker + UK", ["CE"]),
        ("办理CE认证和3C认证，计量认证", ["CE", "CCC", "CMA"]),
        ("CMA/CAL 资质，CQC", ["CMA", "CAL", "CQC"]),
        ("CNAS or ILAC accredited", ["CNAS", "ILAC"]),
        ("FDA submission under ISO 13485:2016", ["FDA", "ISO13485"]),
    ],
)
def test_accreditations_are_found(text: str, codes: list[str]) -> None:
    assert find_accreditations(text) == codes


@pytest.mark.parametrize("text", ["BSL-1，非GMP即可", "不需要CNAS", "without CMA", "no GMP needed", "non-GMP batch",
                                  "CMA report not needed", "CNAS认可不是必须"])
def test_what_the_text_declines_is_left_out(text: str) -> None:
    assert find_accreditations(text) == []


@pytest.mark.parametrize("text", ["CALL centre", "balance of the CEO", "300 CE", "ACCC", "cal kit", "ISO 90012"])
def test_look_alikes_are_none(text: str) -> None:
    assert find_accreditations(text) == []
