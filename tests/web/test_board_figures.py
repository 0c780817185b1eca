"""Every figure of the boards against a count in plain SQL, and against the rows to which it leads."""

import csv
import datetime as dt
import io
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import Boolean, Date, Integer, String, Uuid, bindparam, select, text

from bench.boards import EMAIL, count_up, enrol
from bench.workbench import fill, insert_all
from matchmaker import i18n, storage
from matchmaker.app import create_app
from matchmaker.domain import DemandTopic, Lead, LeadSummary, TargetUnit
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import formats
from matchmaker.services.fairness import monthly
from matchmaker.services.formats import CHINA
from matchmaker.web.boards import demand, fairness

FEW = 300
MANY = 100_000
MONTHS = 3
SAMPLE = 1
"""So many links of each sort and page are followed where there are few rows."""
NUMBER = re.compile(r'<a\b[^>]*\bhref="([^"]+)"[^>]*>(?:<rect[^>]*/><text[^>]*>[^<]*</text><text[^>]*>)?([\d,]+)<')
"""A figure that leads somewhere, in a table or on a tile of the map."""
TOTAL = re.compile(r'<h1>([\d,]+) (?:needs?|leads?|places?|first places?)</h1>|<strong class="num">([\d,]+)</strong>')
LISTED = 500
OFFERED = {"kind": "o.kind_code", "platform": "p.slug"}
TYPES = {"month": Date(), "topic": Uuid(), "within": Integer(), "year": Integer(), "one_person": Boolean()}
TABLES = {
    "demand/needs": ("need_summary", {"unmet": "is_met IS FALSE", "topic": "topic_id = :topic"}),
    "demand/leads": ("lead_summary", {"within": "hours <= :within", "answered": "hours IS NOT NULL"}),
    "openness/targets/records": ("target_unit", {}),
}
"""What is counted behind an address, and the conditions that are no plain equality."""
OUTCOMES = {"": "", "accepted": " AND is_accepted IS TRUE", "decided": " AND is_accepted IS NOT NULL",
            "completed": " AND is_completed IS TRUE", "ended": " AND is_completed IS NOT NULL"}


@pytest.fixture(params=[FEW, pytest.param(MANY, marks=pytest.mark.faults)])
def leads(request) -> int:
    """How many needs and leads there are."""
    return request.param


