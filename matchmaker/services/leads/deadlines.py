"""By when a platform has promised to answer: its offerings or its list say so, in working days of where it is."""

import datetime as dt

from matchmaker.domain import Offering
from matchmaker.services.leads import working_days

USUAL_DAYS = 5
"""When neither offering nor list say anything, an answer is expected after so many working days."""


def days_of(offering: Offering) -> int:
    """Return within how many working days an answer about an offering is promised."""
    rule = offering.openness_list.response_days if offering.openness_list else None
    return offering.response_days or rule or USUAL_DAYS


def due_at(offering: Offering, start: dt.datetime) -> dt.datetime:
    """Return by when what is asked about an offering at `start` is to be answered."""
    return after(start, days_of(offering), offering.platform.region)


def after(start: dt.datetime, days: int, region: str | None = None) -> dt.datetime:
    """Return the same hour `days` working days later in a region (see `working_days`)."""
    return working_days.after(start, days, region)


def half_time(offering: Offering, due: dt.datetime) -> dt.datetime:
    """Return the moment at which half of the promised time is over; of a single day, twelve hours before its end."""
    days = days_of(offering)
    if days == 1:
        return due - dt.timedelta(hours=12)
    return after(due, days // 2 - days, offering.platform.region)


def day_before(offering: Offering, due: dt.datetime) -> dt.datetime:
    """Return the moment one working day before the end of the promised time."""
    return after(due, -1, offering.platform.region)
