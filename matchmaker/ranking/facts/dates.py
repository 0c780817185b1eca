"""The day by which a need must be met, where its text states a deadline."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice

from matchmaker.ranking.facts.dates_en import MONTH, english_deadlines
from matchmaker.ranking.facts.dates_zh import chinese_deadlines
from matchmaker.ranking.facts.folding import fold

# A text with more deadlines than this is a timetable; the first of them are looked at.
_MOST = 100
_WRITTEN = re.compile(
    r"(?=[\dJFMASOND])(?:(?<![\d.])(?:19|20)\d\d[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d ?年(?: ?\d{1,2} ?月份?(?: ?\d{1,2} ?[日号])?)?"
    r"|(?<!\d)\d{1,2} ?月(?:份|底|初|中旬|[上下]旬| ?\d{1,2} ?[日号])"
    rf"|\b{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d),?(?: (?:19|20)\d\d)?|\b\d{{1,2}}(?:st|nd|rd|th)? {MONTH})"
)


def find_deadline(text: str, today: date) -> date | None:
    """Return the first deadline that `text` states, as the last day that still meets it.

    A date counts beside words such as 前, 内, "by" or "within"; what lies before `today` does not. A date without a
    year is the next one.

    >>> find_deadline("6月30日前出报告", date(2026, 11, 20)), find_deadline("by Q2 2027", date(2026, 11, 20))
    (datetime.date(2027, 6, 30), datetime.date(2027, 6, 30))
    >>> find_deadline("公司成立于2019年3月", date(2026, 11, 20)) is None
    True
    """
    folded = fold(text)
    found = chain(
        _possible(chinese_deadlines(folded, today), today), _possible(english_deadlines(folded, today), today)
    )
    return min(found, default=(0, None))[1]


def date_spans(folded: str) -> list[tuple[int, int]]:
    """Return where folded text writes dates, deadlines or not."""
    return [found.span() for found in _WRITTEN.finditer(folded)]


def _possible(deadlines: Iterator[tuple[int, date]], today: date) -> Iterator[tuple[int, date]]:
    return ((place, day) for place, day in islice(deadlines, _MOST) if day >= today)
