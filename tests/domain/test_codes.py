import csv

import pytest
from stdnum.cn import uscc

from matchmaker.domain import codes
from matchmaker.domain.codes import distance_km, industry, is_unified_social_credit_code, region, regions_named


def rows(name: str) -> list[dict[str, str]]:
    with (codes.CODES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_lists_are_whole():
    regions, industries = rows("regions.csv"), rows("industries.csv")
    assert sum(row["code"].endswith("0000") for row in regions) == 34
    assert len({row["code"] for row in regions}) == len(regions) > 3_300
    assert all(row["name_zh"] and row["name_en"] for row in regions)
    assert len([row for row in industries if len(row["code"]) == 1]) == 20
    assert len([row for row in industries if len(row["code"]) == 3]) == 97
    assert all(row["name_en"] for row in industries if len(row["code"]) <= 3)
    assert len(industries) == 1_971
    assert len(rows("isic.csv")) == 766


def test_every_region_and_industry_reaches_its_top():
    for row in rows("regions.csv"):
        assert region(row["code"]).chain[-1].code == row["code"][:2] + "0000"
    for row in rows("industries.csv"):
        assert industry(row["code"]).chain[-1].code == row["code"][0]


def test_a_region_knows_its_names_and_what_it_belongs_to():
    kunshan = region("320583")
    assert kunshan.names == {"zh": "昆山市", "en": "Kunshan"}
    assert [found.code for found in kunshan.chain] == ["320583", "320500", "320000"]
    assert region("320000").parent == region("000000")
    assert region("000000").parent is None
    assert region("000000").names["zh"] == "全国"


def test_nodes_without_a_name_bear_that_of_their_province():
    assert region("310100").names == region("310000").names


def test_regions_outside_china_are_countries_and_their_parts():
    assert region("DE").names == {"zh": "德国", "en": "Germany"}
    assert region("DE-BY").parent == region("DE")
    assert region("DE").parent is None


@pytest.mark.parametrize("code", [
    "", "32", "999999", "ZZ", "EU", "QQ", "de", "DE-", "DE-BAYERN", "DE-BY\n", "３２０５００",
])
def test_codes_that_do_not_exist(code):
    assert region(code) is None


@pytest.mark.parametrize(("text", "code"), [
    ("苏州", "320500"), ("苏州市", "320500"), ("Suzhou", "320500"), (" suzhou  CITY ", "320500"), ("江苏省", "320000"),
    ("江苏", "320000"), ("Jiangsu Province", "320000"), ("内蒙古", "150000"), ("内蒙古自治区", "150000"),
    ("Inner Mongolia", "150000"), ("新疆", "650000"), ("延边", "222400"), ("西安", "610100"), ("Xi'an", "610100"),
    ("Xian", "610100"), ("Shaanxi", "610000"), ("Shanxi", "140000"), ("Harbin", "230100"), ("昆山", "320583"),
    ("北京", "110000"), ("朝阳", "211300"), ("吕梁", "141100"), ("Macau", "820000"), ("Tibet", "540000"),
    ("全国", "000000"), ("China", "000000"),
])
def test_regions_are_found_by_name_the_largest_first(text, code):
    assert regions_named(text)[0].code == code


def test_namesakes_are_all_found():
    assert {found.code for found in regions_named("suzhou")} >= {"320500", "341300"}
    assert {found.code for found in regions_named("朝阳")} >= {"211300", "110105"}


@pytest.mark.parametrize("text", ["", "市辖区", "县", "市", "Atlantis", "苏", "\ud800", "x" * 10_000])
def test_names_of_no_region(text):
    assert regions_named(text) == []


def test_distances():
    assert distance_km("320500", "320500") == 0
    assert distance_km("110000", "440100") == pytest.approx(1_889, abs=15)
    assert distance_km("320500", "310000") == distance_km("310000", "320500") == pytest.approx(85, abs=5)


def test_distances_fall_back_to_what_a_region_belongs_to():
    assert distance_km("310100", "310000") == 0
    assert region("320614").lat is None
    assert distance_km("320614", "320600") == 0


@pytest.mark.parametrize(("a", "b"), [("000000", "110000"), ("DE", "110000"), ("110000", "999999"), ("", "")])
def test_unknown_distances(a, b):
    assert distance_km(a, b) is None


@pytest.mark.parametrize(("text", "code"), [
    ("C3911", "C3911"), ("3911", "C3911"), ("c39", "C39"), ("39", "C39"), (" C ", "C"), ("ISIC:2610", "ISIC:2610"),
    ("isic:C", "ISIC:C"), ("01", "A01"),
])
def test_industries_are_found_with_and_without_their_letter(text, code):
    assert industry(text).code == code


@pytest.mark.parametrize("text", ["", "D39", "Z", "99", "ISIC:", "ISIC:9999", "ISIC", "\ud800", "C39110"])
def test_industries_that_do_not_exist(text):
    assert industry(text) is None


def test_an_industry_knows_what_it_is_a_part_of():
    assert [found.code for found in industry("C3911").chain] == ["C3911", "C391", "C39", "C"]
    assert [found.code for found in industry("ISIC:2610").chain] == ["ISIC:2610", "ISIC:261", "ISIC:26"]
    assert industry("C39").names["en"] == "Computers, communication and other electronic equipment"


def test_unified_social_credit_codes():
    base = "91320500MA1ABCDEF"
    code = base + uscc.calc_check_digit(base)
    wrong = base + ("1" if code[-1] != "1" else "2")
    assert is_unified_social_credit_code(code)
    assert not is_unified_social_credit_code(wrong)
    assert not is_unified_social_credit_code(code[:-1])
    assert not is_unified_social_credit_code("")
    assert not is_unified_social_credit_code("９" * 18)
    assert not is_unified_social_credit_code("\ud800" * 18)
