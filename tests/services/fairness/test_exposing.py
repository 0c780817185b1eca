import datetime as dt
import math
import uuid

import pytest
from sqlalchemy import select, text

from matchmaker.domain import ExposureSummary, Offering, Ranking, Role
from matchmaker.services.demand import summarising
from matchmaker.services.fairness import exposing
from tests.making import add_need, add_person, member

OCTOBER = dt.datetime(2026, 10, 12, 4, tzinfo=dt.UTC)


@pytest.fixture
def operator(session):
    return member(session, add_person(session, "operator@operator.example", "operator", Role.OPERATOR))


@pytest.fixture
def lists(session, published):
    """Six lists of six firms, each of 12 entries of which ten are shown: two platforms take turns, one comes first."""
    offerings = session.scalars(select(Offering).order_by(Offering.external_id)).all()
    found = []
    for number in range(6):
        need = add_need(session, contact={"email": f"firm{number}@haimen.example"})
        entries = [{"offering": str(offerings[place % len(offerings)].id), "fit": 0.5} for place in range(12)]
        ranking = Ranking(need_id=need.id, snapshot={}, index_version="1", model_version="1", rules_version="1",
                          seed="1", considered=entries, shown=10, created_at=OCTOBER)
        session.add(ranking)
        found.append(ranking)
    session.flush()
    put(session)
    return found


def put(session) -> int:
    """Summarise what is to be; return how many."""
    rankings, rows = summarising.rankings_rows(session)
    summarising.put_rankings(session, rankings, rows)
    return len(rankings)


def test_every_list_is_counted_once_place_by_place(session, operator, lists):
    platforms = {str(one.id): one.platform_id for one in session.scalars(select(Offering))}
    expected: dict = {}
    for ranking in lists:
        for place, entry in enumerate(ranking.considered[:10], 1):
            row = expected.setdefault(platforms[entry["offering"]], [0, 0, 0.0])
            row[0] += 1
            row[1] += place == 1
            row[2] += 1 / math.log2(1 + place)
    found = exposing.exposure(session, operator, dt.date(2026, 10, 1))
    assert (found.lists, found.firms) == (6, 6)
    shown = {one.organisation.id: one for one in found.platforms if one.places}
    assert {key: (one.places, one.first) for key, one in shown.items()} == {
        key: (row[0], row[1]) for key, row in expected.items()}
    total = sum(row[2] for row in expected.values())
    assert {key: one.share for key, one in shown.items()} == pytest.approx(
        {key: row[2] / total for key, row in expected.items()})
    assert sum(one.fit_share for one in found.platforms) == pytest.approx(1)
    assert found.top.first == 6
    assert put(session) == 0
    places, first = session.execute(text("SELECT sum(places), sum(CASE WHEN is_first THEN 1 ELSE 0 END) "
                                         "FROM exposure_summary")).one()
    assert (places, first) == (60, 6)


def test_it_goes_with_the_need(session, lists):
    session.execute(text("DELETE FROM need"))
    assert session.scalars(select(ExposureSummary)).all() == []


def test_nothing_is_told_of_lists_of_fewer_than_five_firms(session, operator, lists):
    for ranking in lists[:2]:
        session.delete(ranking)
    session.flush()
    found = exposing.exposure(session, operator, dt.date(2026, 10, 1))
    assert (found.is_told, found.platforms) == (False, [])


@pytest.mark.parametrize(("values", "expected"), [([5, 5, 5], 0), ([0, 0, 9], 2 / 3), ([1, 2, 3, 4], 0.25), ([], 0), ([0], 0)])
def test_gini_is_the_mean_difference(values, expected):
    n = len(values)
    if sum(values):
        assert expected == pytest.approx(sum(abs(a - b) for a in values for b in values) / (2 * n * sum(values)))
    assert exposing.gini(values) == pytest.approx(expected)


def test_an_offering_that_is_not_known_any_more_is_passed_over():
    record = Ranking(considered=[{"offering": str(uuid.uuid4()), "fit": 0.5}], shown=1)
    assert exposing.of_record(record, {}) == {}
