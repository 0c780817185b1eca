"""Money, days, numbers and ranges as a reader of the page's language writes them."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from matchmaker.domain.base import utc_now
from matchmaker.i18n import current_language, gettext

LOCALES = {"zh": Locale("zh"), "en": Locale("en", "GB")}
TEN_THOUSAND = 10_000
KEPT = 10_000
"""What was written lately and a list writes again in each of its rows."""
CHINA = ZoneInfo("Asia/Shanghai")
_GRAINS: Mapping[int, Any] = {
    1: {"granularity": "second", "threshold": 60}, 60: {"granularity": "minute", "threshold": 120},
    3600: {"granularity": "hour", "threshold": 1e9},
}
"""How Babel is kept to one unit of time, by its seconds."""
_SYMBOLS = {"m**2": "m²", "m**3": "m³", "m/s**2": "m/s²", "g_0": "g", "N*m": "N·m", "degree": "°", "dimensionless": "",
            "um": "µm", "degC": "°C", "kg/m**3": "kg/m³"}


def today() -> dt.date:
    """Return the day that it is in China, where platforms and firms count their days."""
    return utc_now().astimezone(CHINA).date()


def locale() -> Locale:
    """Return Babel's locale of the page's language."""
    return LOCALES[current_language()]


def number(value: float, digits: int = 2) -> str:
    """Return a number with thousands marked and at most `digits` decimals."""
    return format_decimal(round(value, digits), locale=locale())


def signed(value: float) -> str:
    """Return a number with two decimals and its sign, the minus being a true one."""
    text = format_decimal(abs(value), format="0.00", locale=locale())
    return f"{'−' if value < 0 and text != '0.00' else '+'}{text}"


def percent(value: float) -> str:
    """Return a share as whole per cent; what is not the whole is never rounded up to it."""
    return _percent(min(value, 0.99) if value < 1 else value, current_language())


def money(value: Mapping[str, Any] | None) -> str:
    """Return an amount of minor units as a reader writes it; nothing for nothing.

    >>> money({"amount": 320000, "currency": "CNY"})
    'CN¥3,200'
    """
    return _money(value["amount"], value["currency"], current_language()) if value else ""


def price(low: Mapping[str, Any] | None, high: Mapping[str, Any] | None) -> str:
    """Return a range of prices in words, "" when neither end is known."""
    if not low or not high:
        one = low or high
        if not one:
            return ""
        return gettext("from %(price)s", price=money(one)) if low else gettext("up to %(price)s", price=money(one))
    if not high["amount"]:
        return gettext("Free of charge")
    if low == high:
        return money(high)
    if low["currency"] != high["currency"]:
        return f"{money(low)} – {money(high)}"
    return _price_range(low, high)


def day(value: dt.date | str | None, style: str = "long") -> str:
    """Return a day in words, for instance 20 October 2026; nothing for nothing."""
    date = _date(value)
    return _day(date, style, current_language()) if date else ""


def month(value: dt.date) -> str:
    """Return a month of a year in words.

    >>> month(dt.date(2026, 10, 1))
    'October 2026'
    """
    return format_skeleton("yMMMM", value, locale=locale())


def ago(value: dt.date | str | None) -> str:
    """Return how long ago a day was, roughly."""
    date = _date(value)
    if date is None:
        return ""
    if (days := (today() - date).days) < 1:
        return gettext("today")
    return format_timedelta(dt.timedelta(days=-days), granularity="day", threshold=1.6, add_direction=True,
                            locale=locale())


def moment(value: dt.datetime) -> str:
    """Return a day and an hour as the clocks of China show them.

    >>> moment(dt.datetime(2026, 10, 20, 8, 5, tzinfo=dt.UTC))
    '20 Oct 2026, 16:05'
    """
    local = value.astimezone(CHINA)
    gap = " " if current_language() == "zh" else ", "
    return f"{_day(local.date(), 'medium', current_language())}{gap}{local:%H:%M}"


def day_of(value: dt.datetime) -> str:
    """Return the day on which a moment falls in China.

    >>> day_of(dt.datetime(2026, 10, 20, 16, 5, tzinfo=dt.UTC))
    '21 October 2026'
    """
    return day(value.astimezone(CHINA).date())


def short_day(value: dt.date) -> str:
    """Return a day without its year, for narrow columns.

    >>> short_day(dt.date(2026, 10, 20))
    '20 Oct'
    """
    return _short_day(value, current_language())


def duration(seconds: int) -> str:
    """Return a time to wait in words, in whole units rounded up, so that nobody comes back too early.

    >>> duration(30), duration(61), duration(5400)
    ('30 seconds', '2 minutes', '90 minutes')
    """
    unit = 1 if seconds < 60 else 60 if seconds <= 5400 else 3600
    shown = dt.timedelta(seconds=-(-seconds // unit) * unit)
    return format_timedelta(shown, locale=locale(), **_GRAINS[unit])


@lru_cache(KEPT)
def _percent(value: float, language: str) -> str:
    return format_percent(value, format="0%", locale=LOCALES[language])


@lru_cache(KEPT)
def _short_day(value: dt.date, language: str) -> str:
    return format_skeleton("MMMd", value, locale=LOCALES[language])


def span(low: float | None, high: float | None, unit: str | None) -> str:
    """Return a range of a measured quantity, for instance 5–2,000 Hz; nothing when no end is known."""
    sign = symbol(unit)
    gap = "" if sign in ("%", "°", "") else " "
    if low is not None and high is not None and low != high:
        dash = " – " if low < 0 or high < 0 else "–"
        return f"{_quantity(low)}{dash}{_quantity(high)}{gap}{sign}"
    if low is not None and high is None:
        return f"≥ {_quantity(low)}{gap}{sign}"
    if high is not None:
        return f"{'≤ ' if low is None else ''}{_quantity(high)}{gap}{sign}"
    return ""


def symbol(unit: str | None) -> str:
    """Return the sign of a unit: superscripts instead of stars, words in the page's language."""
    return _SYMBOLS.get(unit or "", unit or "")


