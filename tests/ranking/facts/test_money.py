"""Budgets: amounts beside a word, a cap or a currency; other money is none."""

import pytest

from matchmaker.ranking.facts.money import find_budget


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "currency"),
    [
        ("预算8万元", None, 80_000, "CNY"),
        ("不超过 3,000 元", None, 3_000, "CNY"),
        ("no more than RMB 50,000", None, 50_000, "CNY"),
        ("a maximum of EUR 500 000 per funded project", None, 500_000, "EUR"),
        ("预算5-8 万", 50_000, 80_000, "CNY"),
        ("８万～１０万元", 80_000, 100_000, "CNY"),
        ("under RMB 50k", None, 50_000, "CNY"),
        ("budget of EUR 20,000", None, 20_000, "EUR"),
        ("20.000 EUR", None, 20_000, "EUR"),
        ("¥3.5万", None, 35_000, "CNY"),
        ("$5,000", None, 5_000, "USD"),
        ("30 万以内", None, 300_000, "CNY"),
        ("六万以内", None, 60_000, "CNY"),
        ("预算三万封顶", None, 30_000, "CNY"),
        ("预算三四十万", 300_000, 400_000, "CNY"),
        ("费用不超过一万二千元", None, 12_000, "CNY"),
        ("预算25万上下", None, 250_000, "CNY"),
        ("Budget 250k including chairs", None, 250_000, "CNY"),
        ("Budget: 15-20 kRMB", 15_000, 20_000, "CNY"),
        ("between EUR 10,000 and EUR 20,000", 10_000, 20_000, "EUR"),
        ("至少5万元预算", 50_000, None, "CNY"),
        ("budget US$ 1.2 million", None, 1_200_000, "USD"),
        ("不超过HK$30,000", None, 30_000, "HKD"),
    ],
)
def test_a_budget_is_read(text: str, minimum: int | None, maximum: int | None, currency: str) -> None:
    budget = find_budget(f"我们想做测试，{text}，急。")
    assert budget is not None
    ends = tuple(None if end is None else end / 100 for end in (budget.minimum, budget.maximum))
    assert (*ends, budget.currency) == (minimum, maximum, currency)


def test_yen_have_no_smaller_unit() -> None:
    budget = find_budget("budget 500,000 JPY")
    assert budget is not None
    assert budget.maximum == 500_000


@pytest.mark.parametrize(
    "text",
    [
        "想贷300万流动资金",
        "the price per unit should fall from $5 to $3",
        "apply for a £50,000 grant",
        "Distributor owes us USD 170,000 since 14 months",
        "interest below 5% for a 3 million RMB loan",
        "公司2021年营收300万元",
        "9000起，有证优先",
        "2万元/台",
        "about 6 000 yuan a month for tokens",
        "一个月一两千块",
        "数据10万条以内",
        "budget: 5 people",
        "模具厂说一改就是四五万",
        "price by conversation",
        "2027年3月，96 h",
    ],
)
def test_other_money_is_no_budget(text: str) -> None:
    assert find_budget(text) is None


def test_the_word_for_a_budget_wins_over_an_amount_before_it() -> None:
    budget = find_budget("设备值 ¥200,000，预算3万元")
    assert budget is not None
    assert budget.maximum == 3_000_000
