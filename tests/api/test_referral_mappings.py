import csv
import io

import pytest
from sqlalchemy import select

from matchmaker.domain import AuditEntry, Need, ReferralMapping
from matchmaker.services.referrals import headings, mapping
from matchmaker.services.referrals.template import COLUMNS
from tests.referring import PATH, VIBRATION, consented, incubator

MAPPINGS = "/api/v1/referral-mappings"
OURS = {"external_id": ["编号"], "problem": ["技术需求", "补充说明"], "organisation_name": ["企业名称"],
        "contact_name": ["联系人"], "contact_email": ["邮箱"]}
HEADER = ["编号", "技术需求", "补充说明", "企业名称", "联系人", "邮箱", "颜色"]
LINES = [["X-1", VIBRATION, "four pieces", "海门三轮车", "李伟", "li.wei@haimen.example", "red"],
         ["X-2", "", "", "海门三轮车", "李伟", "li.wei@haimen.example", "red"]]


@pytest.fixture
def ours(client, session, published):
    return incubator(client, session, published)


def table(header=HEADER, lines=LINES) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *lines])
    return out.getvalue().encode()


def save(caller, name="CRM 2026", columns=OURS, **constants):
    return caller.call("PUT", f"{MAPPINGS}/{name}", json={"columns": columns, "constants": constants})


def test_a_table_with_its_own_columns_is_read_by_a_mapping(ours, session):
    assert save(ours, currency="CNY").status_code == 200
    batch = ours.work(ours.send(table(), form="text/csv", mapping="CRM 2026", send_to="best"))
    assert (batch["mapping"], batch["rows"]["accepted"], batch["rows"]["refused"]) == ("CRM 2026", 1, 1), batch
    assert [entry["column"] for entry in batch["ignored_columns"]] == ["颜色"]
    one, other = ours.results(batch)
    assert (one["external_id"], one["standing"]) == ("X-1", "consent_asked")
    assert [(remark["column"], remark["code"]) for remark in other["remarks"]] == [("problem", "required")]
    assert session.scalars(select(Need)).one().answers["problem"] == [f"{VIBRATION}\nfour pieces"]


def test_the_same_for_every_row_is_taken_where_a_row_says_nothing(ours, session):
    fields = consented()
    fixed = {name: fields[name] for name in ("consent_version", "consent_at", "consent_channel")}
    assert save(ours, consent_recipients="jianghai", **fixed).status_code == 200
    (one, _other) = ours.results(ours.work(ours.send(table(), form="text/csv", mapping="CRM 2026", send_to="best")))
    assert (one["standing"], [lead["platform"] for lead in one["leads"]]) == ("sent", ["jianghai"])


def test_a_batch_keeps_the_mapping_it_was_sent_by(ours):
    save(ours)
    first = ours.send(table(), form="text/csv", mapping="CRM 2026", key="monday")
    save(ours, columns={"title": ["颜色"]})
    batch = ours.work(first)
    assert batch["rows"]["accepted"] + batch["rows"]["accepted_with_warnings"] == 1
    again = ours.send(table(), form="text/csv", mapping="CRM 2026", key="monday")
    assert (again.status_code, again.data) == (202, first.data)
    assert ours.send(table(), form="text/csv", key="monday").status_code == 422
    assert ours.call("DELETE", f"{MAPPINGS}/CRM 2026").status_code == 204
    assert ours.send(table(), form="text/csv", mapping="CRM 2026", key="monday").data == first.data
    assert ours.send(table(), form="text/csv", mapping="CRM 2026").status_code == 404


@pytest.mark.parametrize("allocation", ["best_each", "fair_capacity"])
def test_a_file_without_a_column_that_is_read_fails_in_words(ours, allocation):
    save(ours, columns=OURS | {"region": ["地区"]})
    batch = ours.work(ours.send(table(), form="text/csv", mapping="CRM 2026", allocation=allocation))
    assert (batch["state"], batch["done"], "地区" in batch["error"]) == ("failed", 0, True)


def test_a_row_read_by_a_mapping_is_corrected_in_our_fields_or_theirs(ours):
    save(ours)
    batch = ours.work(ours.send(table(), form="text/csv", mapping="CRM 2026"))
    path = f"{PATH}/{batch['id']}/rows/{ours.results(batch)[1]['row']}"
    assert ours.call("PUT", path, json={"技术需求": VIBRATION}, headers={"If-Match": "1"}).get_json()["version"] == 2
    assert ours.call("PUT", path, json={"problem": VIBRATION}, headers={"If-Match": "2"}).get_json()["version"] == 3


@pytest.mark.parametrize(("body", "field"), [
    ({}, "columns"), ({"columns": []}, "columns"), ({"columns": {"colour": ["A"], "problem": ["B"]}}, "columns"),
    ({"columns": {"region": ["A"]}}, "columns"), ({"columns": {"problem": ["A"], "title": ["A"]}}, "columns"),
    ({"columns": {"problem": ["A"]}, "constants": {"colour": "red"}}, "constants"), ({"columns": {"problem": ["A"]}, "x": 1}, "x"),
], ids=["nothing", "list", "unknown", "no problem", "read twice", "unknown constant", "unknown field"])
def test_a_mapping_that_cannot_be_used_is_refused(ours, session, body, field):
    answer = ours.call("PUT", f"{MAPPINGS}/m", json=body, headers={"Accept-Language": "zh"})
    assert answer.status_code == 422, answer.text
    error = answer.get_json()["errors"][0]
    assert error["field"].partition(".")[0] == field
    assert not error["words"].isascii()
    assert session.scalars(select(ReferralMapping)).all() == []


def test_names_are_bounded_and_of_letters(ours):
    for name in ("x" * 61, "a<b", "-x"):
        assert save(ours, name).status_code == 422, name
    assert save(ours, "二〇二六 年报").status_code == 200


def test_mappings_are_an_organisations_own(ours, client, session, published, monkeypatch):
    save(ours)
    rival = incubator(client, session, published, "rival")
    assert rival.call("GET", MAPPINGS).get_json() == {"mappings": []}
    assert rival.call("DELETE", f"{MAPPINGS}/CRM 2026").status_code == 404
    assert rival.send(table(), form="text/csv", mapping="CRM 2026").status_code == 404
    assert save(rival, columns={"problem": ["A"]}).status_code == 200
    assert [found["columns"] for found in ours.call("GET", MAPPINGS).get_json()["mappings"]] == [OURS]
    monkeypatch.setattr(mapping, "MOST", 1)
    assert (save(ours).status_code, save(ours, "another").status_code) == (200, 409)
    assert session.scalars(select(AuditEntry).where(AuditEntry.thing == "referral_mapping")).all()


def test_headings_and_contents_are_known():
    names = ["序号", "企业名称（全称）*", "统一社会信用代码", "技术难题描述", "所属行业", "联系 人", "E-mail", "手机号码", "备注", "Col9"]
    rows = [["1", "A", "91320594MA1MX1K46Q", "x", "C", "李", "a@a.example", "13800000000", "", "b@b.example"]]
    found = headings.propose(names, rows)
    assert found == {"序号": "external_id", "企业名称（全称）*": "organisation_name",
                     "统一社会信用代码": "organisation_unified_social_credit_code", "技术难题描述": "problem",
                     "所属行业": "organisation_industry", "联系 人": "contact_name", "E-mail": "contact_email",
                     "手机号码": "contact_telephone"}
    assert headings.propose(["Col9"], [["a@a.example"]]) == {"Col9": "contact_email"}
    assert headings.propose(list(COLUMNS)) == {name: name for name in COLUMNS}
    assert set(headings.USUAL) == set(COLUMNS)
