import pytest

from matchmaker.ranking.factors.substance import (
    judge_capability,
    judge_industry,
    judge_kind,
    judge_standards,
    judge_theme,
    judge_trl,
)
from tests.ranking.making import Places, make_need, make_offering


def found(judge, need, **offering):
    finding = judge(need, make_offering(**offering), Places())
    return finding.state, pytest.approx(finding.value)


@pytest.mark.parametrize(("kinds", "state", "value"), [
    ({"laboratory": 0.8, "data": 0.1}, "met", 0.8), ({"laboratory": 0.25}, "met", 0.25),
    ({"laboratory": 0.24}, "unknown", 0), ({"laboratory": 0.05}, "unknown", 0),
    ({"data": 0.9, "laboratory": 0.01}, "missing", -0.25), ({"data": 1.0}, "missing", -0.25), ({}, "unknown", 0),
    ({"laboratory": 0.01, "data": 0.005}, "unknown", 0),
])
def test_kind(kinds, state, value):
    assert found(judge_kind, make_need(kinds=kinds)) == (state, value)


HOT = {"parameter": {"zh": "温度", "en": "temperature"}, "min": -40, "max": 150, "unit": "°C"}
COOL = HOT | {"max": 60}
BENCH = {"parameter": {"zh": "频率", "en": "frequency"}, "min": 5, "max": 2000, "unit": "Hz"}


@pytest.mark.parametrize(("problem", "capabilities", "state", "value"), [
    ("温度 -20~85 °C 的试验箱", [HOT], "met", 1), ("温度 -20~85 °C 的试验箱", [COOL], "missing", -1),
    ("温度 -20~85 °C 的试验箱", [COOL, HOT], "met", 1), ("温度 -20~85 °C 的试验箱", [BENCH], "unknown", 0),
    ("温度 -20~85 °C 的试验箱", [], "unknown", 0), ("一个试验箱", [HOT], "unknown", 0),
    ("温度 -20~85 °C，频率 10~5000 Hz", [HOT, BENCH], "missing", 0),
])
def test_capability(problem, capabilities, state, value):
    assert found(judge_capability, make_need(problem), capabilities=capabilities) == (state, value)


def test_a_capability_that_falls_short_says_so():
    finding = judge_capability(make_need("温度 -20~85 °C"), make_offering(capabilities=[COOL]), Places())
    assert "60" in str(finding.message)
    assert "85" in str(finding.message)


@pytest.mark.parametrize(("problem", "offering", "state", "value"), [
    ("按 GB/T 2423.10 做振动", {"standards": ["GB/T 2423.10-2019"]}, "met", 1),
    ("按 GB/T 2423.10 做振动，要 CNAS", {"standards": ["GB/T 2423.10"]}, "met", 0.5),
    ("按 GB/T 2423.10 做振动，要 CNAS", {"standards": ["GB/T 2423.10"], "accreditations": ["CNAS"]}, "met", 1),
    ("按 GB/T 2423.10 做振动", {"standards": ["GB/T 2423.17"]}, "missing", -1),
    ("按 GB/T 2423.10 做振动", {}, "unknown", 0), ("做振动", {"standards": ["GB/T 2423.10"]}, "unknown", 0),
])
def test_standards(problem, offering, state, value):
    assert found(judge_standards, make_need(problem), **offering) == (state, value)


@pytest.mark.parametrize(("own", "served", "state", "value"), [
    (["C391"], ["C39"], "met", 1), (["C39"], ["C391", "I65"], "met", 1), (["C40"], ["C39"], "met", 0),
    (["I65"], ["C39"], "missing", -0.5), ([], ["C39"], "unknown", 0), (["C39"], [], "unknown", 0),
])
def test_industry(own, served, state, value):
    assert found(judge_industry, make_need(industries=own), industries=served) == (state, value)


def test_the_firms_own_industry_serves_where_the_need_names_none():
    assert found(judge_industry, make_need(organisation={"industry": "C39"}), industries=["C39"]) == ("met", 1)


@pytest.mark.parametrize(("own", "low", "high", "state", "value"), [
    (5, 4, 6, "met", 1), (4, 4, None, "met", 1), (6, None, 6, "met", 1), (3, 4, 6, "missing", -0.5),
    (7, 4, 6, "missing", -0.5), (None, 4, 6, "unknown", 0), (5, None, None, "unknown", 0),
])
def test_trl(own, low, high, state, value):
    assert found(judge_trl, make_need(trl_now=own), trl_min=low, trl_max=high) == (state, value)


@pytest.mark.parametrize(("wanted", "own", "state", "value"), [
    (["silver_economy"], ["silver_economy", "low_carbon"], "met", 1),
    (["silver_economy"], ["low_carbon"], "missing", 0),
    (["silver_economy"], [], "missing", 0), ([], ["low_carbon"], "unknown", 0),
])
def test_theme(wanted, own, state, value):
    assert found(judge_theme, make_need(themes=wanted), themes=own) == (state, value)
