from decimal import Decimal

import pytest

from matchmaker.services import cells
from matchmaker.tabular import Fault


@pytest.mark.parametrize(("text", "amount"), [
    ("1200", "1200"), ("1,200", "1200"), ("1 200.5", "1200.5"), ("1'200'000", "1200000"), ("1.200,50", "1200.50"),
    ("0,5", "0.5"), ("¥3,500/次", "3500"), ("３５００元", "3500"), ("2.5万", "25000"), ("1 亿元", "100000000"),
    ("80 GB", "80"), ("-40 °C", "-40"), ("−40", "-40"), ("1e3", "1000"), (7, "7"), (0.1, "0.1"),
])
def test_one_number_is_read_whatever_stands_beside_it(text, amount):
    assert cells.number(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "n/a", "20-26", "1 or 2", "3.4.5", "9" * 400, "1,23,45", True])
def test_what_is_not_one_number_is_refused(text):
    fault = cells.number(text, "price_min")
    assert isinstance(fault, Fault)
    assert fault.column == "price_min"


@pytest.mark.parametrize(("text", "limits"), [
    ("5..2000 Hz", (5, 2000, "Hz")), ("5-2000Hz", (5, 2000, "Hz")), ("-40~85 °C", (-40, 85, "°C")),
    ("-40 – -10 °C", (-40, -10, "°C")), ("5 至 20 kN", (5, 20, "kN")), ("..1,200 mm", (None, 1200, "mm")),
    ("0.5.. µm", (0.5, None, "µm")), ("≤40 kN", (None, 40, "kN")), (">= 3 m", (3, None, "m")),
    ("up to 3 m", (None, 3, "m")), ("532 nm", (532, 532, "nm")), ("7", (7, 7, "")),
])
def test_ranges_are_read(text, limits):
    assert cells.span(text) == limits


@pytest.mark.parametrize("text", ["", "fast", ".", "a..b", "..", "3 4 5"])
def test_what_is_no_range_is_none(text):
    assert cells.span(text) is None


def test_money_is_counted_in_the_minor_units_of_its_currency():
    assert cells.money("3,200.50", "CNY") == {"amount": 320050, "currency": "CNY"}
    assert cells.money("1200", "JPY") == {"amount": 1200, "currency": "JPY"}
    assert cells.money("0.0001", "USD") == {"amount": 1, "currency": "USD"}
    assert cells.money(0, "USD") == {"amount": 0, "currency": "USD"}


def test_lists_are_read_from_json_and_from_text():
    assert cells.items('["a", null, "b; c"]') == ["a", "b; c"]
    assert cells.items("a; b；c\nb;") == ["a", "b", "c"]
    assert cells.items("a / b", " / ") == ["a", "b"]
    assert cells.items('["broken') == ['["broken']
    assert cells.items(["x", 2]) == ["x", "2"]
    assert cells.items(None) == []


def test_a_flag_is_yes_or_no_or_a_fault():
    assert cells.flag("是") is True
    assert cells.flag("No") is False
    assert cells.flag(True) is True
    assert isinstance(cells.flag("maybe"), Fault)
