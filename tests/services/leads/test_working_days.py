import datetime as dt

import pytest

from matchmaker.domain import Offering, OpennessList, Organisation
from matchmaker.services.leads import deadlines, working_days


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(("text", "is_worked"), [
    ("2026-01-02", False), ("2026-01-04", True), ("2026-02-13", True), ("2026-02-14", True), ("2026-02-16", False),
    ("2026-02-23", False), ("2026-02-24", True), ("2026-02-28", True), ("2026-03-01", False), ("2026-05-09", True),
    ("2026-09-20", True), ("2026-10-07", False), ("2026-10-10", True), ("2026-11-21", False),
])
def test_2026_is_as_the_state_council_has_published_it(text, is_worked):
    assert working_days.is_worked(day(text)) is is_worked


def test_2026_has_as_many_working_days_as_were_announced():
    year = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(365)]
    # 261 weekdays, of which 19 are free, and six weekends that are worked.
    assert sum(map(working_days.is_worked, year)) == 261 - 19 + 6


@pytest.mark.parametrize(("text", "is_worked"), [
    ("2031-01-01", False), ("2031-05-02", False), ("2031-10-03", False), ("2031-10-06", True), ("2031-02-04", True),
    ("2031-10-04", False),
])
def test_of_an_unknown_year_only_what_the_law_dates_is_free(text, is_worked):
    assert 2031 not in working_days.known_years()
    assert working_days.is_worked(day(text)) is is_worked


def test_an_unknown_year_is_said_once(caplog):
    working_days._arranged.cache_clear()
    for _ in range(3):
        working_days.is_worked(day("2031-03-03"))
    assert sum("data/working_days.toml" in record.getMessage() for record in caplog.records) == 1


@pytest.mark.parametrize("region", ["810000", "820000", "710000", "US-CA"])
def test_where_no_holidays_are_known_weekdays_count(region):
    assert working_days.is_worked(day("2026-10-01"), region)
    assert not working_days.is_worked(day("2026-10-10"), region)


def test_the_form_of_the_data():
    """Free days are written as ranges from first to last, worked ones are weekends, and none is both."""
    for year in working_days.known_years():
        free, worked = working_days._arranged(year)
        assert {found.year for found in free | worked} == {year}
        assert not free & worked
        assert all(found.weekday() >= working_days.SATURDAY for found in worked)
        assert any(found.weekday() < working_days.SATURDAY for found in free)


def at(text):
    return dt.datetime.fromisoformat(f"{text}T02:00+00:00")


@pytest.mark.parametrize(("start", "days", "end"), [
    ("2026-02-12", 2, "2026-02-14"), ("2026-02-13", 2, "2026-02-24"), ("2026-09-30", 1, "2026-10-08"),
    ("2026-10-08", 3, "2026-10-12"), ("2026-12-30", 2, "2027-01-04"),
])
def test_promises_are_counted_over_holidays_and_back(start, days, end):
    later = working_days.after(at(start), days)
    assert later == at(end)
    assert working_days.after(later, -days) == at(start)


@pytest.mark.parametrize(("own", "rule", "days"), [(2, 9, 2), (None, 9, 9), (None, None, 5), (0, None, 5)])
def test_an_offering_or_its_list_says_how_long_an_answer_takes(own, rule, days):
    offering = Offering(response_days=own, openness_list=OpennessList(response_days=rule), platform=Organisation())
    assert deadlines.days_of(offering) == days
    assert deadlines.days_of(Offering(response_days=own, platform=Organisation())) == (own or 5)


@pytest.mark.parametrize(("days", "half", "before"), [
    (1, "2026-11-16T14:00", "2026-11-16T02:00"), (2, "2026-11-17T02:00", "2026-11-17T02:00"),
    (3, "2026-11-17T02:00", "2026-11-18T02:00"), (5, "2026-11-18T02:00", "2026-11-20T02:00"),
    (10, "2026-11-23T02:00", "2026-11-27T02:00"),
])
def test_half_time_and_the_day_before(days, half, before):
    offering = Offering(response_days=days, platform=Organisation(region="320600"))
    due = deadlines.due_at(offering, at("2026-11-16"))
    assert deadlines.half_time(offering, due) == dt.datetime.fromisoformat(f"{half}+00:00")
    assert deadlines.day_before(offering, due) == dt.datetime.fromisoformat(f"{before}+00:00")
