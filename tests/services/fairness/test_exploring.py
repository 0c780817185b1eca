import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import func, select

from matchmaker.domain import ExposureLook, OfferingExposure, Ranking
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services.fairness import exploring
from matchmaker.services.fairness.exposing import discount
from matchmaker.services.formats import today
from tests.making import add_need
from tests.services.fairness.test_exposing import put


def add_ranking(session, offerings, days_ago=1, shown=10) -> Ranking:
    """Add the record of a list of these offerings, for a firm of its own."""
    need = add_need(session, contact={"email": f"{new_id()}@firm.example"})
    ranking = Ranking(need_id=need.id, snapshot={}, index_version="1", model_version="1", rules_version="1", seed="0",
                      considered=[{"offering": str(one.id), "fit": 0.5} for one in offerings], shown=shown,
                      created_at=utc_now() - dt.timedelta(days=days_ago))
    session.add(ranking)
    session.flush()
    return ranking


@pytest.fixture
def offerings(session, make_offering):
    return [make_offering(session, external_id=f"o{number}") for number in range(3)]


def test_sums_equal_a_count_by_hand_and_a_record_counts_once(session, offerings):
    a, b, c = offerings
    for _firm in range(5):
        add_ranking(session, [a, b, c], shown=2)
    add_ranking(session, [b, a], days_ago=40)
    assert put(session) == 6
    assert put(session) == 0
    held = {row.offering_id: (row.fit, row.weight) for row in session.scalars(
        select(OfferingExposure).where(OfferingExposure.day > today() - dt.timedelta(days=30)))}
    for one, weight in ((a, discount(1)), (b, discount(2)), (c, 0.0)):
        assert held[one.id] == pytest.approx((2.5, 5 * weight))
    found = exploring.look(session, today())
    usual = (discount(1) + discount(2)) / 1.5
    assert found.shares == {str(a.id): pytest.approx(2 / usual, abs=1e-4), str(c.id): 0.0,
                            str(b.id): pytest.approx(2 * discount(2) / usual, abs=1e-4)}
    assert session.scalar(select(func.count()).where(OfferingExposure.day < today() - dt.timedelta(days=30))) == 0
    assert exploring.look(session, today()) is None


def test_of_fewer_than_five_firms_nothing_is_looked_at(session, offerings):
    for _firm in range(4):
        add_ranking(session, offerings)
    put(session)
    assert exploring.look(session, today()) is None


def test_the_newest_look_is_taken_and_old_ones_go(session, offerings):
    for days in (9, 1):
        session.add(ExposureLook(day=today() - dt.timedelta(days=days), shares={}, made_at=utc_now()))
    session.flush()
    found = exploring.newest(session, None)
    assert found.name == f"{today() - dt.timedelta(days=1):%Y%m%d}"
    assert exploring.newest(session, found) is found
    for _firm in range(5):
        add_ranking(session, offerings)
    put(session)
    exploring.look(session, today())
    assert {row.day for row in session.scalars(select(ExposureLook))} == {today(), today() - dt.timedelta(days=1)}
    assert exploring.newest(session, found).shares[str(UUID(str(offerings[0].id)))] > 1
