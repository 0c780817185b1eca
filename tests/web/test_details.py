import pytest

from matchmaker.services.catalogue import to_public
from matchmaker.web.firms import details

URL = "http://localhost/en/offerings/1"


@pytest.fixture
def public(session, make_offering):
    def public(**fields):
        return to_public(make_offering(session, **fields))

    return public


def page(offering):
    return details.page(offering, {"low_carbon": "Low carbon"}, "Laboratories", URL)


def test_an_offering_that_states_little_still_has_a_page(public):
    shown = page(public(description={}, regions=[], delivery=[]))
    assert (shown["conditions"], shown["ways"], shown["capacity"], shown["validity"]) == ([], [], None, "")
    assert (shown["price_words"], shown["verified_words"]) == ("On request", "Not verified yet")
    assert shown["paragraphs"] == []


def test_all_conditions_are_in_words(public):
    eligibility = {
        "size_classes": ["micro", "small"], "one_person_ok": False, "max_age_years": 8, "regions": ["330000"],
        "industries": ["C39"], "certifications": ["little_giant", "high_tech"],
    }
    assert dict(page(public(eligibility=eligibility))["conditions"]) == {
        "Size": "Micro, Small", "One-person companies": "not admitted", "Age": "up to 8 years old",
        "Registered in": "Zhejiang", "Industry": "Computers, communication and other electronic equipment",
        "Recognitions": "Little giant or High-tech enterprise",
    }


def test_all_ways_are_in_words(public):
    ways = dict(page(public(access_mode="reviewed", response_days=1, lead_time_days=5, ip_terms="firm_owns",
                            languages=["zh", "sw"], required_documents=[{"en": "licence"}, {"zh": "协议"}]))["ways"])
    assert ways["Access"] == "After a review"
    assert ways["First answer"] == "within 1 working day"
    assert ways["Documents to bring"] == "licence, 协议"
    assert ways["Languages"] == "Chinese, sw"


def test_price_notes_and_capacity(public):
    shown = page(public(price_min=320_000, price_max=560_000, currency="CNY", pricing_model="per_test", sme_discount=40,
                        voucher_schemes=["苏州创新券"],
                        capacity={"unit": "slot_per_month", "maximum": 20, "available": 4,
                                  "updated_at": "2026-11-03T00:00:00Z"}))
    assert (shown["price_words"], shown["price_model"]) == ("CN¥3,200–5,600", "per test")
    assert shown["price_notes"] == ["40% off for small firms", "Takes vouchers: 苏州创新券"]
    assert shown["capacity"] == {"words": "4 of 20 slots free a month", "share": 0.2,
                                 "stated": "As stated on 3 November 2026"}


def test_linked_data_names_the_service_and_its_price(public):
    data = details.linked_data(public(price_min=320_000, price_max=560_000, currency="CNY"), "Laboratories", URL)
    assert (data["@type"], data["url"], data["serviceType"]) == ("Service", URL, "Laboratories")
    assert data["offers"] == {"@type": "AggregateOffer", "priceCurrency": "CNY", "lowPrice": 3200.0,
                              "highPrice": 5600.0}
    assert data["provider"]["name"] == "Jianghai"
    assert "termsOfService" not in data


def test_linked_data_leaves_out_what_is_not_known(public):
    assert "offers" not in details.linked_data(public(), "Laboratories", URL)


@pytest.mark.parametrize(("start", "end", "words"), [
    ("2026-07-01", "2999-12-31", "Open from 1 July 2026 to 31 December 2999"),
    (None, "2999-12-31", "Open until 31 December 2999"), ("2026-07-01", None, "Open since 1 July 2026"),
])
def test_validity_is_in_words(public, start, end, words):
    assert page(public() | {"valid_from": start, "valid_through": end})["validity"] == words


@pytest.mark.parametrize(("low", "high", "words"), [(4, 8, ["TRL 4–8"]), (9, 9, ["TRL 9"]), (None, 5, ["TRL 1–5"]),
                                                    (None, None, [])])
def test_readiness_levels(public, low, high, words):
    assert dict(page(public(trl_min=low, trl_max=high))["labels"])["Technology readiness"] == words
