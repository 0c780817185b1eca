import datetime as dt

import pytest

from matchmaker.ranking.eligibility import RULES, judge, lowest_price
from matchmaker.ranking.messages import Amount
from tests.ranking.making import TODAY, demo_catalogue, demo_needs, demo_offerings, make_need, make_offering

YUAN = {"currency": "CNY"}


def states(need, offering):
    return {name: verdict.state for name, verdict in judge(need, offering)}


def verdict(rule, need, **offering):
    return states(need, make_offering(**offering)).get(rule, "met")


def firm(**facts):
    return make_need(organisation=facts)


def limited(**eligibility):
    return {"eligibility": eligibility}


def day(days):
    return (TODAY + dt.timedelta(days)).isoformat()


CASES = [
    # rule, what is known of the need, what the offering states, what follows
    ("validity", make_need(), {"valid_from": day(0), "valid_through": day(0)}, "met"),
    ("validity", make_need(), {"valid_from": day(1), "valid_through": None}, "missing"),
    ("validity", make_need(), {"valid_from": None, "valid_through": day(-1)}, "missing"),
    ("size_class", firm(size_class="micro"), limited(size_classes=["micro", "small"]), "met"),
    ("size_class", firm(size_class="large"), limited(size_classes=["micro", "small"]), "missing"),
    ("size_class", firm(), limited(size_classes=["micro"]), "unknown"),
    ("size_class", firm(size_class="large"), limited(size_classes=[]), "met"),
    ("one_person", firm(is_one_person=True), limited(one_person_ok=False), "missing"),
    ("one_person", firm(is_one_person=True), limited(one_person_ok=True), "met"),
    ("one_person", firm(is_one_person=False), limited(one_person_ok=False), "met"),
    ("one_person", firm(), limited(one_person_ok=False), "met"),
    ("age", firm(founded=TODAY.year - 3), limited(max_age_years=3), "met"),
    ("age", firm(founded=TODAY.year - 4), limited(max_age_years=3), "missing"),
    ("age", firm(), limited(max_age_years=3), "unknown"),
    ("region", firm(region="320500"), limited(regions=["320000"]), "met"),
    ("region", firm(region="330100"), limited(regions=["320000", "310000"]), "missing"),
    ("region", firm(), limited(regions=["320000"]), "unknown"),
    ("region", firm(region="320000"), limited(regions=["320500"]), "unknown"),
    ("region", firm(), limited(regions=["000000"]), "met"),
    ("region", firm(region="DE-BY"), limited(regions=["000000"]), "missing"),
    ("industry", firm(industry="C391"), limited(industries=["C39"]), "met"),
    ("industry", firm(industry="C"), limited(industries=["C39"]), "met"),
    ("industry", firm(industry="C40"), limited(industries=["C39"]), "missing"),
    ("industry", firm(), limited(industries=["C39"]), "unknown"),
    ("certification", firm(certifications=["high_tech"]), limited(certifications=["high_tech", "little_giant"]), "met"),
    ("certification", firm(certifications=["innovative_sme"]), limited(certifications=["high_tech"]), "missing"),
    ("certification", firm(certifications=[]), limited(certifications=["high_tech"]), "unknown"),
    ("certification", firm(), limited(certifications=["high_tech"]), "unknown"),
    ("room", make_need(), {"capacity": {"unit": "slot", "maximum": 3, "available": 0}}, "missing"),
    ("room", make_need(), {"capacity": {"unit": "slot", "maximum": 3, "available": 1}}, "met"),
    ("room", make_need(), {"capacity": {"unit": "slot", "maximum": 3}}, "met"),
    ("room", make_need(), {"capacity": None}, "met"),
    ("platform", make_need(excluded_platforms=["jianghai"]), {}, "missing"),
    ("platform", make_need(excluded_platforms=["p-jianghai"]), {}, "missing"),
    ("platform", make_need(excluded_platforms=["qinghe"]), {}, "met"),
    ("delivery", make_need(delivery=["remote"]), {"delivery": ["on_site"]}, "missing"),
    ("delivery", make_need(delivery=["remote", "on_site"]), {"delivery": ["on_site"]}, "met"),
    ("delivery", make_need(delivery=["remote"]), {"delivery": []}, "met"),
    ("delivery", make_need(delivery=[]), {"delivery": ["on_site"]}, "met"),
    ("must_have", make_need(must_haves=[{"text": "CNAS", "required": True}]), {"accreditations": ["CMA"]}, "missing"),
    ("must_have", make_need(must_haves=[{"text": "CNAS或CMA", "required": True}]), {"accreditations": ["CMA"]}, "met"),
    ("must_have", make_need(must_haves=[{"text": "CNAS", "required": False}]), {"accreditations": ["CMA"]}, "met"),
    ("must_have", make_need(must_haves=[{"text": "GB/T 2423.10", "required": True}]),
     {"standards": ["GB/T 2423.10-2019"]}, "met"),
    ("must_have", make_need(must_haves=[{"text": "有人带着做", "required": True}]), {"standards": ["GB 1"]}, "met"),
    ("must_have", make_need(must_haves=[{"text": "CNAS", "required": True}]), {}, "met"),
    ("budget", make_need(budget_max={"amount": 1000, **YUAN}), {"price_min": {"amount": 1000, **YUAN}}, "met"),
    ("budget", make_need(budget_max={"amount": 999, **YUAN}), {"price_min": {"amount": 1000, **YUAN}}, "missing"),
    ("budget", make_need(budget_max={"amount": 800, **YUAN}),
     {"price_min": {"amount": 1000, **YUAN}, "sme_discount": 20}, "met"),
    ("budget", make_need(budget_max={"amount": 1, "currency": "USD"}), {"price_min": {"amount": 9, **YUAN}}, "met"),
    ("budget", make_need("预算一百元以内"), {"price_min": {"amount": 10**9, **YUAN}}, "met"),
    ("budget", make_need(), {"price_min": {"amount": 10**9, **YUAN}}, "met"),
]


