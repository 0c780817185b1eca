import pytest

from matchmaker.i18n import use_language
from matchmaker.web import cards

PLAIN = {
    "regions": [], "price_min": None, "price_max": None, "pricing_model": None, "sme_discount": None,
    "lead_time_days": None, "capacity": None, "verified_at": None,
}


def offering(**fields):
    return PLAIN | fields


def money(amount):
    return {"amount": amount, "currency": "CNY"}


def test_an_offering_that_states_nothing_has_no_facts():
    assert cards.fact_lines(offering()) == []


def test_the_facts_that_decide_come_in_one_order():
    lines = cards.fact_lines(offering(
        regions=["320600"], price_min=money(320_000), price_max=money(560_000), pricing_model="per_test",
        lead_time_days=10, capacity={"available": 4, "maximum": 20, "unit": "slot_per_month"},
        verified_at="2020-01-01",
    ))
    assert [sign for sign, _words in lines] == ["place", "price", "time", "slots", "seen"]
    assert [words for _sign, words in lines][:4] == [
        "Jiangsu · Nantong", "CN¥3,200–5,600, per test", "10 working days", "4 of 20 slots free a month"]
    assert lines[4][1].startswith("verified ")


@pytest.mark.parametrize(("fields", "words"), [
    ({"pricing_model": "quote"}, "Price by quotation"),
    ({"pricing_model": "free", "price_min": money(0), "price_max": money(0)}, "Free of charge"),
    ({"pricing_model": "revenue_share", "price_min": money(0), "price_max": money(0)}, "share of revenue"),
    ({"pricing_model": "per_day"}, "per day"),
    ({"price_min": money(500), "price_max": money(500)}, "CN¥5"),
    ({}, ""),
])
def test_prices_say_what_they_are_for(fields, words):
    assert cards.price_words(offering(**fields)) == words


@pytest.mark.parametrize(("capacity", "words"), [
    (None, ""),
    ({"available": None, "maximum": 5, "unit": "seat"}, ""),
    ({"available": 0, "maximum": 5, "unit": "seat"}, "Booked up at present"),
    ({"available": 3, "maximum": None, "unit": "seat"}, "3 seats free"),
    ({"available": 3, "maximum": 5, "unit": "seat"}, "3 of 5 seats free"),
    ({"available": 3, "maximum": 5, "unit": "moulding_per_shift"}, "3 of 5 free"),
    ({"available": 3, "maximum": 5, "unit": None}, "3 of 5 free"),
    ({"available": 30, "maximum": 1500, "unit": "core_hour_per_month"}, "30 of 1,500 core hours free a month"),
])
def test_capacity_says_what_is_free(capacity, words):
    assert cards.capacity_words(capacity) == words


@pytest.mark.parametrize(("regions", "words"), [
    ([], ""), (["000000"], "Nationwide"), (["320600", "000000"], "Jiangsu · Nantong, and nationwide"),
    (["320000", "330000", "110000"], "Jiangsu, Zhejiang and 1 more"),
])
def test_where_an_offering_is_to_be_had(regions, words):
    assert cards.where(offering(regions=regions)) == words


@pytest.mark.parametrize(("days", "words"), [(None, ""), (0, "At once"), (1, "1 working day"), (5, "5 working days")])
def test_lead_times_are_counted(days, words):
    assert cards.lead_time(days) == words


def test_a_text_in_the_other_language_only_says_so():
    assert cards.spoken({"zh": "振动台"}) == '<span lang="zh">振动台</span>'
    assert cards.spoken({"zh": "振动台", "en": "Shaker"}) == "Shaker"
    with use_language("zh"):
        assert cards.spoken({"zh": "振动台"}) == "振动台"
    assert cards.spoken({}) == cards.spoken(None) == ""


def test_single_characters_are_not_marked():
    assert cards.spoken({"en": "件 随机振动"}, ["件", "随机振动"]) == "件 <mark>随机振动</mark>"


def test_hostile_texts_are_escaped_in_whatever_language():
    assert "<img" not in cards.spoken({"zh": "<img src=x onerror=alert(1)>"}, ["img"])


def factor(name, contribution, state):
    return {"name": name, "contribution": contribution, "state": state, "detail": None}


def test_factors_stand_in_the_order_of_the_rule_card():
    match = {"factors": [factor("moon", 0.1, "met"), factor("price", -0.1, "missing"), factor("text", 2.0, "met")]}
    rows = cards.factor_views(match, {"text": 4.0, "price": 0.1})
    assert [(row.name, row.share, row.detail) for row in rows] == [("text", 0.5, ""), ("price", 0.04, ""),
                                                                   ("moon", 0.1, "")]


@pytest.mark.parametrize(("name", "state", "place"), [
    ("text", "met", "full"), ("verified", "met", "also"), ("verified", "missing", "full"), ("price", "unknown", "open"),
])
def test_main_factors_and_missing_ones_have_rows_of_their_own(name, state, place):
    (row,) = cards.factor_views({"factors": [factor(name, 0, state)]}, {})
    assert row.place == place


def test_the_profile_becomes_chips():
    profile = {
        "kinds": [{"kind": "laboratory", "probability": 0.82}, {"kind": "compute", "probability": 0.02}],
        "standards": ["GB/T 2423.10"], "accreditations": ["CNAS"], "quantities": [{"text": "38 kg"}],
        "region": "320600", "needed_by": "2027-03-31", "budget_max": money(3_000_000), "trl": 5,
    }
    chips = cards.profile_chips(profile, {"laboratory": "Laboratories"})
    assert [chip.words for chip in chips] == [
        "Laboratories", "GB/T 2423.10", "CNAS", "38 kg", "Jiangsu · Nantong", "by 31 March 2027",
        "budget up to CN¥30,000", "readiness level 5"]
    assert (chips[0].share, chips[0].is_kind, chips[1].is_kind) == (0.82, True, False)


def test_a_kind_that_was_stated_has_no_probability():
    profile = {"kinds": [{"kind": "compute", "probability": 1}], "standards": [], "accreditations": [],
               "quantities": [], "region": None, "needed_by": None, "budget_max": None, "trl": None}
    assert cards.profile_chips(profile, {}) == [cards.Chip("compute", True, None)]


@pytest.mark.parametrize(("entry", "words"), [
    ({"min": 5, "max": 2000, "unit": "Hz"}, "5–2,000 Hz"),
    ({"min": None, "max": 200, "unit": "sample"}, "≤ 200 samples"),
    ({"min": None, "max": None, "unit": "V"}, ""),
])
def test_capabilities_have_ranges(entry, words):
    assert cards.capability_span(entry) == words
