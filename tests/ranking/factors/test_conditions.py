import datetime as dt
import math

import pytest

from matchmaker.ranking.factors import SOFT_FACTORS
from matchmaker.ranking.factors.conditions import (
    judge_language,
    judge_lead_time,
    judge_price,
    judge_region,
    judge_verified,
)
from tests.ranking.making import TODAY, Places, demo_needs, demo_offerings, make_need, make_offering


def found(judge, need, **offering):
    finding = judge(need, make_offering(**offering), Places())
    return finding.state, pytest.approx(finding.value)


def yuan(amount):
    return {"amount": amount, "currency": "CNY"}


@pytest.mark.parametrize(("need", "offering", "state", "value"), [
    ({}, {"delivery": ["mail_in"]}, "met", 0.5),
    ({"delivery": ["on_site"], "region": "320500"}, {"delivery": ["remote", "on_site"], "regions": ["320000"]},
     "met", 1),
    ({}, {"regions": ["000000"]}, "met", 0.5),
    ({"region": "320500"}, {"regions": ["320000"]}, "met", 1),
    ({"region": "320000"}, {"regions": ["320500"]}, "met", 1),
    ({"organisation": {"region": "320500"}}, {"regions": ["320500"]}, "met", 1),
    ({"region": "320500"}, {"regions": ["310100"]}, "met", 2 * math.exp(-80 / 400) - 1),
    ({"region": "320500"}, {"regions": ["510100"]}, "missing", 2 * math.exp(-1600 / 400) - 1),
    ({"region": "320500"}, {"regions": ["510100", "310100"]}, "met", 2 * math.exp(-80 / 400) - 1),
    ({"region": "320500"}, {"regions": ["DE"]}, "unknown", 0),
    ({"region": "320500"}, {}, "unknown", 0),
    ({}, {"regions": ["320500"]}, "unknown", 0),
])
def test_region(need, offering, state, value):
    assert found(judge_region, make_need("做振动试验", **need), **offering) == (state, value)


@pytest.mark.parametrize(("budget", "low", "high", "state", "value"), [
    (100, 50, 100, "met", 1), (100, 50, None, "met", 1), (100, 50, 101, "met", 0.5), (100, 101, 200, "missing", -1),
    (None, 50, 100, "unknown", 0), (100, None, None, "unknown", 0), (None, 0, None, "met", 1), (None, 0, 0, "met", 1),
    (10, 0, 50, "met", 0.5),
])
def test_price(budget, low, high, state, value):
    need = make_need(budget_max=yuan(budget) if budget is not None else None)
    prices = {"price_min": None if low is None else yuan(low), "price_max": None if high is None else yuan(high)}
    assert found(judge_price, need, **prices) == (state, value)


def test_a_price_in_another_currency_says_nothing():
    need = make_need(budget_max={"amount": 1, "currency": "USD"})
    assert found(judge_price, need, price_min=yuan(100)) == ("unknown", 0)


def test_a_voucher_that_both_know_is_worth_more_than_the_price():
    need = make_need(vouchers_held=["苏州创新券"], budget_max=yuan(1))
    assert found(judge_price, need, voucher_schemes=["苏州创新券"], price_min=yuan(100)) == ("met", 1)


def test_an_open_end_of_a_price_is_not_said_to_be_its_most():
    finding = judge_price(make_need(budget_max=yuan(100)), make_offering(price_min=yuan(50)), Places())
    assert finding.message.template.startswith("From")


@pytest.mark.parametrize(("in_days", "lead_time", "state", "value"), [
    (14, 10, "met", 1), (13, 10, "missing", -1), (0, 0, "met", 1), (None, 10, "unknown", 0), (14, None, "unknown", 0),
])
def test_lead_time_is_in_working_days(in_days, lead_time, state, value):
    day = None if in_days is None else TODAY + dt.timedelta(in_days)
    assert found(judge_lead_time, make_need(needed_by=day), lead_time_days=lead_time) == (state, value)


@pytest.mark.parametrize(("languages", "state", "value"), [
    (["zh", "en"], "met", 1), (["zh-Hans"], "met", 1), (["en"], "missing", -1), ([], "unknown", 0),
    (None, "unknown", 0),
])
def test_language(languages, state, value):
    assert found(judge_language, make_need(language="zh"), languages=languages) == (state, value)


@pytest.mark.parametrize(("days_ago", "state", "value"), [
    (183, "met", 1), (184, "missing", -0.5), (None, "unknown", 0),
])
def test_verified(days_ago, state, value):
    day = None if days_ago is None else (TODAY - dt.timedelta(days_ago)).isoformat()
    assert found(judge_verified, make_need(), verified_at=day) == (state, value)


def test_whatever_they_say_all_factors_keep_to_their_bounds():
    for stated in demo_needs()[::7]:
        need = make_need(**stated)
        for offering in demo_offerings()[::5]:
            for factor in SOFT_FACTORS:
                finding = factor.judge(need, offering, Places())
                assert -1 <= finding.value <= 1
                assert {"met": finding.value >= 0, "missing": finding.value <= 0, "unknown": finding.value == 0}[
                    finding.state], (factor.name, finding)
                assert str(finding.message)