@pytest.mark.parametrize(("rule", "need", "offering", "expected"), CASES)
def test_rules(rule, need, offering, expected):
    assert verdict(rule, need, **offering) == expected


def test_every_rule_is_tested_for_and_against():
    tried = {(rule, state) for rule, _, _, state in CASES}
    assert {rule.name for rule in RULES} == {rule for rule, _ in tried}
    assert [rule.name for rule in RULES if not {(rule.name, "met"), (rule.name, "missing")} <= tried] == []


def test_what_states_nothing_is_open_to_anybody():
    assert states(make_need(organisation={"size_class": "large", "region": "DE"}), make_offering()) == {}


def test_nothing_known_of_a_firm_excludes_nothing():
    need = make_need()
    open_today = [offering for offering in demo_offerings() if not states(need, offering).get("validity")]
    assert [offering["id"] for offering in open_today if "missing" in states(need, offering).values()] == []


def test_a_rule_speaks_in_words_with_its_values():
    verdicts = dict(judge(firm(region="330100"), make_offering(**limited(regions=["320000"]))))
    assert verdicts["region"].message.template == "Only for firms registered in %(regions)s"
    assert verdicts["region"].message.values["regions"].codes == ("320000",)


def test_the_lowest_price_is_what_a_small_firm_pays():
    assert lowest_price({"price_min": {"amount": 999, **YUAN}, "sme_discount": 50}) == Amount(499, "CNY")
    assert lowest_price({"price_min": None}) is None
    assert lowest_price({"price_min": {"amount": 0, **YUAN}}) == Amount(0, "CNY")


@pytest.mark.parametrize("need", [need | extra for need in demo_needs()[::4] for extra in (
    {}, {"must_haves": [{"text": "CNAS", "required": True}], "excluded_platforms": ["jianghai", "luban"]})])
def test_the_table_of_the_catalogue_and_the_rules_agree(need):
    stated = make_need(**need)
    by_table = demo_catalogue().eligible(stated).tolist()
    assert by_table == ["missing" not in states(stated, offering).values() for offering in demo_offerings()]
