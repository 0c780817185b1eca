import datetime as dt

import pytest

from matchmaker.i18n import use_language
from matchmaker.services import formats


def yuan(amount):
    return {"amount": amount, "currency": "CNY"}


@pytest.mark.parametrize(("amount", "en", "zh"), [
    (320_000, "CN¥3,200", "3,200 元"),
    (320_050, "CN¥3,200.50", "3,200.5 元"),
    (3_000_000, "CN¥30,000", "3 万元"),
    (3_255_000, "CN¥32,550", "32,550 元"),
    (0, "CN¥0", "0 元"),
])
def test_yuan_is_written_as_each_language_writes_it(amount, en, zh):
    assert formats.money(yuan(amount)) == en
    with use_language("zh"):
        assert formats.money(yuan(amount)) == zh


def test_money_knows_currencies_without_minor_units():
    assert formats.money({"amount": 5_000, "currency": "JPY"}) == "JP¥5,000"
    assert formats.money(None) == ""


@pytest.mark.parametrize(("low", "high", "en", "zh"), [
    (320_000, 560_000, "CN¥3,200–5,600", "3,200–5,600 元"),
    (3_200_000, 5_600_000, "CN¥32,000–56,000", "3.2–5.6 万元"),
    (320_000, 5_600_000, "CN¥3,200–56,000", "3,200 元–5.6 万元"),
    (500, 500, "CN¥5", "5 元"),
    (0, 0, "Free of charge", "免费"),
    (500, None, "from CN¥5", "5 元起"),
    (None, 500, "up to CN¥5", "最高 5 元"),
    (None, None, "", ""),
])
def test_a_range_of_prices_says_its_unit_once(low, high, en, zh):
    ends = [None if amount is None else yuan(amount) for amount in (low, high)]
    assert formats.price(*ends) == en
    with use_language("zh"):
        assert formats.price(*ends) == zh


def test_two_currencies_are_both_named():
    assert formats.price(yuan(100), {"amount": 100, "currency": "USD"}) == "CN¥1 – US$1"


@pytest.mark.parametrize(("share", "words"), [(0.912, "91%"), (0.999, "99%"), (1, "100%"), (0, "0%")])
def test_almost_certain_is_never_rounded_to_certain(share, words):
    assert formats.percent(share) == words


@pytest.mark.parametrize(("value", "words"), [(2.104, "+2.10"), (-0.2, "−0.20"), (-0.001, "+0.00"), (0, "+0.00")])
def test_points_carry_a_true_sign(value, words):
    assert formats.signed(value) == words


def test_days_are_in_words():
    assert formats.day("2026-10-20") == "20 October 2026"
    assert formats.day(dt.date(2026, 10, 20), "short") == "20/10/2026"
    with use_language("zh"):
        assert formats.day("2026-10-20T08:00:00Z") == "2026年10月20日"
    assert formats.day(None) == ""


@pytest.mark.parametrize(("days", "en", "zh"), [
    (0, "today", "今天"), (3, "3 days ago", "3天前"), (21, "3 weeks ago", "3周前"), (100, "3 months ago", "3个月前"),
])
def test_how_long_ago_a_day_was(days, en, zh):
    day = formats.today() - dt.timedelta(days=days)
    assert formats.ago(day.isoformat()) == en
    with use_language("zh"):
        assert formats.ago(day) == zh
    assert formats.ago(None) == ""


@pytest.mark.parametrize(("low", "high", "unit", "words"), [
    (5, 2000, "Hz", "5–2,000 Hz"),
    (-40, 120, "°C", "−40 – 120 °C"),
    (None, 50, "kN", "≤ 50 kN"),
    (3, None, "mm", "≥ 3 mm"),
    (20, 98, "%", "20–98%"),
    (28, 28, "m**3", "28 m³"),
    (None, 1e-05, "Pa", "≤ 0.00001 Pa"),
    (1, 2, None, "1–2"),
    (None, None, "kg", ""),
])
def test_a_range_of_a_quantity(low, high, unit, words):
    assert formats.span(low, high, unit) == words


def test_numbers_have_thousands_marked():
    assert formats.number(12345.678) == "12,345.68"


@pytest.mark.parametrize(("seconds", "english", "chinese"), [
    (1, "1 second", "1秒钟"), (59, "59 seconds", "59秒钟"), (60, "1 minute", "1分钟"), (61, "2 minutes", "2分钟"),
    (899, "15 minutes", "15分钟"), (5400, "90 minutes", "90分钟"), (5401, "2 hours", "2小时"),
    (86_400, "24 hours", "24小时"),
])
def test_a_time_to_wait_is_rounded_up(seconds, english, chinese):
    with use_language("en"):
        assert formats.duration(seconds) == english
    with use_language("zh"):
        assert formats.duration(seconds) == chinese