@lru_cache(KEPT)
def _money(amount: int, currency: str, language: str) -> str:
    """Return an amount of minor units in the language, which is the current one."""
    major = float(amount / 10 ** get_currency_precision(currency))
    if language == "zh" and currency == "CNY":
        return gettext("%(amount)s yuan", amount=_amount_zh(major))
    text: str = format_currency(major, currency, locale=LOCALES[language])
    return re.sub(r"[.,]00\b", "", text) if major == int(major) else text


@lru_cache(KEPT)
def _day(date: dt.date, style: str, language: str) -> str:
    text: str = format_date(date, style, locale=LOCALES[language])
    return text


def _quantity(value: float) -> str:
    if value < 0:
        return f"−{_quantity(-value)}"
    return format_decimal(value, format="#,##0.######", locale=locale())


def _major(value: Mapping[str, Any]) -> float:
    return float(value["amount"] / 10 ** get_currency_precision(value["currency"]))


def _amount_zh(amount: float) -> str:
    """Return an amount as Chinese writes it: in 万 from ten thousand on, where that shortens it."""
    if amount >= TEN_THOUSAND and round(amount / TEN_THOUSAND, 2) * TEN_THOUSAND == amount:
        return f"{number(amount / TEN_THOUSAND)} 万"
    return f"{number(amount)} "


def _price_range(low: Mapping[str, Any], high: Mapping[str, Any]) -> str:
    """Return both ends with their unit or sign said once, where it is the same."""
    start, end = money(low), money(high)
    units = [re.sub(r"^[\d.,]+", "", text) for text in (start, end)]
    if units[0] == units[1] != end:
        return f"{start.removesuffix(units[0])}–{end}"
    sign = (re.match(r"\D*", end) or [""])[0]
    return f"{start}–{end.removeprefix(sign)}"


def _date(value: dt.date | str | None) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(value[:10]) if value else None
