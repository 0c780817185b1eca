"""Which days are worked: what the State Council has published for a year, else what is known without it.

The arrangements stand in ``data/working_days.toml``. For a year that is not in it, Monday to Friday count as worked,
except the days that the law fixes by their date; the log says so once. A day that was promised stays promised when the
arrangement comes out later. Regions whose holidays are not known count Monday to Friday.
"""

import datetime as dt
import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from matchmaker.config import ROOT
from matchmaker.services.formats import CHINA

FILE = ROOT / "data" / "working_days.toml"
CODE = "CN"
SATURDAY = 5

log = structlog.get_logger(__name__)


def is_worked(day: dt.date, region: str | None = None) -> bool:
    """Tell whether a day is worked in a region (GB/T 2260; none is the country as a whole).

    >>> is_worked(dt.date(2026, 2, 28)), is_worked(dt.date(2026, 2, 16)), is_worked(dt.date(2026, 2, 16), "810000")
    (True, False, True)
    """
    is_weekday = day.weekday() < SATURDAY
    if not _has_calendar(region):
        return is_weekday
    free, worked = _arranged(day.year)
    return day in worked or (is_weekday and day not in free)


def after(start: dt.datetime, days: int, region: str | None = None) -> dt.datetime:
    """Return the same hour `days` working days later, as the clocks of China show it; `days` below 0 count back.

    >>> after(dt.datetime(2026, 11, 19, 8, tzinfo=dt.UTC), 2)  # a Thursday
    datetime.datetime(2026, 11, 23, 8, 0, tzinfo=datetime.timezone.utc)
    """
    moment, step = start, dt.timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left > 0:
        moment += step
        left -= is_worked(moment.astimezone(CHINA).date(), region)
    return moment


def known_years() -> frozenset[int]:
    """Return the years whose arrangement has been published and is known here."""
    return frozenset(_read(FILE)[1])


@functools.cache
def _arranged(year: int) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """Return the free weekdays and the worked weekends of a year."""
    region, years = _read(FILE)
    if year not in years:
        log.warning("the holidays of this year are not known yet: data/working_days.toml", year=year)
        return frozenset(dt.date.fromisoformat(f"{year}-{day}") for day in region["fixed"]), frozenset()
    entry = years[year]
    return frozenset(_days(entry["free"])), frozenset(map(dt.date.fromisoformat, entry["worked"]))


def _days(ranges: list[list[str]]) -> list[dt.date]:
    found = []
    for first, last in ranges:
        day = dt.date.fromisoformat(first)
        while day <= dt.date.fromisoformat(last):
            found.append(day)
            day += dt.timedelta(days=1)
    return found


def _has_calendar(region: str | None) -> bool:
    if not region:
        return True
    return region[:2].isdecimal() and region[:2] not in _read(FILE)[0]["without"]


@functools.cache
def _read(path: Path) -> tuple[Mapping[str, Any], Mapping[int, Any]]:
    with path.open("rb") as file:
        content = tomllib.load(file)
    region = next(entry for entry in content["region"] if entry["code"] == CODE)
    return region, {entry["year"]: entry for entry in content["year"] if entry["region"] == CODE}
