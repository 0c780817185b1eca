import csv
import datetime as dt
import io
import re
from html import unescape

import pytest
from sqlalchemy import func, select

from matchmaker.domain import NeedSummary, Role
from matchmaker.domain.base import utc_now
from matchmaker.services.demand import boards
from tests.making import PASSWORD, add_need, add_person, member


@pytest.fixture
def counted(session):
    """Twelve needs of twelve firms, half of which nothing fits; three of another kind."""
    for number in range(15):
        need = add_need(session, problem="canary words")
        session.add(NeedSummary(need_id=need.id, firm=need.id, kind="compute" if number >= 12 else "laboratory",
                                theme=None, province="320000" if number % 2 else None, industry="C",
                                month=dt.date(2026, 10 + number % 2, 1), is_met=number % 2 == 0, fits=(number + 1) % 2,
                                rule="budget" if number % 2 else None, index_version="1", summarised_at=utc_now()))
    session.commit()


def test_the_board_shows_figures_that_lead_to_rows_without_words(operator, counted):
    page = operator.get("/en/operator/demand").text
    assert "Laboratories" in page
    assert "province=320000" in page
    rows = operator.get("/en/operator/demand/needs?kind=laboratory&unmet=1").text
    assert "6 needs" in rows
    assert "Budget" in rows
    assert "canary" not in page + rows
    assert "3 needs" not in operator.get("/en/operator/demand/needs?kind=compute").text
    assert "Fewer than 5 firms" in operator.get("/en/operator/demand/needs?kind=compute").text
    assert "8 needs" in operator.get("/en/operator/demand/needs?province=-").text


def test_a_tile_of_the_map_leads_to_the_needs_of_its_province(operator, counted):
    page = operator.get("/en/operator/demand").text
    chart = page[page.index('role="group"'):page.index("</svg>", page.index('role="group"'))]
    ((address, said),) = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"', chart)
    assert said == "Jiangsu: 7"
    assert "7 needs" in operator.get(unescape(address)).text
    assert chart.count("aria-hidden") == 33


def test_a_table_is_taken_out_as_a_file(operator, counted):
    answer = operator.get("/en/operator/demand/kind.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Kind of resource", "Needs", "Nothing fits", "Share in %"]
    assert rows[1] == ["Laboratories", "12", "6", "50.0"]
    assert rows[2][1] == "fewer than 5 firms"
    assert operator.get("/en/operator/demand/nothing.csv").status_code == 404


def test_the_report_is_of_one_month(operator, counted):
    page = operator.get("/zh/operator/demand/report?month=2026-10-01").text
    assert "2026年10月" in page
    assert "month=2026-10-01" in page


def test_an_address_that_means_nothing_is_refused(operator, counted):
    for query in ("month=yesterday", "unheard=1", "topic=1", "kind=" + 65 * "x"):
        assert operator.get(f"/en/operator/demand?{query}").status_code == 422


def test_an_empty_board_says_so(operator):
    page = operator.get("/en/operator/demand").text
    assert "fewer than 5 firms stand behind each figure" in page
    assert "No kind yet that at least 5 firms asked for." in page


def test_a_platform_sees_what_to_open_next_and_not_the_board(client, session, counted):
    add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR)
    session.commit()
    client.post("/en/sign-in", data={"email": "editor@jianghai.example", "password": PASSWORD})
    page = client.get("/en/demand/next").text
    assert "Of other kinds" in page
    assert client.get("/en/operator/demand").status_code == 403


def test_what_to_open_next_is_what_all_cells_together_roll_up_to(session, counted):
    for number in range(30):
        need = add_need(session, problem="canary words")
        session.add(NeedSummary(need_id=need.id, firm=need.id, kind="compute", theme=[None, "low_carbon"][number % 2],
                                province=[None, "320000", "440000"][min(number, 2)], industry="C", is_met=False, fits=0,
                                month=dt.date(2026, 10, 1), index_version="1", summarised_at=utc_now()))
    session.flush()
    group = (NeedSummary.kind, NeedSummary.theme, NeedSummary.province, NeedSummary.firm)
    cells = session.execute(select(*group, func.count().label("unmet")).where(NeedSummary.is_met.is_(False)).group_by(*group))
    person = add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR)
    found = boards.next_to_open(session, member(session, person))
    assert [*found.own, *found.others] == boards.rolled_up(cells.all())
    assert len(found.others) > 2
