import datetime as dt

import numpy as np
import pytest
from sqlalchemy import text

from matchmaker.domain import Role
from matchmaker.domain.base import utc_now
from matchmaker.errors import Invalid
from matchmaker.services.fairness import monthly, parity
from tests.fares import fared
from tests.making import add_person, member

OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def operator(session):
    return member(session, add_person(session, "operator@operator.example", "operator", Role.OPERATOR))


def leads(*groups) -> parity.Leads:
    """Return leads by size: (value, firms, outcomes of acceptance, hours), each firm with as many leads as come."""
    firms, sizes, accepted, hours = [], [], [], []
    for value, n_firms, outcomes, times in groups:
        for number, (outcome, time) in enumerate(zip(outcomes, times, strict=True)):
            firms.append(hash((value, number % n_firms)))
            sizes.append(value)
            accepted.append(outcome)
            hours.append(time)
    n = len(firms)
    column = np.empty(n, object)
    column[:] = sizes
    return parity.Leads(np.array(firms), np.zeros(n, int), {"size": column}, np.array(hours), np.ones(n, bool),
                        np.array(accepted, float), np.full(n, np.nan))


def test_figures_are_those_of_a_table_computed_by_hand():
    """Of 40 medium firms 30 were accepted, of 20 small 9, of 10 micro 2 with 5 more undecided."""
    nan = np.nan
    medium, small, micro = parity.compare(leads(
        ("medium", 40, [1] * 30 + [0] * 10, [10.0] * 40), ("small", 20, [1] * 9 + [0] * 11, [10.0] * 10 + [20.0] * 10),
        ("micro", 15, [1] * 2 + [0] * 8 + [nan] * 5, [40.0] * 15)), "size")
    assert [group.value for group in (medium, small, micro)] == ["medium", "small", "micro"]
    assert (medium.accepted.share, small.accepted.share, micro.accepted.share) == (0.75, 0.45, 0.2)
    assert (medium.accepted.ratio, small.accepted.ratio) == pytest.approx((1.0, 0.6))
    assert micro.accepted.ratio == pytest.approx(0.2667, abs=1e-4)
    assert [group.accepted.is_low for group in (medium, small, micro)] == [False, True, True]
    # Wilson's interval of 9 in 20, and Katz's of (9/20)/(30/40), worked out step by step.
    assert small.accepted.interval == pytest.approx((0.2582, 0.6579), abs=1e-4)
    assert small.accepted.ratio_interval == pytest.approx((0.3580, 1.0057), abs=1e-4)
    assert (medium.time.median, small.time.median, micro.time.median) == (10, 10, 40)
    assert (small.time.is_low, micro.time.is_low, micro.time.ratio) == (False, True, 0.25)
    # Of 40 x 35 pairs: 10 even, 10 + 15 sooner.
    assert medium.time.sooner == pytest.approx((0.5 * 10 + 25) / 35)
    assert micro.time.sooner == 0.0
    assert medium.completed is None


def test_groups_of_few_firms_are_not_told_nor_worked_out():
    told = ("medium", 40, [1] * 40, [1.0] * 40)
    few = ("micro", 4, [0] * 12, [1.0] * 12)
    middle = ("small", 6, [1] * 6, [1.0] * 6)
    by_value = {group.value: group for group in parity.compare(leads(told, few, middle), "size")}
    assert (by_value["micro"].leads, by_value["micro"].accepted, by_value["micro"].time) == (None, None, None)
    assert by_value["small"].leads is None
    assert by_value["medium"].leads == 40
    assert all(group.leads for group in parity.compare(leads(told, middle), "size"))


def test_an_outcome_of_few_firms_is_kept_back_by_itself():
    nan = np.nan
    groups = parity.compare(leads(("medium", 40, [1] * 40, [1.0] * 40), ("small", 20, [1] * 3 + [nan] * 17, [1.0] * 20),
                                  ("micro", 30, [1] * 30, [1.0] * 30)), "size")
    told = {group.value: group.accepted is not None for group in groups}
    assert told == {"medium": True, "small": False, "micro": False}
    assert all(group.leads for group in groups)


