import contextvars

import pytest
from marshmallow import ValidationError
from stdnum.cn import uscc

from matchmaker.i18n import use_language
from matchmaker.schemas.codes import CreditCode, IndustryCode, KindCode, LanguageTag, RegionCode, ThemeCode
from matchmaker.schemas.vocabulary import NOTHING, current_vocabulary, use_vocabulary, use_vocabulary_of

BASE = "91320500MA1ABCDEF"
RIGHT = BASE + uscc.calc_check_digit(BASE)
JUNK = [5.5, True, None, [], {}, "", " ", "\x00", "\ud800", "x" * 10**6, 2**70, -1]


@pytest.mark.parametrize(("field", "value", "code"), [
    (RegionCode(), " 320500 ", "320500"), (RegionCode(), 320500, "320500"), (RegionCode(), "de-by", "DE-BY"),
    (RegionCode(), "000000", "000000"), (IndustryCode(), "39", "C39"), (IndustryCode(), 3911, "C3911"),
    (IndustryCode(), "isic:2610", "ISIC:2610"), (CreditCode(), f" {RIGHT[:8].lower()} {RIGHT[8:]}", RIGHT),
    (KindCode(), "Pilot-Testing", "pilot_testing"), (ThemeCode(), "low carbon", "low_carbon"),
    (LanguageTag(), "ZH_Hant", "zh-Hant"), (LanguageTag(), "en", "en"),
])
def test_codes_are_given_in_their_proper_form(field, value, code):
    assert field.deserialize(value) == code


@pytest.mark.parametrize(("field", "code", "wrong"), [
    (RegionCode(), "unknown_region", "329999"), (IndustryCode(), "unknown_industry", "D39"),
    (CreditCode(), "wrong_credit_code", BASE + ("1" if RIGHT[-1] != "1" else "2")),
    (KindCode(), "unknown_kind", "piloting"), (ThemeCode(), "unknown_theme", "carbon"),
    (LanguageTag(), "not_a_language", "Chinese"),
])
def test_codes_that_do_not_exist_are_refused(field, code, wrong):
    for value in [wrong, *JUNK]:
        with pytest.raises(ValidationError) as caught:
            field.deserialize(value)
        assert caught.value.messages[0].code in (code, "required")


def test_the_words_list_the_nearest_codes():
    with pytest.raises(ValidationError) as caught, use_language("zh"):
        KindCode().deserialize("laboratori")
    assert caught.value.messages[0].values["nearest"].startswith("laboratory")
    with use_language("zh"):
        assert caught.value.messages[0].words() == "没有资源类型 laboratori。请从以下选择：laboratory。"


def test_where_nothing_is_near_all_are_listed():
    with use_vocabulary(frozenset({"ferry", "harbour"}), frozenset()), pytest.raises(ValidationError) as caught:
        KindCode().deserialize("zzzzzz")
    assert caught.value.messages[0].values["nearest"] == "ferry, harbour"


def test_the_vocabulary_is_that_of_the_context():
    with use_vocabulary(frozenset({"ferry"}), frozenset()):
        assert KindCode().deserialize("ferry") == "ferry"
        with pytest.raises(ValidationError):
            KindCode().deserialize("laboratory")
    assert KindCode().deserialize("laboratory") == "laboratory"


def test_without_a_vocabulary_nothing_is_guessed():
    with pytest.raises(LookupError):
        contextvars.Context().run(current_vocabulary)


def test_a_vocabulary_is_read_for_codes_alone_that_are_not_known_yet():
    def read():
        raise AssertionError("nobody should have asked")

    with use_vocabulary_of(read, NOTHING._replace(kinds=frozenset({"ferry"}))):
        assert KindCode().deserialize("Ferry") == "ferry"
        with pytest.raises(AssertionError):
            KindCode().deserialize("harbour")
