"""Regions: where the need arises, not where a firm, a dish or a dialect has its name from."""

import pytest

from matchmaker.ranking.facts.regions import Gazetteer, Region, find_regions, home_region

NAMES = {
    "江苏省": "320000", "苏州市": "320500", "Suzhou": "320500", "Jiangsu Province": "320000", "上海市": "310000",
    "四川省": "510000", "吉林省": "220000", "吉林市": "220200", "中牟县": "410122", "合作市": "623001",
    "内蒙古自治区": "150000", "Xiamen": "350200", "New York": "840001", "York": "826001", "佛山市": "440600",
    "北京市": "110000", "通州区": "110112", "南通市": "320600", "China": "000000",
}  # fmt: skip
GAZETTEER = Gazetteer(NAMES)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("我们在苏州，件重38公斤", ["320500"]),
        ("Suzhou-based team", ["320500"]),
        ("江苏省苏州市", ["320000", "320500"]),
        ("南通附近最好", ["320600"]),
        ("吉林市的客户", ["220200"]),
        ("在中牟，社员自己送样", ["410122"]),
        ("内蒙古的风场", ["150000"]),
        ("We moved from York to New York.", ["826001", "840001"]),
        ("我司位于佛山，客户是上海电气集团", ["440600"]),
        ("plant in Jiangsu, China", ["320000", "000000"]),
    ],
)
def test_regions_are_found_longest_name_first(text: str, codes: list[str]) -> None:
    assert [region.code for region in GAZETTEER.find(text)] == codes


@pytest.mark.parametrize(
    "text",
    [
        "苏州恒力机械有限公司",
        "苏州大学的技术",
        "Suzhou Xinhe Precision Technology Co., Ltd.",
        "Raindrop Sanitary Ware (Xiamen) Co., Ltd.",
        "300亩上海青和韭菜",
        "会说四川话的药盒",
        "Chinese partner",
        "suzhou",
        "在合作中",
        "长期合作",
        "SUZHOUX",
    ],
)
def test_names_within_names_are_no_regions(text: str) -> None:
    assert GAZETTEER.find(text) == []


def test_a_short_form_of_two_regions_is_none() -> None:
    names = {"新华县": "100100", "新华市": "200200"}
    assert find_regions("位于新华附近", names) == []
    assert find_regions("位于新华市", names) == [Region("200200", "新华市")]


def test_the_home_is_the_finest_region_of_the_first() -> None:
    assert home_region(GAZETTEER.find("江苏苏州，也可去上海")) == "320500"
    assert home_region(GAZETTEER.find("上海，江苏苏州")) == "310000"
    assert home_region(GAZETTEER.find("all over China")) is None
    assert home_region([]) is None


def test_an_empty_gazetteer_finds_nothing() -> None:
    assert find_regions("苏州 Suzhou", {}) == []