@pytest.fixture
def client(database, config, leads) -> FlaskClient:
    """A browser in which somebody has signed in who is operator and list editor, beside many needs and leads."""
    with storage.writing() as session:
        # A session asks as the service from its first query on, whom the policies of PostgreSQL let write.
        session.scalar(select(Lead.id).limit(1))
        connection = session.connection()
        fill(connection, leads, members=20, platforms=10)
        enrol(connection)
        count_up(connection, MONTHS)
        draw = random.Random(9)
        topics = [{"id": new_id(), "words": [word, "test"], "language": "en", "made_at": utc_now()} for word in "abc"]
        insert_all(connection, DemandTopic, topics)
        for topic in topics:
            connection.execute(text("UPDATE need_summary SET topic_id = :topic WHERE is_met IS FALSE AND topic_id IS NULL "
                                    "AND industry = :industry").bindparams(bindparam("topic", type_=Uuid())),
                               {"topic": topic["id"], "industry": draw.choice("ABCDEFG")})
        insert_all(connection, TargetUnit, [
            {"id": new_id(), "target": draw.choice(["batches", "pilot_projects", "service_platforms", "scenarios"]),
             "title": {"en": f"Unit {number}"}, "year": draw.choice([2026, 2027]), "evidence": [],
             "state": draw.choice(["proposed", "verified", "verified", "withdrawn"]),
             "region": draw.choice([None, "320000", "440000"]), "theme": draw.choice([None, "low_carbon"])}
            for number in range(leads // 4)])
        if leads == MANY:
            connection.exec_driver_sql("ANALYZE")
    with storage.writing() as session:
        monthly.keep(session, formats.today())
    client = create_app(config).test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = EMAIL
    return client


def count(query: str, **values: Any) -> Any:
    """Return the one value of a query in plain SQL."""
    return rows(query, **values)[0][0]


def rows(query: str, **values: Any) -> list[Any]:
    """Return the rows of a query in plain SQL, the service asking."""
    asked = text(query).bindparams(*(bindparam(name, value, type_=TYPES.get(name)) for name, value in values.items()))
    with storage.reading() as session:
        return list(session.execute(asked).all())


def expected(address: str) -> int:
    """Return how many rows an address of the boards names, by a count of their table."""
    parts = urlsplit(address)
    path, asked = parts.path.split("/", 2)[2].removeprefix("operator/"), dict(parse_qsl(parts.query, True))
    if path == "offerings":
        return count("SELECT count(*) FROM offering o JOIN organisation p ON p.id = o.platform_id WHERE "
                     "o.status = 'published' AND p.suspended_at IS NULL"
                     + "".join(f" AND {column} = :{name}" for name, column in OFFERED.items() if name in asked), **asked)
    if path == "fairness/leads":
        return of_group(asked)
    if path == "fairness/lists":
        return count(f"SELECT sum({'1' if 'first' in asked else 'e.places'}) FROM exposure_summary e JOIN organisation p "  # noqa: S608
                     "ON p.id = e.platform_id WHERE p.slug = :platform AND e.month = :month"
                     + " AND e.is_first IS TRUE" * ("first" in asked),
                     platform=asked["platform"], month=dt.date.fromisoformat(asked["month"]))
    table, special = TABLES[path]
    wheres, values = ["1 = 1"], {}
    for name, value in asked.items():
        if value in ("", "-"):
            wheres.append(f"{name} IS NULL")
            continue
        wheres.append(special.get(name, f"{name} = :{name}"))
        if f":{name}" in wheres[-1]:
            values[name] = read(name, value)
    return count(f"SELECT count(*) FROM {table} WHERE {' AND '.join(wheres)}", **values)  # noqa: S608


def read(name: str, value: str) -> Any:
    """Return what a value of an address is in the database."""
    kinds = {"month": dt.date.fromisoformat, "topic": UUID, "within": int, "year": int}
    return kinds.get(name, str)(value)


def of_group(asked: dict[str, str]) -> int:
    """Return how many leads of a sort of firm came in a month of China."""
    found, column = asked["value"], {"one_person": "is_one_person"}.get(asked["by"], asked["by"])
    same = f"{column} IS NULL" if found == "-" else f"{column} IS {found}" if column != asked["by"] else f"{column} = :v"
    first = dt.date.fromisoformat(asked["month"])
    begins, ends = (dt.datetime(first.year + month // 12, month % 12 + 1, 1, tzinfo=CHINA)
                    for month in (first.month - 1, first.month))
    moment = LeadSummary.came_at.type
    same += OUTCOMES[asked.get("outcome", "")]
    query = text(f"SELECT count(*) FROM lead_summary WHERE {same} AND came_at >= :a AND came_at < :b")  # noqa: S608
    query = query.bindparams(bindparam("a", begins, type_=moment), bindparam("b", ends, type_=moment))
    if ":v" in same:
        query = query.bindparams(bindparam("v", found, type_=String()))
    with storage.reading() as session:
        return session.scalar(query)


def figures(client: FlaskClient, path: str, sample: int | None) -> Iterator[tuple[str, int]]:
    """Yield the figures of a page and where each leads: of each sort of address all, or so many."""
    sorts: dict[tuple[str, ...], int] = defaultdict(int)
    for address, shown in NUMBER.findall(client.get(path).text):
        address = unescape(address)
        parts = urlsplit(address)
        if not parts.query and "needs" not in parts.path and not parts.path.endswith("/offerings"):
            continue
        sort = (parts.path, *sorted(dict(parse_qsl(parts.query, True))))
        sorts[sort] += 1
        if sample is None or sorts[sort] <= sample:
            yield address, number(shown)


def number(shown: str) -> int:
    return int(shown.replace(",", ""))


def test_each_figure_and_table_is_what_sql_counts(client, leads, capsys):
    """Figures and tables are checked in one test, since what they are counted of takes long to make."""
    follow_figures(client, leads, capsys)
    check_tables(client)
    check_fairness(client)


def follow_figures(client: FlaskClient, leads: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Compare what a board says, what the page behind a figure says and lists, and what the database counts."""
    month, wrong, followed = formats.today().replace(day=1), [], []
    paths = ["/en/operator/demand", f"/en/operator/fairness?month={month}", "/en/openness/targets"]
    if leads == MANY:
        paths += [f"/en/operator/demand?month={month}", "/en/operator/demand?kind=laboratory",
                  f"/en/operator/demand/report?month={month}"]
    for path in paths:
        for address, shown in figures(client, path, SAMPLE if leads == FEW else None):
            page = client.get(address).text
            total = TOTAL.search(page)
            behind = number(total[1] or total[2]) if total else None
            listed = page.partition("<tbody>")[2].count("<tr>")
            is_listed = listed == min(LISTED, shown) or "/operator/" not in address or "fairness/lists" in address
            followed.append(address)
            if not (shown == behind == expected(address) and is_listed) and "Not listed" not in page:
                wrong.append((path, address, shown, behind, expected(address), listed))
            if "Not listed" in page and shown != expected(address):
                wrong.append((path, address, shown, None, expected(address), 0))
    with capsys.disabled():
        print(f"\nboards: {len(followed)} figures followed among {leads} needs and leads", end=" ")
    assert wrong == []
    assert len(followed) >= 20
    assert {"outcome", "platform"} <= {name for found in followed for name in dict(parse_qsl(urlsplit(found).query))}


@contextmanager
def reading_english(client: FlaskClient) -> Iterator[None]:
    """Let words be as an English page has them. A request in between would put its own session in the place of this one."""
    with client.application.test_request_context(), i18n.use_language("en"), storage.reading() as g.session:
        yield


def table(client: FlaskClient, path: str) -> list[list[str]]:
    """Return the lines of a file, without its head."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]


def check_tables(client: FlaskClient) -> None:
    """Compare the files of demand with plain counts."""
    few = "fewer than 5 firms"
    for group in demand.GROUPS:
        where = " WHERE is_met IS FALSE" if group == "rule" else ""
        with reading_english(client):
            counted = {demand.value(group, as_day(group, row[0])): row[1:] for row in rows(
                f"SELECT {group}, count(*), sum(CASE WHEN is_met THEN 0 ELSE 1 END), count(DISTINCT firm), "  # noqa: S608
                f"count(DISTINCT CASE WHEN is_met THEN NULL ELSE firm END) FROM need_summary{where} GROUP BY {group}")}
        assert {row[0]: row[1:3] for row in table(client, f"/en/operator/demand/{group}.csv")} == {
            name: [few if firms < 5 else str(needs), few if firms < 5 or 0 < with_unmet < 5 else str(unmet)]
            for name, (needs, unmet, firms, with_unmet) in counted.items()}, group
    cells = ["1 = 1", *(f"hours <= {hours}" for hours in (24, 72, 168)), "hours IS NOT NULL"]
    counted = rows("SELECT kind, " + ", ".join(
        f"count(CASE WHEN {cell} THEN 1 END), count(DISTINCT CASE WHEN {cell} THEN firm END)" for cell in cells)
        + " FROM lead_summary GROUP BY kind")
    with reading_english(client):
        waits = {demand.value("kind", row[0]): [few if 0 < firms < 5 else str(leads)
                                                for leads, firms in zip(row[1::2], row[2::2], strict=True)]
                 for row in counted if row[2] >= 5}
    assert waits
    assert {row[0]: row[1:] for row in table(client, "/en/operator/demand/waits.csv")} == waits
    topics = rows("SELECT t.words, count(*) FROM demand_topic t JOIN need_summary n ON n.topic_id = t.id "
                  "WHERE n.is_met IS FALSE GROUP BY t.id HAVING count(DISTINCT n.firm) >= 5")
    assert sorted(int(row[2]) for row in table(client, "/en/operator/demand/topics.csv")) == sorted(
        row[1] for row in topics)
    assert topics


def as_day(group: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if group == "month" and isinstance(value, str) else value


def check_fairness(client: FlaskClient) -> None:
    """Compare the files of fairness with plain counts."""
    month = formats.today().replace(day=1)
    shown = {row[0]: row[1:] for row in rows(
        "SELECT p.slug, sum(e.places), sum(CASE WHEN e.is_first THEN 1 ELSE 0 END) FROM exposure_summary e "
        "JOIN organisation p ON p.id = e.platform_id WHERE e.month = :month GROUP BY p.slug", month=month)}
    found = {row[0].lower().replace(" ", "-"): (int(row[1]), int(row[2]))
             for row in table(client, f"/en/operator/fairness/exposure.csv?month={month}")}
    assert found == {slug: tuple(counts) for slug, counts in shown.items()}
    for dimension, column in (("size", "size"), ("channel", "channel"), ("language", "language"), ("province", "province")):
        with reading_english(client):
            counted = {fairness.value(dimension, row[0]): row[1:] for row in rows(
                f"SELECT {column}, count(*), count(DISTINCT firm), count(CASE WHEN is_accepted THEN 1 END), "  # noqa: S608
                f"count(is_accepted), count(CASE WHEN is_completed THEN 1 END), count(is_completed) FROM lead_summary "
                f"WHERE month = :month GROUP BY {column}", month=month)}
        lines = table(client, f"/en/operator/fairness/{dimension}.csv?month={month}")
        assert {line[0] for line in lines} == set(counted)
        for line in lines:
            leads, firms, good, decided, done, ended = counted[line[0]]
            if line[1].isdigit():
                assert (int(line[1]), int(line[2])) == (leads, firms), line
                assert line[3:5] in ([str(good), str(decided)], ["", ""]), line
                assert line[9:11] in ([str(done), str(ended)], ["", ""]), line
