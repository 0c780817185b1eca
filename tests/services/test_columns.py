import pytest

from matchmaker.errors import Invalid
from matchmaker.services import columns


def test_a_row_of_our_spreadsheet_becomes_an_offering():
    offering, faults = columns.as_offering({
        "external_id": "a-1", "kind": "laboratory · 实验室 · laboratory", "title_zh": "振动台", "title_en": "Vibration",
        "summary": "简介", "keywords": "振动; 冲击", "capabilities": "频率|frequency: 5..2000 Hz; load: ≤ 40 kN",
        "eligibility_size_classes": "micro; small", "eligibility_one_person_ok": "是",
        "eligibility_max_age_years": "5 年",
        "capacity_unit": "slot", "capacity_maximum": "20", "price_min": "3,200 元", "price_max": "0.5万",
        "currency": "",
        "valid_from": "2026/7/1", "delivery": "on_site; mail_in", "contact": " ", "description_en": None, "regions": [],
    })
    assert not faults
    assert offering == {
        "external_id": "a-1", "kind": "laboratory", "title": {"zh": "振动台", "en": "Vibration"}, "summary": "简介",
        "keywords": ["振动", "冲击"], "capabilities": [
            {"parameter": {"zh": "频率", "en": "frequency"}, "min": 5.0, "max": 2000.0, "unit": "Hz"},
            {"parameter": "load", "min": None, "max": 40.0, "unit": "kN"}],
        "eligibility": {"size_classes": ["micro", "small"], "one_person_ok": True, "max_age_years": 5},
        "capacity": {"unit": "slot", "maximum": 20.0},
        "price_min": {"amount": 320000, "currency": "CNY"}, "price_max": {"amount": 500000, "currency": "CNY"},
        "valid_from": "2026-07-01", "delivery": ["on_site", "mail_in"],
    }


def test_structured_values_pass_unchanged():
    row = {"title": {"zh": "名"}, "price_min": {"amount": 5, "currency": "USD"}, "eligibility": {"regions": ["330000"]},
           "capabilities": [{"parameter": "x", "min": 1}], "surprise": {"a": 1}}
    assert columns.as_offering(row) == (row, [])


def test_prices_are_put_in_order():
    offering, _ = columns.as_offering({"price": "15..0.5", "currency": "USD"})
    assert (offering["price_min"]["amount"], offering["price_max"]["amount"]) == (50, 1500)


@pytest.mark.parametrize(("name", "value", "code"), [
    ("price_min", "cheap", "not_a_number"), ("trl_min", "4.5", "not_whole"),
    ("capacity_maximum", "many", "not_a_number"),
    ("eligibility_one_person_ok", "perhaps", "not_yes_or_no"), ("capabilities", "fast", "bad_capability"),
    ("capabilities", "speed: fast", "bad_capability"), ("price", "cheap", "bad_range"),
])
def test_a_cell_that_cannot_be_read_is_named(name, value, code):
    offering, faults = columns.as_offering({name: value})
    assert [(fault.code, fault.column) for fault in faults] == [(code, name)]
    assert not offering


def test_an_unknown_column_is_refused_with_the_nearest():
    columns.check_names(columns.BY_NAME)
    with pytest.raises(Invalid, match="“title_zh”"):
        columns.check_names(["external_id", "Title ZH"])
    with pytest.raises(Invalid, match="template"):
        columns.check_names(["完全不同"])


def test_fields_of_the_schema_are_told_by_their_columns():
    named = {"title.zh": "title_zh", "title": "title", "price_min.amount": "price_min", "platform.name.en": "platform",
             "capacity.available": "capacity_available", "keywords.3": "keywords", "unknown.x": "unknown"}
    assert {field: columns.column_of(field) for field in named} == named
