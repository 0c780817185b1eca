"""By when a platform has promised to answer: its offerings say so in working days, and here these are counted."""

import datetime as dt

from matchmaker.domain import Offering
from matchmaker.services.formats import CHINA

USUAL_DAYS = 5
"""When a platform says nothing of its own, an answer is expected after so many working days."""
SATURDAY = 5


def days_of(offering: Offering) -> int:
    """Return within how many working days an answer about an offering is promised."""
    return offering.response_days or USUAL_DAYS


def due_at(offering: Offering, start: dt.datetime) -> dt.datetime:
    """Return by when what is asked about an offering at `start` is to be answered."""
    return after(start, days_of(offering))


def after(start: dt.datetime, days: int) -> dt.datetime:
    """Return the same hour `days` working days later, Monday to Friday as it is in China.

    Holidays are not known, nor the weekends that are worked in exchange for them.

    >>> after(dt.datetime(2026, 11, 19, 8, tzinfo=dt.UTC), 2)  # a Thursday
    datetime.datetime(2026, 11, 23, 8, 0, tzinfo=datetime.timezone.utc)
    """
    moment = start
    while days > 0:
        moment += dt.timedelta(days=1)
        days -= moment.astimezone(CHINA).weekday() < SATURDAY
    return moment
