import datetime as dt
import sqlite3
from collections import namedtuple
from contextlib import closing

import pytest
from sqlalchemy import func, select, text

from matchmaker import jobs, storage
from matchmaker.domain import DemandTopic, Holder, Job, JobState, Lead, LeadSummary, NeedSummary, Ranking, Role
from matchmaker.errors import Invalid
from matchmaker.jobs.worker import run_one
from matchmaker.services import drafts, links, matching, publishing
from matchmaker.services.demand import boards, summarising
from matchmaker.services.drafts import stated_of
from matchmaker.services.fairness import exposing
from matchmaker.services.leads import asking
from matchmaker.tasks import make_tasks
from tests.asking import PROBLEM, offering
from tests.conftest import add_offering
from tests.making import add_lead, add_need, add_person, member

WELDERS = "We look for {} welders of stainless pipes for a shipyard"
NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
GROUPS = ("kind", "theme", "province", "industry", "month")


@pytest.fixture
def operator(session):
    return member(session, add_person(session, "operator@operator.example", "operator", Role.OPERATOR))


@pytest.fixture
def needs(session, published):
    """Needs of ten firms: vibration tests, which are open, and welders, which are not; four firms want drones."""
    found = []
    for number in range(10):
        contact = {"email": f"Firm{number}@haimen.example"}
        fields = {"region": "320600" if number < 7 else "440300", "opened_at": NOW,
                  "themes": ["low_carbon"], "firm": {"industry": "C3911"}}
        found += [add_need(session, contact=contact, kinds=["laboratory"], **fields),
                  add_need(session, contact={"email": contact["email"].upper()}, kinds=["equipment"],
                           problem=WELDERS.format(number + 2), **fields)]
        if number < 4:
            found.append(add_need(session, contact=contact, kinds=["data"], problem="Drone flight rights", **fields))
    add_lead(session, offering(session), found[0], created_at=NOW, first_response_at=NOW + dt.timedelta(hours=30))
    add_lead(session, offering(session), found[1], created_at=NOW)
    session.commit()
    return found


def summarise(session, config) -> dict:
    job = Job(task=summarising.TASK, payload={})
    session.add(job)
    session.commit()
    run_one(make_tasks(config), job.id)
    session.expire_all()
    return session.get(Job, job.id).result


@pytest.fixture
def summarised(session, published, needs):
    return summarise(session, published)


def test_every_need_and_lead_is_summarised_once_as_it_is(session, published, needs, summarised):
    assert (summarised["needs"], summarised["leads"]) == (len(needs), 2)
    index = matching.current_index(published)
    for need in needs:
        summary = session.get(NeedSummary, need.id)
        assert summary.is_met is not matching.match(index, stated_of(need))["nothing_fits"]
        assert (summary.kind, summary.industry, summary.month) == (need.kinds[0], "C", dt.date(2026, 11, 1))
    answered = session.scalars(select(LeadSummary).where(LeadSummary.hours.is_not(None))).one()
    assert answered.hours == pytest.approx(30)
    assert session.scalar(select(func.count(func.distinct(NeedSummary.firm)))) == 10


def test_figures_are_those_of_a_direct_count_and_lead_to_their_rows(session, operator, needs, summarised):
    board = boards.board(session, operator, {})
    count = session.execute(text("SELECT count(*), sum(CASE WHEN is_met THEN 0 ELSE 1 END) FROM need_summary")).one()
    assert (board.total.needs, board.total.unmet) == tuple(count)
    assert board.total.unmet >= 10
    for group in GROUPS:
        direct = session.execute(text(
            f"SELECT {group}, count(*), sum(CASE WHEN is_met THEN 0 ELSE 1 END), count(DISTINCT firm), "
            f"count(DISTINCT CASE WHEN is_met THEN NULL ELSE firm END) FROM need_summary GROUP BY {group}")).all()
        shown = {str(found.value): found for found in board.groups[group]}
        assert shown.keys() == {str(row[0]) for row in direct}
        for value, number, unmet, firms, unmet_firms in direct:
            found = shown[str(value)]
            assert found.needs == (number if firms >= 5 else None)
            assert found.unmet == (unmet if firms >= 5 and (unmet_firms >= 5 or not unmet) else None)
            if found.needs:
                assert boards.rows(session, operator, {group: found.value})[0] == number
            if found.unmet:
                total, rows = boards.rows(session, operator, {group: found.value, "unmet": True})
                assert total == len(rows) == unmet


def test_fewer_than_five_firms_are_neither_told_nor_listed(session, operator, needs, summarised):
    drones = next(found for found in boards.by_group(session, operator, "kind", {}) if found.value == "data")
    assert (drones.needs, drones.unmet) == (None, None)
    with pytest.raises(Invalid):
        boards.rows(session, operator, {"kind": "data"})
    with pytest.raises(Invalid):
        boards.rows(session, operator, {"kind": "data", "unmet": True})
    assert all("drone" not in topic.words for topic in session.scalars(select(DemandTopic)))


def test_what_firms_look_for_in_vain_is_named_by_their_words(session, operator, needs, summarised):
    (found,) = boards.board(session, operator, {}).topics
    topic, unmet = found
    assert "welders" in topic.words
    assert boards.rows(session, operator, {"topic": topic.id, "unmet": True})[0] == unmet >= 10


