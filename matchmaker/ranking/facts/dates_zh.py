"""Deadlines in Chinese: 6月30日前, 明年二季度前, 三个月内, 年底前."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import islice

from matchmaker.ranking.facts import days
from matchmaker.ranking.facts.numerals import HAN_NUMERAL, chinese_number

# A text with more points in time than this is a timetable; the first of them are looked at.
_MOST = 500
_POINT = re.compile(
    r"(?=[\d今本明后第Q上下年一二三四五六七八九十这个当月])(?:(?P<iso>(?<![\d.-])20\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?![\d.-])"
    r"|(?:(?P<year>(?<!\d)20\d\d ?年|今年|本年|明年|后年)的?[ ]?)?(?:"
    r"(?<!\d)(?P<month>\d{1,2}|十[一二]?|[一二三四五六七八九]) ?月份?"
    r"(?:(?P<part>底|末|初|中旬|上旬|下旬)|(?P<day>\d{1,2}) ?[日号])?"
    r"|第?(?P<quarter>[一二三四1-4])季度|Q(?P<q>[1-4])|(?P<half>[上下])半年|(?P<yearend>年?[底末])"
    r"|(?P<january>年初))"
    r"|(?P<which>本|这个?|当|下个?)?月(?:(?P<monthend>[底末])|(?P<monthday>\d{1,2}) ?[日号])"
    r"|(?P<only>(?<!\d)20\d\d ?年|明年|(?<![\d一二两三四五六七八九十百半几多 ])年)(?=[之以]前|前(?!后|期)|内))"
)
_BEFORE = re.compile(r"[ ]?(?:[之以]?前(?![期后段三两几])|截止|为止|止)")
_STILL = re.compile(r"[ ]?内(?!部)")
_WANTED = (
    "交付|交货|完成|验收|上线|投产|量产|拿到?证|取证|到货|出报告|送样|上市|最[晚迟]|截[止至]|定于|要货|要用|排得上"
    "|到位|启用"
)
_WANTED_BEFORE = re.compile(rf"(?:{_WANTED})[^、,。;；!！?？\n\d]{{0,5}}$")
_WANTED_AFTER = re.compile(rf"(?:[^、,。;；!！?？\n\d]{{0,5}}?)(?:{_WANTED})(?!了|过)")
_SPAN = re.compile(
    r"(?=[\d零〇一二两俩三四五六七八九十百千半])(?<![\d.零〇一二两三四五六七八九十百])"
    rf"(?P<n>\d{{1,3}}|{HAN_NUMERAL}) ?(?P<unit>个月|天|日|个?工作日|周|个?星期|个?礼拜|年)"
    r"(?:之内|以内|内)(?!部|.{0,5}(?:坏|断|裂|故障|失效|出现|退货|免费|频繁|多次))"
)
_PAST = re.compile(r"(?:近|过去|最近|此前|保修|质保|成立|注册|[前这]|使用|用了|运行|有效期)[^、,。;；\n]{0,3}$")

_DAYS = {"今天": 0, "明天": 1, "后天": 2, "大后天": 3}
_SOON = re.compile(
    r"(?:(?P<day>今天|明天|大?后天)|(?P<week>本|这|下)个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天]))"
    rf"[上下]?[午]?(?:[之以]?前|就?要|就?得|{_WANTED})"
)


def chinese_deadlines(folded: str, today: date) -> Iterator[tuple[int, date]]:
    """Yield the place and the day of each deadline written in Chinese, past ones too."""
    for match in islice(_POINT.finditer(folded), _MOST):
        day = days.possible(partial(_day, match, today, folded))
        if day:
            yield match.start(), day
    for match in _SOON.finditer(folded):
        yield match.start(), _soon(match, today)
    for match in _SPAN.finditer(folded):
        number = float(match["n"]) if match["n"].isdigit() else chinese_number(match["n"])
        unit = match["unit"].removeprefix("个")
        day = days.possible(partial(days.after, today, number or 0.0, unit))
        if number and day and not _PAST.search(folded[max(0, match.start() - 8) : match.start()]):
            yield match.start(), day


def _soon(match: re.Match[str], today: date) -> date:
    if match["day"]:
        return today + timedelta(days=_DAYS[match["day"]])
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=match["week"] == "下")
    return monday + timedelta(days=min("一二三四五六日天".index(match["weekday"]), 6))


def _day(match: re.Match[str], today: date, folded: str) -> date | None:
    before = _BEFORE.match(folded, match.end())
    is_period = match["only"] or match["half"] or match["quarter"] or match["q"]
    still = _STILL.match(folded, match.end()) if is_period else None
    wanted = (match["year"] or match["month"] or match["iso"]) and (
        _WANTED_BEFORE.search(folded[max(0, match.start() - 12) : match.start()])
        or _WANTED_AFTER.match(folded, match.end(), match.end() + 12)
    )
    if not (before or still or wanted):
        return None
    day = _point(match, today)
    whole_month = match["month"] and not match["part"] and not match["day"]
    return day.replace(day=1) - timedelta(days=1) if day and whole_month and before else day


def _point(match: re.Match[str], today: date) -> date | None:
    year = _year(match["year"] or match["only"], today)
    if match["iso"]:
        return date(*(int(part) for part in re.split("[-/.]", match["iso"])))
    if match["month"]:
        month = int(match["month"]) if match["month"].isdigit() else int(chinese_number(match["month"]) or 0)
        number = int(match["day"]) if match["day"] else None
        return days.next_one(today, year, partial(days.in_month, month=month, day=number, part=match["part"] or ""))
    if quarter := match["quarter"] or match["q"]:
        month = 3 * int(chinese_number(quarter) or 0 if not quarter.isdigit() else quarter)
        return days.next_one(today, year, lambda y: days.month_end(y, month))
    if match["half"]:
        return days.next_one(today, year, lambda y: days.month_end(y, 6 if match["half"] == "上" else 12))
    if match["january"]:
        return days.next_one(today, year, lambda y: days.day_of(y, 1, 31))
    if match["yearend"]:
        return days.month_end(year or today.year, 12)
    if match["only"]:
        return _whole_year(match, year, today)
    first = days.add_months(today.replace(day=1), 1 if (match["which"] or "").startswith("下") else 0)
    return days.in_month(first.year, first.month, int(match["monthday"]) if match["monthday"] else None, "")


def _whole_year(match: re.Match[str], year: int | None, today: date) -> date | None:
    """2027年前 ends with 2026, 2027年内 and 年内 with the year; 年前 is before a feast whose day is unknown here."""
    inside = match.string.startswith("内", match.end())
    if inside:
        return days.month_end(year or today.year, 12)
    return days.month_end(year - 1, 12) if year else None


def _year(word: str | None, today: date) -> int | None:
    if not word:
        return None
    relative = {"今年": today.year, "本年": today.year, "明年": today.year + 1, "后年": today.year + 2, "年": None}
    return relative[word] if word in relative else int(word[:4])
