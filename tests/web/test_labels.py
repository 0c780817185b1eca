import pytest

from matchmaker.domain import AccessMode, Delivery, Direction, PricingModel, SizeClass
from matchmaker.domain.choices import Certification, IpTerms
from matchmaker.i18n import use_language
from matchmaker.ranking.eligibility import RULES
from matchmaker.ranking.factors import SOFT_FACTORS
from matchmaker.web import labels


@pytest.mark.parametrize(("group", "choices"), [
    ("delivery", Delivery), ("access_mode", AccessMode), ("pricing_model", PricingModel), ("size_class", SizeClass),
    ("certification", Certification), ("ip_terms", IpTerms), ("direction", Direction),
])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_choice_has_words(group, choices, language):
    with use_language(language):
        words = dict(labels.choices(group))
        assert words.keys() == {choice.value for choice in choices}
        assert all(word and "_" not in word for word in words.values())
        assert all(labels.choice(group, choice) == words[choice.value] for choice in choices)


def test_every_factor_and_rule_has_words():
    assert {"text", *(factor.name for factor in SOFT_FACTORS)} == labels.FACTORS.keys()
    assert {rule.name for rule in RULES} == labels.RULES.keys()
    assert {rule.name for rule in RULES} - {"validity"} == labels.WAYS_OUT.keys()


def test_what_has_no_words_stands_for_itself():
    assert labels.choice("language", "sw") == "sw"
    assert labels.factor("moon") == labels.rule("moon") == "moon"
    assert labels.region("XX") == "XX"
    assert labels.industry("Z99") == "Z99"
    assert labels.noun("TFLOPS") == "TFLOPS"
    assert labels.way_out("moon") == labels.way_out("sun")


@pytest.mark.parametrize(("fit", "kind"), [(0.7, "strong"), (0.69, "possible"), (0.4, "possible"), (0.39, "weak")])
def test_fit_is_called_by_its_threshold(fit, kind):
    assert labels.fit_class(fit, 0.4) == kind
    assert kind in labels.fit_words(fit, 0.4).lower()


def test_a_region_is_named_with_its_province():
    assert labels.region("320500") == "Jiangsu · Suzhou"
    assert labels.region("110100") == labels.region("110000") == "Beijing"
    assert labels.region("000000") == "Nationwide"
    with use_language("zh"):
        assert labels.region("320500") == "江苏省 · 苏州市"


def test_many_regions_are_counted():
    assert labels.regions(["320000", "330000"]) == "Jiangsu, Zhejiang"
    assert labels.regions(["320000", "330000", "110000"], limit=2) == "Jiangsu, Zhejiang and 1 more"


def test_industries_have_names():
    assert labels.industry("C39").startswith("Computers")
    with use_language("zh"):
        assert "计算机" in labels.industry("C39")
