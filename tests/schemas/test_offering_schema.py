import datetime as dt
import json

import pytest
from marshmallow import ValidationError

from matchmaker.config import ROOT
from matchmaker.domain import AccessMode, Offering, SizeClass
from matchmaker.schemas.fields import flatten
from matchmaker.schemas.offerings import DESCRIPTION, OfferingSchema

ELSEWHERE = {"submitted_by", "suspended_by", "id", "version", "status", "list_id", "platform_id", "created_at", "changed_at", "content_hash"}


def offering(**changes) -> dict:
    return {"external_id": "x-1", "kind": "laboratory", "title": "Vibration table"} | changes


def faults(**changes) -> dict[str, str]:
    """Return field → code of what is wrong with an offering that has these changes."""
    with pytest.raises(ValidationError) as caught:
        OfferingSchema().load(offering(**changes))
    return {found["field"]: found["code"] for found in flatten(caught.value.messages)}


def test_it_loads_to_the_columns_of_an_offering():
    loaded = OfferingSchema().load(offering())
    columns = {column.name for column in Offering.__table__.columns}
    assert set(loaded) == columns - ELSEWHERE | {"platform"}
    assert loaded["kind_code"] == "laboratory"
    assert loaded["title"] == {"en": "Vibration table"}
    assert loaded["keywords"] == []
    assert loaded["summary"] == loaded["eligibility"] == {}
    assert loaded["currency"] is loaded["platform"] is loaded["capacity"] is None


