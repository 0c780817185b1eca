"""Deadlines: the last day that meets them; other dates are none."""

from datetime import date

import pytest

from matchmaker.ranking.facts.dates import find_deadline

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("6月30日前", date(2027, 6, 30)),
        ("后天要", date(2026, 11, 22)),
        ("下周五前交付", date(2026, 11, 27)),
        ("这周日之前", date(2026, 11, 22)),
        ("Delivery in Q3 2027", date(2027, 9, 30)),
        ("Deadline extended to 9th Sept", date(2027, 9, 9)),
        ("12月5号之前要拿到报告", date(2026, 12, 5)),
        ("2027年3月前完成", date(2027, 2, 28)),
        ("要求2027年3月交付", date(2027, 3, 31)),
        ("2027-06-30前完成", date(2027, 6, 30)),
        ("十二月底前", date(2026, 12, 31)),
        ("年底前", date(2026, 12, 31)),
        ("月底前", date(2026, 11, 30)),
        ("下月底前", date(2026, 12, 31)),
        ("明年一季度前", date(2027, 3, 31)),
        ("明年上半年排得上就行", date(2027, 6, 30)),
        ("今年内完成", date(2026, 12, 31)),
        ("三个月内", date(2027, 2, 20)),
        ("半年内拿证", date(2027, 5, 20)),
        ("两周之内", date(2026, 12, 4)),
        ("10个工作日内出报告", date(2026, 12, 4)),
        ("6月31日前", date(2027, 6, 30)),
        ("before end of June", date(2027, 6, 30)),
        ("before August", date(2027, 7, 31)),
        ("by 30 June 2027", date(2027, 6, 30)),
        ("by June 30th", date(2027, 6, 30)),
        ("before 1 March 2027", date(2027, 3, 1)),
        ("by Q2 2027", date(2027, 6, 30)),
        ("by the end of next year", date(2027, 12, 31)),
        ("by end of the quarter", date(2026, 12, 31)),
        ("by mid-January", date(2027, 1, 15)),
        ("within 3 weeks", date(2026, 12, 11)),
        ("a used one within five days!!", date(2026, 11, 25)),
        ("wants IATF 16949 in 12 months otherwise", date(2027, 11, 20)),
        ("SOP Sept 2027.", date(2027, 9, 30)),
        ("deadline: 15 March", date(2027, 3, 15)),
    ],
)
def test_a_deadline_is_read(text: str, day: date) -> None:
    assert find_deadline(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "2027年3月",
        "公司成立于2019年3月",
        "近三年内",
        "使用三个月内就坏",
        "3月停产只给10天",
        "1月18号，18对新人",
        "3个月前",
        "12月前后",
        "2小时内点火",
        "by 2013",
        "within 1 hour of Hongqiao",
        "before CE marking",
        "cracks after 3 months",
        "runs in 5 days batches",
        "13月5日前",
        "2027-13-45前",
        "GB/T 2423.10-2019",
    ],
)
def test_other_dates_are_no_deadline(text: str) -> None:
    assert find_deadline(text, TODAY) is None


def test_the_first_deadline_counts() -> None:
    assert find_deadline("1月15日前送样，3月1日前报告", TODAY) == date(2027, 1, 15)


def test_a_day_that_is_today_still_counts() -> None:
    assert find_deadline("11月20日前", TODAY) == TODAY
    assert find_deadline("11月19日前", TODAY) == date(2027, 11, 19)
