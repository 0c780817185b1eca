import datetime as dt

import pytest

from matchmaker.domain import Offering, Organisation
from matchmaker.services.formats import CHINA
from matchmaker.services.leads import deadlines

MONDAY = dt.datetime(2026, 11, 16, 2, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(("start", "days", "later"), [
    (0, 0, 0), (0, 1, 1), (0, 4, 4), (0, 5, 7), (4, 1, 7), (4, 6, 14), (5, 1, 7), (6, 1, 7), (6, 5, 11), (3, 12, 21),
])
def test_only_mondays_to_fridays_count(start, days, later):
    assert deadlines.after(MONDAY + dt.timedelta(days=start), days) == MONDAY + dt.timedelta(days=later)


def test_the_days_are_those_of_china():
    # Friday 17:00 in London is Saturday, one o’clock, in China.
    friday = dt.datetime(2026, 11, 20, 17, tzinfo=dt.UTC)
    assert deadlines.after(friday, 1) == friday + dt.timedelta(days=2)
    assert deadlines.after(friday, 1).astimezone(CHINA).strftime("%A %H:%M") == "Monday 01:00"


@pytest.mark.parametrize(("said", "days"), [(2, 2), (None, deadlines.USUAL_DAYS)])
def test_an_offering_says_its_days_itself_or_has_the_usual_ones(said, days):
    offering = Offering(response_days=said, platform=Organisation())
    assert deadlines.days_of(offering) == days
    assert deadlines.due_at(offering, MONDAY) == deadlines.after(MONDAY, days)