def test_a_platform_is_told_what_to_open_of_its_kinds_first(session, needs, summarised):
    editor = member(session, add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR))
    own, others, topics = boards.next_to_open(session, editor)
    assert own == []
    assert others
    assert [topic.words for topic, _unmet in topics]
    assert {cell.kind for cell in others} == {"equipment"}
    assert min(cell.firms for cell in others) >= boards.LEAST
    offering(session).kind_code = "equipment"
    session.flush()
    own, others, _topics = boards.next_to_open(session, editor)
    assert {cell.kind for cell in own} == {"equipment"}
    assert others == []


def test_what_too_few_firms_look_for_is_put_together_until_it_is_of_five():
    def cell(kind, theme, province, *firms):
        return [Cell(kind, theme, province, firm, 1) for firm in firms]

    Cell = namedtuple("Cell", "kind theme province firm unmet")
    cells = [*cell("data", "low_carbon", "320000", 1, 2, 3, 4, 5), *cell("data", None, "320000", 6, 7, 8),
             *cell("data", "silver_economy", "320000", 8, 9, 10), *cell("data", None, "330000", 1, 2, 3, 11),
             *cell("data", None, None, 3, 12), *cell("compute", None, None, 1, 2, 3, 4)]
    assert boards.rolled_up(cells) == [
        ("data", boards.SEVERAL, boards.SEVERAL, 6, 5), ("data", boards.SEVERAL, "320000", 6, 5),
        ("data", "low_carbon", "320000", 5, 5),
    ]
    assert sum(line.unmet for line in boards.rolled_up(cells)) == len(cells) - 4


def test_a_firm_that_can_ask_nobody_and_waits_to_be_told_is_counted(session, published):
    draft = drafts.create(session, published, links.new_key(), {"problem": ["Quantum computer time, 50 qubits."]})
    stated = {"problem": "Quantum computer time, 50 qubits.", "language": "en", "kinds": ["compute"]}
    assert summarise(session, published)["needs"] == 0
    asking.watch(session, published, Holder(draft.id), stated, "waits@example.com", "en")
    session.commit()
    assert summarise(session, published)["needs"] == 1
    summary = session.get(NeedSummary, draft.id)
    assert (summary.kind, summary.is_met) == ("compute", False)


def test_what_changed_is_summarised_anew_and_nothing_twice(session, published, needs, summarised):
    again = summarise(session, published)
    assert (again["leads"], again["needs"]) == (0, 0)
    summary = session.scalars(select(LeadSummary).where(LeadSummary.hours.is_(None))).one()
    lead = session.get(Lead, summary.lead_id)
    lead.first_response_at = lead.created_at + dt.timedelta(hours=2)
    lead.changed_at = lead.changed_at + dt.timedelta(hours=2)
    assert summarise(session, published)["leads"] == 1
    assert session.get(LeadSummary, lead.id).hours == pytest.approx(2)


def test_the_condition_that_shut_out_most_is_told(session, published, operator):
    offering(session).eligibility = {"size_classes": ["large"]}
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(published), job.id)
    matching._held.clear()
    for number in range(6):
        add_need(session, contact={"email": f"f{number}@haimen.example"}, kinds=["laboratory"], problem=PROBLEM,
                 firm={"size_class": "micro"})
    session.commit()
    summarise(session, published)
    (found,) = boards.board(session, operator, {}).groups["rule"]
    assert (found.value, found.unmet) == ("size_class", 6)


def test_what_is_opened_and_nobody_asks_for_is_listed(session, operator, needs, summarised):
    month = boards.quiet_since(NOW)
    assert month == dt.date(2026, 9, 1)
    unasked = {found.external_id for found, _platform in boards.board(session, operator, {}).unasked}
    assert unasked == {"drop", "gpu", "ferment"}


@pytest.mark.parametrize("backend", ["sqlite"])
def test_others_may_write_while_it_looks_what_is_to_be_written(database, config, monkeypatch):
    """Chunk follows chunk at once: were the look part of them, others would wait for the last."""
    with storage.writing() as session:
        need = add_need(session)
        opened = add_offering(session)
        add_lead(session, opened, need)
        entry = {"offering": str(opened.id), "fit": 0.5}
        session.add(Ranking(need_id=need.id, snapshot={}, index_version="1", model_version="1", rules_version="1",
                            seed="1", considered=[entry], shown=1))
        job = jobs.enqueue(session, summarising.TASK)
    looked = []

    def looking(name, look):
        def go(*values):
            with closing(sqlite3.connect(database.url.database, timeout=0, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                looked.append(name)
            return look(*values)
        monkeypatch.setattr(*name, go)

    for name in ((summarising, "lead_row"), (exposing, "of_record")):
        looking(name, getattr(*name))
    run_one(make_tasks(config), job.id)
    with storage.reading() as session:
        done = session.get_one(Job, job.id)
    assert (done.state, done.result["leads"], done.result["rankings"]) == (JobState.DONE, 1, 1), done.error
    assert len(looked) == 2
