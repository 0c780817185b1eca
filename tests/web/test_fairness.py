import csv
import datetime as dt
import io
import re
from html import unescape

import pytest

from matchmaker.domain import ExposureSummary, FairnessAlert, Ranking, Role
from matchmaker.domain.base import new_id
from tests.fares import fared
from tests.making import PASSWORD, add_need, add_person

OCTOBER = "2026-10-01"


@pytest.fixture
def counted(session, make_offering):
    """Twenty leads of small firms, all accepted; ten of micro firms, of which three were; three of medium ones."""
    offering = make_offering(session)
    for number in range(33):
        size = "small" if number < 20 else "micro" if number < 30 else "medium"
        fared(session, offering, size=size, is_accepted=number < 23, hours=5.0 if number < 20 else 50.0,
              came_at=dt.datetime(2026, 10, 12, 4, tzinfo=dt.UTC))
    session.commit()


def test_the_page_shows_how_sorts_of_firms_fared(operator, counted):
    page = operator.get(f"/en/operator/fairness?month={OCTOBER}").text
    assert "Size of the firm" in page
    assert "by=language&amp;value=zh" in page
    assert "canary" not in page
    assert "规模" in operator.get(f"/zh/operator/fairness?month={OCTOBER}").text
    assert "Nothing to show" in operator.get("/en/operator/fairness?month=2026-01-01").text


def test_a_mark_stands_where_a_group_is_under_four_fifths(operator, counted, session, make_offering):
    offering = make_offering(session)
    for _number in range(4):
        fared(session, offering, size="medium", is_accepted=True, hours=5.0)
    session.commit()
    page = operator.get(f"/en/operator/fairness?month={OCTOBER}").text
    marked = page[page.index('id="marks-title"'):page.index('id="size-title"')]
    assert "Micro" in marked
    assert "30" in marked


def test_figures_lead_to_rows_without_words(operator, counted):
    rows = operator.get(f"/en/operator/fairness/leads?month={OCTOBER}&by=one_person&value=false").text
    assert "33 leads" in rows
    assert "canary" not in rows
    few = operator.get(f"/en/operator/fairness/leads?month={OCTOBER}&by=size&value=medium")
    assert few.status_code == 422
    assert "Fewer than 5 firms" in few.text


def test_shares_lead_to_the_leads_of_which_they_are(operator, counted):
    page = operator.get(f"/en/operator/fairness?month={OCTOBER}").text
    found = {unescape(address): shown for address, shown in re.findall(r'href="([^"]+outcome=[^"]+)">(\d+)</a>', page)}
    of_all = {name: shown for address, shown in found.items() if "language" in address
              for name in ("accepted", "decided") if name in address}
    assert of_all == {"accepted": "23", "decided": "33"}
    for address, shown in found.items():
        rows = operator.get(address).text
        assert f"{shown} leads" in rows or "Not listed" in rows
    few = operator.get(f"/en/operator/fairness/leads?month={OCTOBER}&by=language&value=zh&outcome=ended")
    assert few.status_code == 422
    assert "Fewer than 5 firms" in few.text


def test_places_lead_to_the_lists_that_showed_them(operator, session, make_offering):
    offering = make_offering(session)
    for number in range(6):
        need = add_need(session, problem="canary words")
        ranking = Ranking(id=new_id(), need_id=need.id, snapshot={}, index_version="1", seed="0", model_version="1",
                          rules_version="1", considered=[], shown=10)
        session.add(ranking)
        session.flush()
        session.add(ExposureSummary(ranking_id=ranking.id, platform_id=offering.platform_id, firm=need.id, places=2,
                                    month=dt.date(2026, 10, 1), is_first=number < 4, weight=1.5, fit=1.0))
    session.commit()
    page = operator.get(f"/en/operator/fairness?month={OCTOBER}").text
    (places, first) = (unescape(address) for address in re.findall(r'href="([^"]+/lists[^"]+)"', page))
    rows = operator.get(places).text
    assert "<h1>12 places" in rows
    assert rows.count("<th scope=\"row\"") == 6
    assert "canary" not in rows
    assert "个位次" in operator.get(places.replace("/en/", "/zh/")).text
    assert operator.get(first).status_code == 422
    assert operator.get("/en/operator/fairness/lists?platform=nobody").status_code == 404


def test_a_table_is_taken_out_as_a_file(operator, counted):
    answer = operator.get(f"/en/operator/fairness/language.csv?month={OCTOBER}")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:4] == ["Language of the need", "Leads", "Firms", "Accepted · how many"]
    assert rows[1][:6] == ["Chinese", "33", "33", "23", "33", "69.7"]
    few = operator.get(f"/en/operator/fairness/size.csv?month={OCTOBER}").data.decode("utf-8-sig")
    assert "fewer than 5 firms" in few
    assert operator.get("/en/operator/fairness/exposure.csv").status_code == 200
    assert operator.get("/en/operator/fairness/nothing.csv").status_code == 404


def test_an_address_that_means_nothing_is_refused(operator, counted):
    for query in ("month=yesterday", "unheard=1", "by=colour", "value=" + 65 * "x"):
        assert operator.get(f"/en/operator/fairness?{query}").status_code == 422


@pytest.fixture
def alert(session):
    """An alert that nobody has acknowledged."""
    alert = FairnessAlert(dimension="one_person", value="true", outcome="accepted", raised_on=dt.date(2026, 10, 15),
                          since=dt.date(2026, 9, 15), firms=12, leads=14, figure=0.2, others=0.6, ratio=1 / 3, p=0.0001,
                          tests=40, is_within=False)
    session.add(alert)
    session.commit()
    return alert


def test_an_alert_is_read_and_acknowledged(operator, session, alert):
    assert re.search(r"Fairness.{0,200}class=\"waiting", operator.get("/en/operator").text, re.DOTALL)
    page = operator.get("/en/operator/fairness").text
    assert "One-person firm: accepted less often" in page
    assert "33% of theirs" in page
    assert "10,000 groups" in page
    assert "the platforms that these firms ask may be the cause" in page
    assert operator.post("/en/operator/fairness/alerts", data={"alert": alert.id, "words": " "}).status_code == 422
    answer = operator.post("/en/operator/fairness/alerts", data={"alert": alert.id, "words": "We ask them."})
    assert answer.location.endswith(f"#alert-{alert.id}")
    assert "We ask them." in operator.get("/zh/operator/fairness").text
    assert operator.post("/en/operator/fairness/alerts", data={"alert": "x", "words": "a"}).status_code == 404
    session.refresh(alert)
    alert.close(dt.date(2026, 10, 22), "over")
    session.commit()
    page = operator.get("/en/operator/fairness").text
    assert "no longer so" in page
    assert "No alert is open." in page
    assert operator.post("/en/operator/fairness/alerts", data={"alert": alert.id, "words": "b"}).status_code == 409


def test_it_is_for_operators_alone(client, session, counted):
    add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR)
    session.commit()
    client.post("/en/sign-in", data={"email": "editor@jianghai.example", "password": PASSWORD})
    for path in ("", "/leads", "/lists", "/size.csv", "/exposure.csv"):
        assert client.get(f"/en/operator/fairness{path}").status_code == 403
    assert client.post("/en/operator/fairness/alerts", data={"words": "a"}).status_code == 403
