import datetime as dt
import json

import pytest
from marshmallow import ValidationError

from matchmaker.config import ROOT
from matchmaker.domain import Direction, SizeClass
from matchmaker.schemas.base import keys
from matchmaker.schemas.fields import flatten
from matchmaker.schemas.needs import PROBLEM, FlatNeedSchema, MatchRequestSchema, NeedSchema


def faults(schema, data) -> dict[str, str]:
    """Return field → code of what is wrong with `data`."""
    with pytest.raises(ValidationError) as caught:
        schema().load(data)
    return {found["field"]: found["code"] for found in flatten(caught.value.messages)}


def yuan(amount: int) -> dict:
    return {"amount": amount * 100, "currency": "CNY"}


def test_only_the_problem_is_needed():
    need = NeedSchema().load({"problem": " 电机壳开裂 "})
    assert need["problem"] == "电机壳开裂"
    assert need["language"] == "zh"
    assert need["direction"] is Direction.SEEKS_RESOURCE
    assert need["anonymous_until_accepted"] is True
    assert need["organisation"] is need["budget_max"] is None
    assert need["kinds"] == need["must_haves"] == []


def test_every_field_of_the_contract_is_there():
    assert set(NeedSchema().load({"problem": "x"})) == {
        "problem", "title", "kinds", "industries", "themes", "direction", "trl_now", "trl_target", "must_haves",
        "nice_to_haves", "quantity", "budget_min", "budget_max", "needed_from", "needed_by", "region", "delivery",
        "sensitivity", "anonymous_until_accepted", "excluded_platforms", "vouchers_held", "language", "organisation",
        "concepts", "excluded_concepts",
    }


def test_all_demo_needs_load_and_their_language_is_found():
    count = 0
    for path in (ROOT / "data").glob("needs_*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            given = json.loads(line)
            loaded = MatchRequestSchema().load({"need": given["need"]})["need"]
            assert loaded["language"] == given["language"], given["id"]
            count += 1
    assert count >= 100


def test_a_full_need():
    need = NeedSchema().load({
        "problem": "Cracks", "language": "zh", "budget_max": yuan(30_000), "needed_by": "2027-03-31",
        "region": "320500", "must_haves": ["CNAS", {"text": "report", "required": True}],
        "organisation": {"name": "Firm", "size_class": "micro", "founded": 2021, "industry": "38",
                         "is_one_person": False},
    })
    assert need["language"] == "zh"
    assert need["budget_max"] == yuan(30_000)
    assert need["needed_by"] == dt.date(2027, 3, 31)
    assert need["must_haves"] == [{"text": "CNAS", "required": False}, {"text": "report", "required": True}]
    assert need["organisation"]["size_class"] is SizeClass.MICRO
    assert need["organisation"]["industry"] == "C38"
    assert need["organisation"]["certifications"] is None


@pytest.mark.parametrize(("changes", "field", "code"), [
    ({"problem": ""}, "problem", "required"), ({"problem": " \n "}, "problem", "required"),
    ({"problem": "x" * (PROBLEM + 1)}, "problem", "too_long"), ({"problem": "\x00"}, "problem", "control_character"),
    ({"needed_from": "2027-02-01", "needed_by": "2027-01-01"}, "needed_from", "wrong_order"),
    ({"budget_min": yuan(5), "budget_max": yuan(4)}, "budget_min", "wrong_order"),
    ({"budget_min": yuan(5), "budget_max": {"amount": 900, "currency": "EUR"}}, "budget_max", "currencies_differ"),
    ({"trl_now": 7, "trl_target": 5}, "trl_now", "wrong_order"), ({"language": "fr"}, "language", "not_a_choice"),
    ({"organisation": {"founded": 1500}}, "organisation.founded", "out_of_range"),
    ({"organisation": {"unified_social_credit_code": "1"}}, "organisation.unified_social_credit_code",
     "wrong_credit_code"),
    ({"organisation": "Firm"}, "organisation", "not_an_object"), ({"kinds": ["x"]}, "kinds.0", "unknown_kind"),
    ({"must_haves": [5]}, "must_haves.0", "not_a_requirement"), ({"sensitivity": "top"}, "sensitivity", "not_a_choice"),
    ({"budget_max": "30000"}, "budget_max", "not_money"),
    ({"organisation_name": "x"}, "organisation_name", "unknown_field"),
])
def test_one_fault_is_named_at_its_place(changes, field, code):
    assert faults(NeedSchema, {"problem": "x"} | changes) == {field: code}


def test_the_longest_problem_is_taken():
    assert len(NeedSchema().load({"problem": "x" * PROBLEM + "\n "})["problem"]) == PROBLEM


def test_a_flat_need_is_the_same_need():
    flat = FlatNeedSchema().load({
        "problem": "Cracks", "kinds": "laboratory; instrument", "must_haves": "CNAS, or equal；report",
        "budget_min": "20000", "budget_max": "3万", "currency": "CNY", "needed_by": "2027/3/31", "delivery": ["remote"],
        "organisation_name": 360, "organisation_founded": "2021", "organisation_is_one_person": "否",
        "organisation_certifications": "high_tech", "organisation_region": "", "title": "",
    })
    assert flat == NeedSchema().load({
        "problem": "Cracks", "kinds": ["laboratory", "instrument"], "must_haves": ["CNAS, or equal", "report"],
        "budget_min": yuan(20_000), "budget_max": yuan(30_000), "needed_by": "2027-03-31", "delivery": ["remote"],
        "organisation": {"name": "360", "founded": 2021, "is_one_person": False, "certifications": ["high_tech"]},
    })


def test_a_flat_need_without_a_firm_has_none():
    assert FlatNeedSchema().load({"problem": "x", "organisation_name": " "})["organisation"] is None


@pytest.mark.parametrize(("changes", "field", "code"), [
    ({"organisation_founded": "long ago"}, "organisation.founded", "not_a_whole_number"),
    ({"organisation_colour": "red"}, "organisation.colour", "unknown_field"),
    ({"budget_max": "a lot"}, "budget_max", "not_a_number"), ({"kinds": "x"}, "kinds.0", "unknown_kind"),
    ({"currency": "QQQ"}, "currency", "unknown_currency"),
])
def test_faults_of_flat_needs(changes, field, code):
    assert faults(FlatNeedSchema, {"problem": "x"} | changes) == {field: code}


def test_a_request_asks_for_ten():
    assert MatchRequestSchema().load({"need": {"problem": "x"}})["top"] == 10


@pytest.mark.parametrize(("data", "field", "code"), [
    ({}, "need", "required"), ({"need": None}, "need", "required"), ({"need": "x"}, "need", "not_an_object"),
    ({"need": {}}, "need.problem", "required"), ({"need": {"problem": "x"}, "top": 0}, "top", "out_of_range"),
    ({"need": {"problem": "x"}, "top": 101}, "top", "out_of_range"),
    ({"need": {"problem": "x"}, "top": 10.5}, "top", "not_a_whole_number"),
    ({"need": {"problem": "x", "colour": 1}}, "need.colour", "unknown_field"),
    ({"need": {"problem": "x"}, "kind": "y"}, "kind", "unknown_kind"),
    ({"need": {"problem": "x"}, "region": "1"}, "region", "unknown_region"),
])
def test_faults_of_requests(data, field, code):
    assert faults(MatchRequestSchema, data) == {field: code}


def test_the_names_of_fields_are_read_once_for_all_requests():
    assert keys(NeedSchema) is keys(NeedSchema)
    assert set(keys(NeedSchema)) == {field.data_key or name for name, field in NeedSchema().load_fields.items()}
