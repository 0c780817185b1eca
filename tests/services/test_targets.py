"""The targets board: every figure is a count of records, the same as a direct SQL count of them."""

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import text

from matchmaker.domain import TargetUnit, UnitState
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.services.targets import board
from matchmaker.services.targets.board import UnitFilter
from matchmaker.services.targets.programme import programme
from tests.listing import operator

TODAY = dt.date(2026, 12, 18)


def sql(session, condition="1 = 1", **values):
    return session.scalar(text(f"SELECT count(*) FROM target_unit WHERE {condition}"), values)


@pytest.fixture
def units(session):
    """Records of every target, state, year, region and theme."""
    places = product(("batches", "pilot_projects", "service_platforms", "scenarios"), UnitState, (2026, 2027, 2028),
                     ("320000", "110000", None), ("low_carbon", None))
    for number, (target, state, year, region, theme) in enumerate(places):
        for _repeat in range(1 + number % 3):
            session.add(TargetUnit(target=target, state=state, year=year, region=region, theme=theme,
                                   title={"en": f"Unit {number}"}, evidence=[{"title": "E", "url": "https://e.example"}]))
    session.flush()


def test_every_figure_equals_a_direct_count_and_leads_to_its_rows(session, config, units):
    _plan, found = board.progress(session, config, TODAY)
    checked = 0
    for progress in found:
        code = progress.target.code
        for state in UnitState:
            count = progress.states.get(state, 0)
            assert count == sql(session, "target = :t AND state = :s", t=code, s=state.value)
            assert count == board.units(session, UnitFilter(target=code, state=state)).total
            for year, states in progress.years.items():
                assert states.get(state, 0) == sql(session, "target = :t AND state = :s AND year = :y", t=code,
                                                   s=state.value, y=year)
                rows = board.units(session, UnitFilter(target=code, state=state, year=year), limit=1000)
                assert len(rows.items) == rows.total == states.get(state, 0)
                checked += 1
        for name, pairs in (("region", progress.regions), ("theme", progress.themes)):
            assert sum(count for _value, count in pairs) == progress.verified
            for value, count in pairs:
                where = f"{name} = :v" if value else f"{name} IS NULL"
                assert count == sql(session, f"target = :t AND state = 'verified' AND {where}", t=code,
                                    **({"v": value} if value else {}))
                wanted = UnitFilter(target=code, state="verified", **{name: value})
                assert count == board.units(session, wanted).total
    assert checked == 4 * 3 * 3


def test_the_projection_is_an_even_pace(session, config):
    for _number in range(30):
        session.add(TargetUnit(target="scenarios", state=UnitState.VERIFIED, year=2026, title={"en": "S"}, evidence=[]))
    session.flush()
    plan, found = board.progress(session, config, dt.date(2026, 6, 18) + dt.timedelta(days=99))
    scenarios = next(one for one in found if one.target.code == "scenarios")
    whole = (plan.last_day - plan.first_day).days + 1
    assert scenarios.projected == 30 * whole // 100
    assert scenarios.reached_on == dt.date(2026, 6, 18) + dt.timedelta(days=199)
    pilots = next(one for one in found if one.target.code == "pilot_projects")
    assert (pilots.projected, pilots.reached_on) == (0, None)


def test_a_record_counts_with_evidence_and_is_withdrawn_with_a_reason(session, config):
    boss = operator(session)
    said = {"target": "pilot_projects", "title_zh": "试点", "title_en": "", "year": 2027, "region": "320500",
            "theme": None, "evidence": []}
    unit = board.add(session, config, said)
    assert (unit.region, unit.state) == ("320000", UnitState.PROPOSED)
    with pytest.raises(Invalid, match="evidence"):
        board.decide(session, boss, unit.id, is_verified=True)
    board.decide(session, boss, unit.id, is_verified=True, evidence=[{"title": "E", "url": "https://e.example"}])
    assert (unit.state, unit.decided_by) == (UnitState.VERIFIED, boss.person_id)
    with pytest.raises(Conflict):
        board.decide(session, boss, unit.id, is_verified=True)
    with pytest.raises(Invalid, match="Say why"):
        board.decide(session, boss, unit.id, is_verified=False)
    board.decide(session, boss, unit.id, is_verified=False, why="Twice")
    assert (unit.state, unit.why) == (UnitState.WITHDRAWN, "Twice")
    with pytest.raises(NotFound):
        board.decide(session, boss, boss.person_id, is_verified=True)
    for wrong in ({"target": "x"}, {"year": 2031}, {"title_zh": ""}):
        with pytest.raises(Invalid):
            board.add(session, config, said | wrong)


def test_another_programme_sets_its_own_targets(session, config, tmp_path):
    (tmp_path / "targets.toml").write_text(
        '[programme]\ntitle = { en = "Ours" }\nfirst_day = 2027-01-01\nlast_day = 2027-12-31\n'
        '[[target]]\ncode = "labs"\naim = 5\ntitle = { en = "Open laboratories" }\n', encoding="utf-8")
    plan, found = board.progress(session, replace(config, data=tmp_path), TODAY)
    assert ([*plan.years], [one.target.aim for one in found]) == ([2027], [5])


@pytest.mark.parametrize("wrong", ["nonsense", "[programme]\n", '[programme]\ntitle = "x"\nfirst_day = 1\nlast_day = 2\n'])
def test_a_file_that_cannot_be_used_is_refused_with_its_name(tmp_path, wrong):
    (tmp_path / "targets.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(Invalid, match=r"targets\.toml|%\(file\)s"):
        programme(tmp_path)
