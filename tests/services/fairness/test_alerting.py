import datetime as dt

import pytest
from sqlalchemy import func, select, text

from matchmaker.domain import FairnessAlert, Role
from matchmaker.domain.base import new_id
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.services import operating
from matchmaker.services.fairness import alerting
from tests.fares import fared
from tests.making import add_person, member

LOOK = dt.date(2026, 11, 8)
CAME = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)


@pytest.fixture
def operator(session):
    return member(session, add_person(session, "operator@operator.example", "operator", Role.OPERATOR))


def come(session, offering, province: str, number: int, came=CAME, **facts) -> None:
    for _number in range(number):
        fared(session, offering, province=province, came_at=came, **facts)


@pytest.fixture
def biased(session, make_offering):
    """Firms of one province are answered after a week, all others within hours."""
    offering = make_offering(session)
    for hours in (5.0, 10.0, 15.0):
        come(session, offering, "320000", 20, hours=hours)
    come(session, offering, "620000", 20, hours=120.0)
    return offering


def test_a_province_served_late_is_put_to_operators_once(session, operator, biased):
    look = alerting.look(session, LOOK + dt.timedelta(days=3))
    assert (look.day, look.raised, look.closed) == (LOOK, 1, 0)
    (alert,) = alerting.listed(session).open
    assert (alert.dimension, alert.value, alert.outcome) == ("province", "620000", "time")
    assert (alert.figure, alert.others, alert.firms, alert.leads) == (120.0, 10.0, 20, 20)
    assert alert.is_within
    assert alerting.look(session, LOOK + dt.timedelta(days=6)) is None
    assert alerting.look(session, dt.date(2026, 11, 15)).raised == 0
    assert session.scalar(select(func.count()).select_from(FairnessAlert)) == 1
    assert operating.waiting(session, operator).alerts == 1


def test_it_is_acknowledged_with_a_reason(session, operator, biased):
    alerting.look(session, LOOK)
    (alert,) = alerting.listed(session).open
    with pytest.raises(Invalid):
        alerting.acknowledge(session, operator, alert.id, "  ")
    alerting.acknowledge(session, operator, alert.id, "We ask the platform.")
    alerting.acknowledge(session, operator, alert.id, "We ask the platform.")
    assert (alert.reason, alert.acknowledged_by) == ("We ask the platform.", operator.person_id)
    assert operating.waiting(session, operator).alerts == 0
    with pytest.raises(NotFound):
        alerting.acknowledge(session, operator, new_id(), "Words")


def test_it_is_closed_when_it_is_no_longer_so(session, operator, biased):
    alerting.look(session, LOOK)
    session.execute(text("UPDATE lead_summary SET hours = 10"))
    session.expire_all()
    look = alerting.look(session, dt.date(2026, 11, 15))
    assert (look.raised, look.closed) == (0, 1)
    listed = alerting.listed(session)
    assert listed.open == []
    assert [(one.closed_on, one.closing) for one in listed.closed] == [(dt.date(2026, 11, 15), "over")]
    with pytest.raises(Conflict):
        alerting.acknowledge(session, operator, listed.closed[0].id, "Too late")


def test_one_that_cannot_be_told_any_more_ends_after_a_while(session, biased):
    alerting.look(session, LOOK)
    assert alerting.look(session, dt.date(2027, 1, 1)).closed == 0
    assert alerting.look(session, dt.date(2027, 2, 8)).closed == 1
    assert alerting.listed(session).closed[0].closing == "few"


def test_it_may_be_raised_again(session, biased):
    alerting.look(session, LOOK)
    alerting.look(session, dt.date(2027, 2, 8))
    come(session, biased, "320000", 60, came=dt.datetime(2027, 2, 20, tzinfo=dt.UTC), hours=5.0)
    come(session, biased, "620000", 20, came=dt.datetime(2027, 2, 20, tzinfo=dt.UTC), hours=90.0)
    assert alerting.look(session, dt.date(2027, 3, 1)).raised == 1
    assert session.scalar(select(func.count()).select_from(FairnessAlert)) == 2


def test_a_cause_that_lies_with_a_platform_is_told(session, make_offering):
    """Firms of one province ask another platform, which is slow with everybody."""
    quick, slow = make_offering(session), make_offering(session, platform="tianquan")
    come(session, quick, "320000", 60, hours=5.0)
    come(session, slow, "320000", 5, hours=120.0)
    come(session, slow, "620000", 20, hours=120.0)
    alerting.look(session, LOOK)
    (alert,) = (one for one in alerting.listed(session).open if one.dimension == "province")
    assert (alert.value, alert.is_within) == ("620000", False)


def test_four_firms_raise_nothing(session, make_offering):
    offering = make_offering(session)
    come(session, offering, "320000", 60, hours=5.0)
    come(session, offering, "620000", 4, hours=500.0)
    assert alerting.look(session, LOOK).raised == 0


def test_looks_lie_a_week_apart():
    days = [alerting.look_day(dt.date(2026, 11, day)).day for day in (1, 7, 8, 14, 15, 21, 22, 30)]
    assert days == [1, 1, 8, 8, 15, 15, 22, 22]
