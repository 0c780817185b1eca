"""Deadlines in English: by end of June, before 1 March 2027, by Q2 2027, within 3 weeks."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from matchmaker.ranking.facts import days

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_BY = (
    r"(?=[BbUuTtNnLlDdSR])\b(?P<by>[Bb]y|[Bb]efore|[Uu]ntil|[Tt]ill|[Nn]o later than|[Nn]ot later than"
    r"|[Ll]atest|[Dd]ue(?: on| by| in)?|[Dd]eadline(?: is| of| extended to)?|SOP(?: in)?"
    r"|[Dd]elivery(?: is| wanted| needed)? (?:in|on)"
    r"|[Nn]eeded (?:in|on|for)|[Rr]eady (?:in|by|for))[: ]{1,2}(?:the )?"
)
_POINT = re.compile(
    _BY + r"(?:(?P<part>end|mid|middle|start|beginning|early|late)[ -](?:of )?(?:the )?)?(?:"
    rf"(?P<month>{MONTH})(?: (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year1>20\d\d))?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month2>{MONTH})(?:,? (?P<year2>20\d\d))?"
    r"|(?P<iso>20\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?!\d)"
    r"|(?:Q(?P<quarter>[1-4])|H(?P<half>[12]))(?:[ /](?:of )?(?P<year3>20\d\d))?"
    r"|(?P<next>next |this )?(?P<what>year|month|quarter)(?:[ -]end)?\b|(?P<year4>20\d\d)\b)"
)
_SPAN = re.compile(
    r"(?=[WwIi][in])\b(?P<how>[Ww]ithin|[Ii]n)(?: (?:the|a|about|max\.?|at most|maximum|next|under))*"
    rf" (?P<n>\d{{1,3}}|an?|{'|'.join(_NUMBERS)})(?: ?(?:-|–|to) ?\d{{1,3}})?[ -]"
    r"(?P<unit>working day|business day|day|week|month|year)s?\b(?! of\b| ago\b| old\b|'s?\b)"
)
_ASKED = re.compile(
    r"\b(?:needs?|wants?|must|require|deliver|get|have to|finish|complete)\b[^.;!?\n]{0,45}$", re.IGNORECASE
)


def english_deadlines(folded: str, today: date) -> Iterator[tuple[int, date]]:
    """Yield the place and the day of each deadline written in English, past ones too."""
    for match in _POINT.finditer(folded):
        day = days.possible(partial(_point, match, today))
        if day:
            yield match.start(), day
    for match in _SPAN.finditer(folded):
        before = folded[max(0, match.start() - 60) : match.start()]
        asked = match["how"].lower() == "within" or _ASKED.search(before)
        day = days.possible(partial(days.after, today, _number(match["n"]), match["unit"].lower()))
        if asked and day:
            yield match.start(), day


def _number(written: str) -> float:
    lowered = written.lower()
    if lowered.startswith("a"):
        return 1.0
    return float(_NUMBERS.index(lowered) + 1) if lowered in _NUMBERS else float(written)


def _point(match: re.Match[str], today: date) -> date | None:
    stated = next((match[f"year{i}"] for i in range(1, 5) if match[f"year{i}"]), None)
    year = int(stated) if stated else None
    if match["iso"]:
        return date(*(int(part) for part in re.split("[-/.]", match["iso"])))
    if name := match["month"] or match["month2"]:
        return _in_month(match, _MONTHS.index(name[:3].lower()) + 1, year, today)
    if match["quarter"] or match["half"]:
        month = 3 * int(match["quarter"]) if match["quarter"] else 6 * int(match["half"])
        return days.next_one(today, year, lambda y: days.month_end(y, month))
    if match["what"]:
        at_end = bool(match["part"]) or "end" in match.group()
        return _period_end(match["what"], match["next"] == "next ", at_end, today)
    if not year:
        return None
    return days.month_end(year - (match["by"].lower() == "before" and not match["part"]), 12)


def _in_month(match: re.Match[str], month: int, year: int | None, today: date) -> date:
    number = match["d1"] or match["d2"]
    day = days.next_one(
        today, year, lambda y: days.in_month(y, month, int(number) if number else None, match["part"] or "")
    )
    whole = not number and not match["part"]
    return day.replace(day=1) - timedelta(days=1) if whole and match["by"].lower() == "before" else day


def _period_end(what: str, is_next: bool, at_end: bool, today: date) -> date | None:
    if not (is_next or at_end):
        return None
    if what == "year":
        return days.month_end(today.year + is_next, 12)
    months = {"month": 1, "quarter": 3}[what]
    first = days.add_months(today.replace(day=1), months * is_next)
    return days.month_end(first.year, -(-first.month // months) * months)
