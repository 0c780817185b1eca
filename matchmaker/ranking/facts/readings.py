"""Numbers with their units as they are written: 5-2000Hz, 25±2 °C, 3×4×2.5 m, 10^-6 Pa, 零下40度, 两小时."""

import re
from typing import Literal, NamedTuple

from matchmaker.ranking.facts.numerals import HAN_NUMERAL, chinese_number, decimal
from matchmaker.ranking.facts.units import FIRST_CHARACTERS, Unit, read_unit

_NUMBER = (
    r"(?:10\^[+-]?\d{1,2}|(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d{1,6})?|\d{1,3}(?: \d{3})+(?!\d)|\d{1,12}(?:\.\d{1,9})?)"
    r"(?: ?[×x*·] ?10\^[+-]?\d{1,2}|[eE][+-]?\d{1,2}(?![\d.]))?)"
)
HAN_UNITS = "个?小时|分钟|公斤|千克|毫米|厘米|公里|千瓦|兆瓦|吨|微米|纳米"
"""Pattern of the units before which a Chinese numeral is read."""

NUMBER = re.compile(
    r"(?=[-–−+\d零〇一二两俩三四五六七八九十百千半])(?:(?P<digits>(?:(?<![A-Za-z0-9_.^])|(?<=AC)|(?<=DC))(?<![A-Za-z0-9)°%][-–−])"
    rf"(?P<sign>(?<![A-Za-z0-9)°%.\]])[-–−+])?{_NUMBER})"
    rf"|(?<![几数多好每第\d.一二两三四五六七八九十百千])(?P<han>{HAN_NUMERAL})(?=(?:{HAN_UNITS})(?!内)))"
)
"""Pattern of a number that may begin a quantity; no part of a word, of a model number or of another number."""

_SCALE = re.compile("百万|千万|万|亿")
_SCALES = {"万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
_BETWEEN = re.compile(rf" ?(?P<joint>~|-|–|—|−|至|到|to|\.\.\.?|and|和) ?(?P<high>[-–−+]?{_NUMBER})(?![\d^])")
# What may follow the number of a quantity: a unit, a scale, or what joins it to a second number.
_PROMISING = re.compile("[ -]?[" + re.escape("".join(sorted(FIRST_CHARACTERS))) + r"万百千亿~\-–—−至到to.a和±+×xX*]")
_PLUS_MINUS = re.compile(rf" ?(?:±|\+/-|\+-) ?(?P<margin>{_NUMBER})")
_TOLERANCE = re.compile(r"(?:±|\+/-|\+-) ?$")
_TIMES = re.compile(rf" ?[×xX*] ?(?={_NUMBER})")
_PLAIN = re.compile(_NUMBER)

_Found = tuple[tuple[Unit, ...], int]


class Reading(NamedTuple):
    """Numbers and their unit as read: which parameter they are of is not known yet.

    `units` are the units that the spelling may mean, the plainest first; `low_unit` is that of the lower end of a range
    where it is written with one of its own.
    """

    start: int
    end: int
    low: float
    high: float
    units: tuple[Unit, ...]
    shape: Literal["one", "range", "tolerance", "size"]
    low_unit: Unit | None = None


def read_quantity(text: str, found: re.Match[str]) -> Reading | None:
    """Read the numbers that begin with `found`, a match of NUMBER in masked text; None where no unit follows."""
    start, end = found.span()
    if found["han"]:
        unit = read_unit(text, end)
        value = chinese_number(found["han"])
        return Reading(start, unit[1], value, value, unit[0], "one") if unit and value is not None else None
    if not _PROMISING.match(text, end):
        return None
    first = _signed(found["digits"])
    if text[max(0, start - 2) : start] == "零下":
        first, start = -abs(first), start - 2
    scale, end = _scaled(text, end)
    unit = read_unit(text, end)
    after = unit[1] if unit else end
    compound = (
        _range(text, start, (first, scale), unit, after) or _margin(text, start, first, unit, after)
        or _size(text, start, first, unit, after)
    )  # fmt: skip
    if compound or unit is None:
        return compound
    sign = _TOLERANCE.search(text, max(0, start - 4), start)
    value = first * scale
    if sign:
        return Reading(sign.start(), unit[1], value, value, unit[0], "tolerance")
    return Reading(start, unit[1], value, value, unit[0], "one")


def _signed(written: str) -> float:
    return -decimal(written[1:]) if written[0] in "-–−" else decimal(written.lstrip("+"))


def _scaled(text: str, end: int) -> tuple[float, int]:
    scale = _SCALE.match(text, end)
    return (_SCALES[scale.group()], scale.end()) if scale else (1.0, end)


def _range(text: str, start: int, lowest: tuple[float, float], unit: _Found | None, after: int) -> Reading | None:
    """Read the second end of a range; `lowest` is the first with the scale (万) written behind it."""
    between = _BETWEEN.match(text, after)
    if between is None:
        return None
    first, second = lowest[0], _signed(between["high"])
    scale, end = _scaled(text, between.end("high"))
    last = read_unit(text, end)
    is_list = between["joint"] in ("and", "和") and not text[:start].rstrip().endswith(("between", "介于", "在"))
    if last is None or is_list or (unit is None and first > second and between["joint"] in "-–—−"):
        return None
    low_unit = None
    if unit:
        low_unit = next((low for low in unit[0] if low.dimension == last[0][0].dimension), None)
        if low_unit is None:
            return None
    # 1~2万 is 10,000 to 20,000, and so is 1万~2万.
    low_scale = lowest[1] if lowest[1] != 1 or unit else scale
    return Reading(start, last[1], first * low_scale, second * scale, last[0], "range", low_unit)


def _margin(text: str, start: int, first: float, unit: _Found | None, after: int) -> Reading | None:
    margin = _PLUS_MINUS.match(text, after)
    last = read_unit(text, margin.end()) if margin else None
    if margin is None or last is None:
        return None
    width = decimal(margin["margin"])
    if unit and unit[0][0].name != last[0][0].name:
        return Reading(start, unit[1], first, first, unit[0], "one")
    return Reading(start, last[1], first - width, first + width, last[0], "range")


def _size(text: str, start: int, first: float, unit: _Found | None, after: int) -> Reading | None:
    """Read 3×4×2.5 m as its least and greatest edge; of 8×80 GB the second number alone is a quantity."""
    edges, position, last, begins = [first], after, unit, start
    while len(edges) < 3 and (times := _TIMES.match(text, position)):
        number = _PLAIN.match(text, times.end())
        if number is None:
            return None
        begins, last = number.start(), read_unit(text, number.end())
        position = last[1] if last else number.end()
        edges.append(decimal(number.group()))
    if len(edges) == 1 or last is None:
        return None
    if last[0][0].dimension == "length" and (unit is None or unit[0][0].name == last[0][0].name):
        return Reading(start, last[1], min(edges), max(edges), last[0], "size")
    return Reading(begins, last[1], edges[-1], edges[-1], last[0], "one") if unit is None else None
