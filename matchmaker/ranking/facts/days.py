"""Calendar arithmetic for deadlines: ends of months, the next date of a name, spans from today."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta

_DAYS = {"天": 1.0, "日": 1.0, "工作日": 1.4, "周": 7.0, "星期": 7.0, "礼拜": 7.0}
_DAYS |= {"day": 1.0, "working day": 1.4, "business day": 1.4, "week": 7.0}
_LAST_OF = {"初": 10, "上旬": 10, "中旬": 20, "start": 10, "beginning": 10, "early": 10, "mid": 15, "middle": 15}


def possible(build: Callable[[], date | None]) -> date | None:
    """Return the day that `build` makes, None where the calendar has no such day: people also write 2027-13-45."""
    try:
        return build()
    except (ValueError, OverflowError, IndexError):
        return None


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def day_of(year: int, month: int, day: int) -> date:
    """Return the day of a month, its last one where `day` is past it: people write 6月31日."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def add_months(start: date, months: int) -> date:
    """Return the same day some months later, or the last day of that month.

    >>> add_months(date(2027, 1, 31), 1)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return day_of(year, month + 1, start.day)


def next_one(today: date, year: int | None, build: Callable[[int], date]) -> date:
    """Return what `build` makes of the year stated, else of the first year in which it is not past."""
    day = build(year or today.year)
    return day if year or day >= today else build(today.year + 1)


def after(today: date, number: float, unit: str) -> date:
    """Return the day that lies `number` of `unit` (day, working day, week, month, year, in either language) ahead."""
    if unit in _DAYS:
        return today + timedelta(days=round(number * _DAYS[unit]))
    return add_months(today, round(number * (12 if unit in ("年", "year") else 1)))


def in_month(year: int, month: int, day: int | None, part: str) -> date:
    """Return the day of a month by its number, or the last one of the part of the month that is named."""
    return day_of(year, month, _LAST_OF.get(part, 31) if day is None else day)
