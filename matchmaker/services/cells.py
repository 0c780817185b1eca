"""Read what people write in the cells of a spreadsheet: numbers with units, ranges, lists, dates, yes and no."""

import json
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision

from matchmaker.tabular import Fault

SEPARATORS = re.compile(r"[;；\n]")
MULTIPLES = {"千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
YES = {"yes", "y", "true", "1", "是", "有", "可"}
NO = {"no", "n", "false", "0", "否", "无", "不可"}
LARGEST = Decimal(10) ** 15

_GROUPED = r"\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?"
_CONTINENTAL = r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d+,\d{1,2}(?!\d)"
_NUMBER = rf"[-+]?(?:{_GROUPED}|{_CONTINENTAL}|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
_ONE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<multiple>百万|千万|千|万|亿)?")
_RANGE = re.compile(
    rf"\s*(?P<low>{_NUMBER})?\s*(?P<dots>\.\.+|[-~–—]|至|到|to)\s*(?P<high>{_NUMBER})?\s*(?P<unit>.*)", re.DOTALL)
_BOUND = re.compile(rf"\s*(?P<sign><=?|>=?|≤|≥|up to|至多|不超过|最大|max\.?)\s*(?P<number>{_NUMBER})\s*(?P<unit>.*)",
                    re.DOTALL | re.IGNORECASE)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]\d.*)?")


def plain_text(value: Any) -> str:
    """Return a cell as trimmed text; the items of a list are joined by commas.

    >>> plain_text('["Rock", null, "Soil"]'), plain_text(None), plain_text(True)
    ('Rock, Soil', '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if (items := json_items(value)) is not None:
        return ", ".join(items)
    return str(value).strip()


def json_items(value: Any) -> list[str] | None:
    """Return the items of a list, or of a text that is a JSON list, as texts; None for everything else."""
    if isinstance(value, str) and value.lstrip().startswith("[") and value.rstrip().endswith("]"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, list):
        return None
    return [plain_text(item) for item in value if item not in (None, "") and not isinstance(item, dict)]


def items(value: Any, separator: str | None = None) -> list[str]:
    """Return the items of a cell: of a JSON list, or cut at `separator` (by default semicolons and line ends)."""
    found = json_items(value)
    if found is None:
        text = plain_text(value)
        found = text.split(separator) if separator else SEPARATORS.split(text)
    return list(dict.fromkeys(stripped for item in found if (stripped := item.strip())))


def number(value: Any, column: str | None = None) -> Decimal | Fault:
    """Return the one number in a cell, whatever unit stands beside it.

    >>> number("1,200.50 USD"), number("3.5 万元"), number("1.200,50 €")
    (Decimal('1200.50'), Decimal('35000.0'), Decimal('1200.50'))
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    text = unicodedata.normalize("NFKC", plain_text(value)).replace("\u2212", "-")
    found = list(_ONE.finditer(text))
    if len(found) != 1 or re.search(r"\d", text[:found[0].start()] + text[found[0].end():]):
        return Fault("not_a_number", "“%(text)s” is not one number.", column=column, text=text[:60])
    amount = _decimal(found[0]["number"])
    if amount is None or abs(amount) > LARGEST:
        return Fault("number_too_large", "The number “%(text)s” is too large.", column=column, text=text[:60])
    return amount * MULTIPLES.get(found[0]["multiple"], 1)


def whole_number(value: Any, column: str | None = None) -> int | Fault:
    """Return the one whole number in a cell."""
    amount = number(value, column)
    if isinstance(amount, Fault):
        return amount
    if amount != amount.to_integral_value():
        return Fault("not_whole", "“%(text)s” is not a whole number.", column=column, text=plain_text(value)[:60])
    return int(amount)


def money(value: Any, currency: str, column: str | None = None, scale: Decimal = Decimal(1)) -> dict[str, Any] | Fault:
    """Return a price in major units as an amount of minor units (ISO 4217), rounded, but never down to nothing."""
    amount = number(value, column)
    if isinstance(amount, Fault):
        return amount
    minor = (amount * scale).scaleb(get_currency_precision(currency))
    units = int(minor.to_integral_value("ROUND_HALF_UP"))
    return {"amount": max(units, 1) if amount > 0 else units, "currency": currency}


def span(text: str) -> tuple[float | None, float | None, str] | None:
    """Return lower end, upper end and unit of a range; None when it cannot be read.

    >>> span("5..2000 Hz"), span("≤ 40 kN"), span("532 nm"), span("-40 ~ 85 °C")
    ((5.0, 2000.0, 'Hz'), (None, 40.0, 'kN'), (532.0, 532.0, 'nm'), (-40.0, 85.0, '°C'))
    """
    text = text.replace("\u2212", "-").replace("～", "~").replace("，", ",").strip()
    if found := _BOUND.fullmatch(text):
        value = _float(found["number"])
        return (value, None, found["unit"].strip()) if found["sign"] in (">", ">=", "≥") else (
            None, value, found["unit"].strip())
    if (found := _RANGE.fullmatch(text)) and (found["low"] or (found["high"] and found["dots"].startswith(".."))):
        return _float(found["low"]), _float(found["high"]), found["unit"].strip()
    if found := re.fullmatch(rf"\s*(?P<low>{_NUMBER})\s*(?P<unit>[^\d\s].*)?", text, re.DOTALL):
        return _float(found["low"]), _float(found["low"]), (found["unit"] or "").strip()
    return None


def flag(value: Any, column: str | None = None) -> bool | Fault:
    """Return whether a cell says yes."""
    text = plain_text(value).casefold()
    if text in YES | NO:
        return text in YES
    return Fault("not_yes_or_no", "Write yes or no (是 or 否), not “%(text)s”.", column=column, text=text[:60])


def date(value: Any) -> str:
    """Return a date in the order year, month, day as ISO 8601 writes it; other text unchanged, for the schema to judge.

    >>> date("2026年7月1日"), date("2026/12/31"), date("soon")
    ('2026-07-01', '2026-12-31', 'soon')
    """
    text = plain_text(value)
    if found := _DATE.fullmatch(text):
        return f"{int(found[1]):04}-{int(found[2]):02}-{int(found[3]):02}"
    return text


def _decimal(text: str) -> Decimal | None:
    if re.fullmatch(rf"[-+]?(?:{_CONTINENTAL})", text):
        text = text.replace(".", "").replace(",", ".")
    try:
        return Decimal(re.sub(r"[,' ]", "", text))
    except InvalidOperation:
        return None


def _float(text: str | None) -> float | None:
    amount = _decimal(text) if text else None
    return None if amount is None else float(amount)
