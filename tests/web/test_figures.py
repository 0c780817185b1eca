import datetime as dt
import io
import re
from html import unescape

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from matchmaker.domain import AuditEntry, Consent, DeclineReason, LeadState, QueueExport, Role
from matchmaker.domain.base import utc_now
from matchmaker.services.leads import insight
from tests.making import add_lead, add_need, add_person, member


@pytest.fixture
def add(session, make_offering, person):
    """A function that adds a lead with a number of its own."""
    offering = make_offering(session)

    def add(reference, title="A need", **fields):
        lead = add_lead(session, offering, add_need(session, title=title), reference=reference, **fields)
        session.commit()
        return lead

    return add


def rows_of(answer, form) -> list[list]:
    if form == "xlsx":
        return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    text = answer.data.decode("utf-8-sig")
    return [line.split(",") for line in text.splitlines()]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_queue_is_exported_as_it_is_narrowed(client, signed_in, session, person, add, form, language):
    add("L-MINE", "=1+1", assignee_id=person.id)
    add("L-OTHER")
    add("L-OVER", state=LeadState.DECLINED, decline_reason=DeclineReason.BUDGET, assignee_id=person.id)
    answer = client.post(f"/{language}/leads/export", data={"form": form, "view": "to_answer", "owner": "me"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f".{form}")
    assert answer.headers["Cache-Control"] == "no-store"
    header, *rows = rows_of(answer, form)
    assert [row[0] for row in rows] == ["L-MINE"]
    assert rows[0][3] == "'=1+1"
    assert rows[0][6] == person.name
    assert len(header) == len(rows[0]) or form == "csv"
    (kept,) = session.scalars(select(QueueExport))
    assert (kept.form, kept.leads, kept.filters, kept.person_id) == (form, 1, ["view", "owner"], person.id)


def test_an_export_is_entered_in_the_audit_log(client, signed_in, session, person, add):
    add("L-ONE")
    client.post("/en/leads/export", data={"form": "csv"})
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.thing == "queue_export"))
    assert (entry.act, entry.person_id) == ("created", person.id)


def test_what_may_not_be_read_is_not_exported(client, signed_in, session, add):
    lead = add("L-GONE", "A secret gearbox")
    session.scalar(select(Consent).where(Consent.need_id == lead.need_id)).withdraw()
    session.commit()
    answer = client.post("/en/leads/export", data={"form": "csv", "view": "all"})
    assert "L-GONE" in answer.text
    assert "gearbox" not in answer.text
    assert "Haimen" not in answer.text


@pytest.mark.parametrize("data", [{}, {"form": "pdf"}, {"form": "csv", "view": "none"}, {"form": "csv", "x": "1"}])
def test_what_cannot_be_exported_is_refused(client, signed_in, session, data):
    assert client.post("/en/leads/export", data=data).status_code == 422
    assert session.scalars(select(QueueExport)).all() == []


def test_a_rival_and_an_operator_export_nothing_of_it(client, enter, session, add):
    add("L-ONE")
    add_person(session, "rival@qinghe.example", "qinghe")
    add_person(session, "operator@operator.example", "operator", Role.OPERATOR)
    enter("rival@qinghe.example")
    assert "L-ONE" not in client.post("/en/leads/export", data={"form": "csv", "view": "all"}).text
    enter("operator@operator.example")
    assert client.post("/en/leads/export", data={"form": "csv", "view": "all"}).status_code == 403


def test_answer_times_and_the_funnel_are_counted(session, person, add):
    now = dt.datetime(2026, 11, 18, 4, tzinfo=dt.UTC)  # a Wednesday
    monday = now - dt.timedelta(days=2)
    for number, hours in enumerate((4, 8, 60)):
        add(f"L-{number}", created_at=monday, first_response_at=monday + dt.timedelta(hours=hours),
            due_at=monday + dt.timedelta(hours=24), state=LeadState.ACCEPTED)
    add("L-OPEN", created_at=monday - dt.timedelta(days=7))
    add("L-OLD", created_at=monday - dt.timedelta(weeks=20), state=LeadState.COMPLETED)
    weeks = insight.answer_times(session, member(session, person), now)
    assert len(weeks) == insight.WEEKS
    assert [(week.begins, week.received, week.answered, week.median_hours, week.in_time) for week in weeks[-2:]] == [
        (dt.date(2026, 11, 9), 1, 0, None, 0), (dt.date(2026, 11, 16), 3, 3, 8.0, 2)]
    stages = insight.funnel(session, member(session, person), now)
    assert [(stage.name, stage.leads) for stage in stages] == [
        ("received", 4), ("looked_at", 3), ("answered", 3), ("accepted", 3), ("completed", 0)]


def test_each_figure_leads_to_its_leads(client, signed_in, add):
    now = utc_now()
    for number, hours in enumerate((3, 60)):
        add(f"L-{number}", state=LeadState.ACCEPTED, first_response_at=now + dt.timedelta(hours=hours),
            due_at=now + dt.timedelta(hours=24))
    add("L-EARLIER", created_at=now - dt.timedelta(weeks=2))
    add("L-OLD", created_at=now - dt.timedelta(weeks=20))
    followed = re.findall(r'<a href="([^"]+/figures/leads[^"]+)">(\d+)</a>', client.get("/en/leads/figures").text)
    assert sorted(int(shown) for _address, shown in followed) == [1, 1, 2, 2, 2, 2, 2, 3]
    for address, shown in followed:
        page = client.get(unescape(address)).text
        assert (page.count('scope="row"'), f"{shown} lead" in page) == (int(shown), True), address
        assert "L-OLD" not in page
    in_time = next(unescape(address) for address, _shown in followed if "in_time" in address)
    assert "L-0" in client.get(in_time).text
    assert "条" in client.get(in_time.replace("/en/", "/zh/")).text
    for query in ("", "figure=gold", "figure=answered&week=soon", "figure=answered&week=0001-01-01", "figure=answered&x=1"):
        assert client.get(f"/en/leads/figures/leads?{query}").status_code == 422


def test_a_rival_finds_nothing_behind_a_figure(client, enter, session, add):
    add("L-ONE")
    add_person(session, "rival@qinghe.example", "qinghe")
    enter("rival@qinghe.example")
    assert "L-ONE" not in client.get("/en/leads/figures/leads?figure=received").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_picture_has_its_table_and_its_file(client, read, signed_in, add, language):
    assert len(read(f"/{language}/leads/figures").all("div", class_="empty")) == 1
    add("L-ONE", state=LeadState.ACCEPTED, first_response_at=utc_now() + dt.timedelta(hours=3))
    page = read(f"/{language}/leads/figures")
    assert [chart["role"] for chart in page.all("svg", class_="chart")] == ["img", "img"]
    assert len(page.all("table")) == 2
    assert "100%" in page.text
    for link in page.all("a"):
        if "download" in link.attributes:
            answer = client.get(link["href"])
            assert (answer.status_code, answer.mimetype) == (200, "text/csv")
            assert len(answer.text.splitlines()) > 4
    assert client.get(f"/{language}/leads/figures/other.csv").status_code == 404
