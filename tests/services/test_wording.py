import datetime as dt

import pytest

from matchmaker.i18n import use_language
from matchmaker.ranking.messages import Amount, Labels, Message
from matchmaker.services import wording

WORDS = {"kind": {"data": {"zh": "数据", "en": "data"}},
         "theme": {"low_carbon": {"zh": "绿色低碳", "en": "low-carbon"}}}


@pytest.mark.parametrize(("value", "zh", "en"), [
    (Labels.of("kind", ["data"]), "数据", "data"),
    (Labels.of("kind", ["unheard-of"]), "unheard-of", "unheard-of"),
    (Labels.of("theme", ["low_carbon"]), "绿色低碳", "low-carbon"),
    (Labels.of("region", ["320000"]), "江苏省", "Jiangsu"),
    (Labels.of("region", ["999999"]), "999999", "999999"),
    (Labels.of("size_class", ["micro", "small"]), "微型、小型", "micro, small"),
    (Labels.of("delivery", ["mail_in"]), "邮寄", "by post"),
    (Labels.of("language", ["zh", "tlh"]), "中文、tlh", "Chinese, tlh"),
    (Labels.of("certification", ["little_giant"]), "专精特新“小巨人”企业", "little giant"),
    (Amount(3_000_000, "CNY"), "3 万元", "CN¥30,000"),
    (Amount(3_000_050, "CNY"), "30,000.5 元", "CN¥30,000.50"),
    (Amount(500, "JPY"), "JP¥500", "JP¥500"),
    (Amount(0, "USD"), "US$0", "US$0"),
    (dt.date(2027, 6, 30), "2027年6月30日", "30 June 2027"),
    ({"zh": "温度", "en": "temperature"}, "温度", "temperature"),
    ("GB/T 2423", "GB/T 2423", "GB/T 2423"), (80, "80", "80"),
])
def test_values_are_written_in_the_readers_language(value, zh, en):
    for language, expected in (("zh", zh), ("en", en)):
        with use_language(language):
            assert wording.say(Message("%(value)s", {"value": value}), WORDS) == expected


def test_a_sentence_is_said_in_both_languages():
    message = Message("Only for firms registered in %(regions)s", {"regions": Labels.of("region", ["330000"])})
    with use_language("en"):
        assert wording.say(message, {}) == "Only for firms registered in Zhejiang"
    with use_language("zh"):
        said = wording.say(message, {})
    assert "浙江省" in said
    assert "Only" not in said


def test_a_message_without_values_keeps_its_per_cent_signs():
    assert wording.say(Message("100% open"), {}) == "100% open"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_industry_has_a_name_or_its_code(language):
    with use_language(language):
        assert wording.industry("C39")
        assert wording.industry("Z99") == "Z99"