def test_all_demo_offerings_load():
    count = 0
    for path in sorted((ROOT / "data" / "offerings").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            OfferingSchema().load(json.loads(line))
            count += 1
    assert count >= 240


def test_a_full_offering():
    loaded = OfferingSchema().load(offering(
        access_mode="order", price_min={"amount": 100, "currency": "CNY"}, price_max={"amount": 200, "currency": "CNY"},
        capabilities=[{"parameter": "frequency", "min": 5.0, "max": "2000", "unit": "Hz"}],
        eligibility={"size_classes": ["micro"], "regions": ["320500"], "one_person_ok": None},
        capacity={"unit": "slot", "maximum": 20, "available": 4, "updated_at": "2026-11-03T08:00:00+08:00"},
        valid_from="2026-07-01", industries=["39", "C39"], required_documents=["营业执照", {"en": "licence"}],
    ))
    assert loaded["access_mode"] is AccessMode.ORDER
    assert (loaded["price_min"], loaded["price_max"], loaded["currency"]) == (100, 200, "CNY")
    assert loaded["capabilities"] == [{"parameter": {"en": "frequency"}, "min": 5, "max": 2000, "unit": "Hz"}]
    assert loaded["eligibility"] == {"size_classes": [SizeClass.MICRO], "regions": ["320500"]}
    assert loaded["capacity"]["updated_at"] == "2026-11-03T00:00:00Z"
    assert loaded["valid_from"] == dt.date(2026, 7, 1)
    assert loaded["industries"] == ["C39"]
    assert loaded["required_documents"] == [{"zh": "营业执照"}, {"en": "licence"}]


@pytest.mark.parametrize(("given", "platform"), [
    ("jianghai", {"slug": "jianghai", "name": None}), ("江海实验室", {"slug": None, "name": {"zh": "江海实验室"}}),
    ("Jianghai Labs", {"slug": None, "name": {"en": "Jianghai Labs"}}), ("  ", None), (None, None),
    ({"slug": "Jianghai", "name": "江海"}, {"slug": "jianghai", "name": {"zh": "江海"}}),
])
def test_the_platform_by_slug_or_name(given, platform):
    assert OfferingSchema().load(offering(platform=given))["platform"] == platform


def test_blank_means_not_given():
    blanks = dict.fromkeys(["summary", "trl_min", "price_min", "terms_url", "valid_from", "contact", "capacity"], "")
    assert OfferingSchema().load(offering(**blanks)) == OfferingSchema().load(offering())
    assert faults(kind=" ", title=None, external_id="") == dict.fromkeys(["kind", "title", "external_id"], "required")


def test_long_texts_are_taken_up_to_the_limit():
    assert OfferingSchema().load(offering(description="x" * DESCRIPTION))["description"]["en"] == "x" * DESCRIPTION


@pytest.mark.parametrize(("changes", "field", "code"), [
    ({"external_id": "x" * 201}, "external_id", "too_long"), ({"title": "x" * 301}, "title", "too_long"),
    ({"title": {"zh": "x" * 301}}, "title.zh", "too_long"), ({"summary": "x" * 2_001}, "summary", "too_long"),
    ({"description": "x" * (DESCRIPTION + 1)}, "description", "too_long"),
    ({"keywords": [str(n) for n in range(101)]}, "keywords", "too_many"),
    ({"capabilities": [{"parameter": "x"}] * 201}, "capabilities", "too_many"),
    ({"capabilities": [{"parameter": "x", "min": 2, "max": 1}]}, "capabilities.0.min", "wrong_order"),
    ({"capabilities": [{"min": 2}]}, "capabilities.0.parameter", "required"),
    ({"capabilities": ["x"]}, "capabilities.0", "not_an_object"),
    ({"capacity": {"maximum": 4, "available": 5}}, "capacity.available", "wrong_order"),
    ({"capacity": []}, "capacity", "not_an_object"),
    ({"eligibility": {"colour": 1}}, "eligibility.colour", "unknown_field"),
    ({"eligibility": {"size_classes": ["tiny"]}}, "eligibility.size_classes.0", "not_a_choice"),
    ({"trl_min": 9, "trl_max": 3}, "trl_min", "wrong_order"), ({"trl_min": 0}, "trl_min", "out_of_range"),
    ({"trl_max": True}, "trl_max", "not_a_whole_number"), ({"sme_discount": 101}, "sme_discount", "out_of_range"),
    ({"valid_from": "2027-01-02", "valid_through": "2027-01-01"}, "valid_from", "wrong_order"),
    ({"price_min": {"amount": 2, "currency": "CNY"}, "price_max": {"amount": 1, "currency": "CNY"}}, "price_min",
     "wrong_order"),
    ({"price_min": {"amount": 1, "currency": "CNY"}, "price_max": {"amount": 2, "currency": "EUR"}}, "price_max",
     "currencies_differ"),
    ({"price_min": 3200}, "price_min", "not_money"), ({"terms_url": "javascript:x"}, "terms_url", "not_a_web_address"),
    ({"contact": "nobody"}, "contact", "not_an_email"), ({"kind": "labratory"}, "kind", "unknown_kind"),
    ({"themes": ["x"]}, "themes.0", "unknown_theme"), ({"regions": ["999999"]}, "regions.0", "unknown_region"),
    ({"industries": ["Z1"]}, "industries.0", "unknown_industry"),
    ({"languages": ["Chinese"]}, "languages.0", "not_a_language"),
    ({"platform": {"slug": "a b"}}, "platform.slug", "not_a_slug"), ({"platform": 5}, "platform", "not_an_object"),
    ({"colour": "red"}, "colour", "unknown_field"), ({"kind_code": "laboratory"}, "kind_code", "unknown_field"),
    ({"title": "a\x00b"}, "title", "control_character"), ({"keywords": "a, b"}, "keywords", "not_a_list"),
])
def test_one_fault_is_named_at_its_place(changes, field, code):
    assert faults(**changes) == {field: code}


def test_all_faults_are_told_at_once():
    assert len(faults(kind="x", trl_min="x", contact="x", colour="x", regions=["x", "000000", "y"])) == 6


@pytest.mark.parametrize("row", [None, [], "x", 5, [[]], True])
def test_what_is_no_object(row):
    with pytest.raises(ValidationError) as caught:
        OfferingSchema().load(row)
    assert flatten(caught.value.messages) == [
        {"field": "", "code": "not_an_object", "words": "Give an object with named fields here: {...}."}]
