import copy

import pytest

from matchmaker.schemas.faults import flatten
from matchmaker.schemas.matches import MatchesAnswer

ID = "01980000-0000-7000-8000-000000000001"


def offering() -> dict:
    return {
        "id": ID, "external_id": "jh-001", "platform": {"id": ID, "slug": "jianghai", "name": {"zh": "江海"}},
        "kind": "laboratory", "title": {"zh": "振动台"}, "summary": {}, "description": {"zh": "三轴"},
        "keywords": ["振动"],
        "capabilities": [{"parameter": {"zh": "频率"}, "min": 5, "max": None, "unit": "Hz"}], "standards": [],
        "accreditations": ["CNAS"], "industries": ["C39"], "themes": [], "trl_min": 4, "trl_max": None,
        "eligibility": {"size_classes": ["micro"]}, "required_documents": [{"zh": "营业执照"}], "access_mode": "order",
        "delivery": ["mail_in"], "pricing_model": None, "price_min": {"amount": 0, "currency": "CNY"},
        "price_max": None,
        "sme_discount": None, "voucher_schemes": [],
        "capacity": {"unit": "slot", "maximum": 20, "available": 0, "updated_at": "2026-11-03T08:00:00Z"}, "lead_time_days": 10,
        "response_days": 2, "regions": ["320500"], "languages": ["zh"], "terms_url": None, "ip_terms": None,
        "valid_from": "2026-07-01", "valid_through": None, "verified_at": None,
    }


def answer() -> dict:
    return {
        "matches": [{"rank": 1, "score": 3.2, "fit": 0.87, "offering": offering(), "words": ["振动"],
                     "placed": None,
                     "factors": [{"name": "text", "contribution": 2.1, "state": "met", "detail": "振动 · 盐雾"}],
                     "conditions": [{"name": "age", "detail": "Tell us the year of founding"}]}],
        "near_misses": [{"offering": offering(), "fit": 0.8, "rules": [{"name": "region", "detail": "Only Zhejiang"}]}],
        "profile": {
            "language": "zh", "kinds": [{"kind": "laboratory", "probability": 0.82}], "standards": ["GB/T 2423.10"],
            "concepts": [{"concept": "thermal_cycling", "label": {"zh": "温度循环"}, "share": 0.6,
                          "is_confirmed": False}],
            "accreditations": ["CNAS"], "budget_max": {"amount": 1, "currency": "CNY"}, "needed_by": "2027-06-30",
            "quantities": [{"parameter": "temperature", "text": "-40~85 °C", "min": -40, "max": 85, "unit": "°C"}],
            "region": None, "trl": 5,
        },
        "nothing_fits": False, "threshold": 0.4, "eligible": 1234, "excluded": 56, "index_version": "7",
        "rules_version": "1", "model_version": "1", "seed": "ab", "ranking": "by_fit",
    }


def paths(data: object, path: tuple = ()) -> list[tuple]:
    """Return the path to every named field of the answer."""
    if isinstance(data, list):
        return [found for place, inner in enumerate(data) for found in paths(inner, (*path, place))]
    if not isinstance(data, dict):
        return []
    return [found for name, inner in data.items() for found in [(*path, name), *paths(inner, (*path, name))]]


def test_the_contract_is_the_schema():
    assert MatchesAnswer().validate(answer()) == {}


@pytest.mark.parametrize("path", [
    path for path in paths(answer())
    if path[-1] not in ("zh", "summary", "description", "size_classes") and "eligibility" not in path[:-1]
], ids=lambda path: ".".join(map(str, path)))
def test_no_field_may_be_missing(path):
    data = copy.deepcopy(answer())
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    assert MatchesAnswer().validate(data) != {}


def test_what_the_contract_does_not_name_is_refused():
    data = answer()
    data["matches"][0]["offering"]["contact"] = "x@y.example"
    assert [found["field"] for found in flatten(MatchesAnswer().validate(data))] == ["matches.0.offering.contact"]


def test_dumping_changes_nothing():
    assert MatchesAnswer().dump(MatchesAnswer().load(answer())) == answer()