def test_figures_are_those_of_a_direct_count_and_lead_to_their_rows(session, operator, make_offering):
    offering = make_offering(session)
    rng = np.random.default_rng(3)
    for number in range(60):
        fared(session, offering, size=["micro", "small", None][number % 3], is_one_person=number % 7 == 0,
              province=["320000", "440000"][number % 2], language=["zh", "en"][number % 4 == 0],
              is_accepted=[True, False, None][int(rng.integers(3))], hours=float(rng.integers(1, 90)))
    fared(session, offering, came_at=dt.datetime(2026, 10, 31, 17, tzinfo=dt.UTC))
    found = parity.parity(session, operator, OCTOBER)
    for name, column in (("size", "size"), ("province", "province"), ("one_person", "is_one_person"),
                         ("language", "language")):
        direct = session.execute(text(
            f"SELECT {column}, count(*), count(DISTINCT firm), sum(CASE WHEN is_accepted THEN 1 ELSE 0 END), "
            f"count(is_accepted) FROM lead_summary WHERE month = '2026-10-01' GROUP BY {column}")).all()
        shown = {group.value: group for group in found[name]}
        assert len(shown) == len(direct)
        for value, number, firms, accepted, decided in direct:
            group = shown[bool(value) if name == "one_person" else value]
            assert (group.leads, group.firms, group.accepted.good, group.accepted.of) == (number, firms, accepted, decided)
            listed, rows = monthly.rows(session, operator, OCTOBER, (name, group.value))
            assert listed == len(rows) == number


def test_a_month_that_the_job_counted_is_not_counted_by_the_page_until_its_leads_change(session, operator, make_offering,
                                                                                       monkeypatch):
    offering = make_offering(session)
    rows = [fared(session, offering, size=["micro", "small", None][number % 3], is_one_person=number % 7 == 0,
                  is_accepted=[True, False, None][number % 3 - number % 2], hours=float(number + 1),
                  is_completed=[True, False][number % 2]) for number in range(60)]
    before = parity.parity(session, operator, OCTOBER)
    assert monthly.keep(session, dt.date(2026, 12, 5)) == 3
    assert monthly.keep(session, dt.date(2026, 12, 5)) == 2
    asked = []
    monkeypatch.setattr(monthly, "parity", lambda *given: asked.append(given) or parity.parity(*given))
    assert monthly.of_month(session, operator, OCTOBER) == before
    assert not asked
    session.delete(rows[0])
    session.flush()
    assert monthly.of_month(session, operator, OCTOBER) == parity.parity(session, operator, OCTOBER) != before
    assert len(asked) == 1
    rows[1].changed_at = utc_now() + dt.timedelta(hours=1)
    fared(session, offering)
    assert monthly.of_month(session, operator, OCTOBER)["size"][0].leads is not None
    assert len(asked) == 2


def test_whoever_still_waits_counts_by_how_long(session, operator, make_offering):
    offering = make_offering(session)
    came = utc_now() - dt.timedelta(hours=50)
    for hours, waited in ((10.0, None), (20.0, None), (30.0, None), (None, None), (None, 25.0)):
        fared(session, offering, came_at=came, hours=hours, waited=waited)
    read = parity.read(session, operator, came, utc_now())
    assert sorted(read.hours) == pytest.approx([10, 20, 25, 30, 50], abs=0.1)
    assert read.is_answered.sum() == 3


def test_rows_of_few_firms_are_refused(session, operator, make_offering):
    offering = make_offering(session)
    first = fared(session, offering)
    for _number in range(9):
        fared(session, offering, firm=first.firm)
    with pytest.raises(Invalid):
        monthly.rows(session, operator, OCTOBER, ("size", "small"))


def test_months_begin_and_end_in_china():
    since, until = parity.bounds(dt.date(2026, 12, 1))
    assert since.astimezone(dt.UTC) == dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)
    assert until.astimezone(dt.UTC) == dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC)
