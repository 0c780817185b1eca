import datetime as dt

import pytest

from matchmaker.ranking.messages import Amount
from matchmaker.ranking.needs import text_of
from tests.ranking.making import make_need


def test_the_text_is_all_that_the_firm_wrote():
    stated = {"title": "标题", "problem": "问题", "must_haves": [{"text": "必须"}], "nice_to_haves": ["最好"]}
    assert text_of(stated) == "标题\n问题\n必须\n最好"
    assert text_of({"problem": "问题", "title": None, "must_haves": None}) == "问题"


@pytest.mark.parametrize(("name", "read", "stated", "value"), [
    ("budget", "预算3万元以内", {"budget_max": {"amount": 5, "currency": "CNY"}}, Amount(5, "CNY")),
    ("trl", "TRL 4 的样机", {"trl_now": 6}, 6),
    ("needed_by", "2027年3月1日前要", {"needed_by": dt.date(2027, 1, 1)}, dt.date(2027, 1, 1)),
])
def test_what_is_stated_goes_before_what_is_read(name, read, stated, value):
    assert getattr(make_need(read), name) is not None
    assert getattr(make_need(read), name) != value
    assert getattr(make_need(read, **stated), name) == value
    assert getattr(make_need("做试验", **stated), name) == value


def test_a_budget_in_words_is_no_hard_one():
    need = make_need("预算3万元以内")
    assert need.budget == Amount(3_000_000, "CNY")
    assert need.stated_budget is None


def test_where_the_firm_sits_serves_where_the_need_names_no_place():
    assert make_need(organisation={"region": "320500"}).region == "320500"
    assert make_need(organisation={"region": "320500"}, region="310100").region == "310100"
    assert make_need().region is None


@pytest.mark.parametrize(("text", "proofs"), [
    ("必须有CNAS或CMA", ("CNAS", "CMA")), ("按 GB/T 2423.10", ("GB/T 2423.10",)), ("师傅要有经验", None),
])
def test_requirements_are_those_that_can_be_checked(text, proofs):
    need = make_need(must_haves=[{"text": text, "required": True}, {"text": "ISO 9001", "required": False}])
    assert need.requirements == (((text, proofs),) if proofs else ())


def test_nothing_stated_is_nothing_known():
    need = make_need("做试验")
    assert (need.firm, need.industries, need.delivery, need.trl, need.budget) == ({}, (), frozenset(), None, None)
    assert make_need("做试验", organisation=None).firm == {}
