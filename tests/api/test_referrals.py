import io
import json
import zipfile
from dataclasses import replace

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from matchmaker.domain import (
    Consent,
    Contact,
    Lead,
    Mail,
    Need,
    NeedStatus,
    Origin,
    Ranking,
    Referral,
    ReferralBatch,
    Scope,
    Side,
)
from matchmaker.jobs.worker import run_one
from matchmaker.services import publishing
from matchmaker.services.referrals import keys, processing, receiving
from matchmaker.tasks import make_tasks
from tests.conftest import add_offering
from tests.making import add_person
from tests.referring import PATH, VIBRATION, consented, incubator, row
from tests.tabular.hostile import FILES

FORM_OF = {ending.removeprefix("."): form for form, ending in receiving.FORMS.items()}


@pytest.fixture
def ours(client, session, published):
    return incubator(client, session, published)


def count(session, kind) -> int:
    return session.scalar(select(func.count()).select_from(kind))


def codes(result) -> list[tuple[str, str]]:
    return [(remark["column"], remark["code"]) for remark in result["remarks"]]


def test_a_row_with_consent_becomes_a_need_with_its_record_and_a_lead(ours, session):
    answer = ours.send([consented(1, send_to="best")])
    assert answer.headers["Location"] == f"{PATH}/{answer.get_json()['id']}"
    assert int(answer.headers["X-RateLimit-Remaining"]) < int(answer.headers["X-RateLimit-Limit"])
    batch = ours.work(answer)
    assert (batch["state"], batch["rows"]["accepted"], batch["standings"]["sent"], batch["done"]) == ("done", 1, 1, 1)
    (result,) = ours.results(batch)
    assert (result["row"], result["external_id"], result["outcome"], result["standing"]) == (1, "F-1", "accepted", "sent")
    assert result["matches"][0]["external_id"] == "vibration"
    assert result["matches"][0]["words"]
    (shown,) = result["leads"]
    lead = session.scalars(select(Lead)).one()
    assert (shown["reference"], shown["state"], shown["platform"]) == (lead.reference, "submitted", "jianghai")
    assert (lead.origin, lead.moves[0].side, lead.place) == (Origin.REFERRAL, Side.INCUBATOR, 1)
    assert session.get(Ranking, lead.ranking_id).need_id == lead.need_id
    consent = session.scalars(select(Consent)).one()
    assert (consent.channel, consent.text_version, consent.given_at.isoformat()) == (
        "paper", "2026-11-21", "2026-11-03T08:00:00+00:00")
    need = session.get(Need, lead.need_id)
    assert (need.status, need.submitted_by) == (NeedStatus.OPEN, ours.member.person_id)
    assert {mail.notice for mail in session.scalars(select(Mail))} >= {"need_received"}


@pytest.mark.parametrize("backend", ["sqlite"])
def test_half_a_character_refuses_its_row_in_the_callers_words_and_stands_nowhere(ours):
    text = json.dumps([row(1), row(2, contact_name="Li \ud800"), row(3) | {"x\udc00": 1}])
    batch = ours.work(ours.send(text.encode()))
    found = ours.call("GET", f"{PATH}/{batch['id']}/results", headers={"Accept-Language": "zh"})
    one, half, named = found.get_json()["results"]
    assert (one["outcome"], half["outcome"], named["outcome"]) == ("accepted", "refused", "refused")
    assert (codes(half), codes(named)) == ([("contact_name", "unstorable")], [("x\ufffd", "unstorable")])
    assert "重新输入" in half["remarks"][0]["words"]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("form", ["application/json", "application/x-ndjson", "text/csv"])
def test_too_many_rows_are_refused_before_the_first_is_answered(ours, session, monkeypatch, form):
    monkeypatch.setattr(processing, "CHUNK", 1)
    monkeypatch.setattr(processing, "LIMITS", replace(processing.LIMITS, rows=2))
    body = {"application/json": json.dumps({"rows": [{"problem": "x"}] * 3}), "text/csv": "problem\nx\ny\nz\n",
            "application/x-ndjson": '{"problem": "x"}\n' * 3}[form]
    batch = ours.work(ours.send(body.encode(), form=form))
    assert (batch["state"], batch["done"], count(session, Referral)) == ("failed", 0, 0)
    assert "more than 2 rows" in batch["error"]


def test_nobody_is_asked_without_consent(ours, session):
    (result,) = ours.sent([row(1, send_to="jianghai/vibration")])
    assert (result["outcome"], result["standing"], result["leads"]) == ("accepted", "consent_asked", [])
    assert count(session, Lead) == count(session, Consent) == 0
    assert session.scalars(select(Need)).one().status == NeedStatus.DRAFT
    assert [mail.notice for mail in session.scalars(select(Mail))] == ["consent_asked"]


def test_only_recipients_that_the_consent_names_are_asked(ours, session):
    (result,) = ours.sent([consented(1, "tianquan", send_to="jianghai/vibration")])
    assert (result["outcome"], result["standing"]) == ("accepted_with_warnings", "matched")
    assert codes(result) == [("consent_recipients", "not_a_recipient")]
    assert count(session, Lead) == 0


def test_a_row_that_asks_nobody_is_only_matched(ours, session):
    (result,) = ours.sent([{"problem": VIBRATION, "id": 7}])
    assert (result["standing"], result["external_id"], result["leads"]) == ("matched", "7", [])
    assert result["matches"]
    assert count(session, Contact) == 0


@pytest.mark.parametrize(("fields", "found"), [
    ({"problem": ""}, ("problem", "required")),
    ({"organisation_region": "99"}, ("organisation_region", "unknown_region")),
    ({"organisation_unified_social_credit_code": "91320594MA1MX1K46Z"}, ("organisation_unified_social_credit_code",
                                                                          "wrong_credit_code")),
    ({"consent_at": "2026-11-03"}, ("consent_version", "consent_incomplete")),
    ({"send_to": "jianghai/nothing"}, ("send_to", "unknown_offering")),
    ({"send_to": "best", "contact_email": None}, ("contact_email", "required")),
    ({"contact_email": "nobody"}, ("contact_email", "not_an_email")),
    ({"kinds": ["spaceship"]}, ("kinds", "unknown_kind")),
    ({"budget_max": "a lot"}, ("budget_max", "not_an_amount")),
], ids=["no problem", "region", "credit code", "half a consent", "offering", "no contact", "mail", "kind", "budget"])
def test_a_row_that_cannot_be_used_says_where_and_why_and_stops_no_other(ours, session, fields, found):
    one, other = ours.sent([row(1, **fields), row(2)])
    assert (one["outcome"], one["external_id"]) == ("refused", "F-1")
    assert found[0] in [column for column, _code in codes(one)]
    assert all(remark["words"] for remark in one["remarks"])
    assert other["outcome"] == "accepted"
    assert count(session, Need) == 1


def test_words_come_in_the_readers_language(ours):
    batch = ours.work(ours.send([row(1, problem=" ")]))
    said = {language: ours.call("GET", f"{PATH}/{batch['id']}/results", headers={"Accept-Language": language})
            .get_json()["results"][0]["remarks"][0]["words"] for language in ("zh", "en")}
    assert said["en"].isascii()
    assert not said["zh"].isascii()


def test_doubles_are_told_and_never_dropped(ours, session):
    code = {"organisation_unified_social_credit_code": "91320594MA1MX1K46Q"}
    first = ours.work(ours.send([row(1, **code), row(2, problem="Fermentation of enzymes in a tank of 500 l", **code)]))
    again = ours.sent([row(3, problem=VIBRATION + ", firm 1"), row(4, problem=VIBRATION + "; firm 1 ")])
    assert [codes(result) for result in ours.results(first)] == [[], [("organisation_unified_social_credit_code", "same_firm")]]
    assert ("problem", "same_need") in codes(again[0])
    assert first["reference"] in again[0]["remarks"][0]["words"]
    assert {result["outcome"] for result in again} == {"accepted_with_warnings"}
    assert count(session, Need) == 4


def test_another_incubators_rows_are_no_doubles_and_not_found(ours, client, session, published):
    batch = ours.work(ours.send([row(1)]))
    rival = incubator(client, session, published, "rival")
    (result,) = rival.sent([row(1)])
    assert codes(result) == []
    for method, path in (("GET", ""), ("GET", "/results"), ("GET", "/results.csv"), ("GET", "/results.ndjson"),
                         ("POST", "/cancel"), ("POST", "/rows/1/withdraw")):
        assert rival.call(method, f"{PATH}/{batch['id']}{path}").status_code == 404
    assert [found["id"] for found in rival.call("GET", PATH).get_json()["batches"]] != [batch["id"]]
    assert rival.send([row(1)], retry_of=batch["id"]).status_code == 404


@pytest.mark.parametrize("is_dry", [True, False], ids=["dry run", "sandbox"])
def test_trying_out_makes_nothing(client, session, published, is_dry):
    caller = incubator(client, session, published, is_live=is_dry)
    results = caller.sent([consented(1, send_to="best"), row(1), row(2, problem="")], **({"dry_run": "true"} if is_dry else {}))
    assert [result["outcome"] for result in results] == ["accepted", "accepted_with_warnings", "refused"]
    assert results[0]["standing"] == "tried"
    assert results[0]["matches"]
    assert count(session, Need) == count(session, Lead) == count(session, Mail) == 0


def test_the_same_key_gives_the_same_answer_and_another_body_is_an_error(ours, session):
    first = ours.send([row(1)], key="monday")
    ours.work(first)
    again = ours.send([row(1)], key="monday")
    assert (again.status_code, again.data) == (202, first.data)
    other = ours.send([row(2)], key="monday")
    assert other.status_code == 422
    assert "Idempotency-Key" in other.get_json()["detail"]
    assert ours.send([row(1)], key="monday", dry_run="true").status_code == 422
    assert count(session, ReferralBatch) == 1
    assert len(list(ours.config.uploads.iterdir())) == 0


def test_mending_takes_the_refused_rows_alone(ours, session):
    batch = ours.work(ours.send([row(1), row(2, problem=""), row(3)]))
    mended = ours.work(ours.send([row(1), row(2), row(3)], retry_of=batch["id"]))
    assert [found["outcome"].partition("_")[0] for found in ours.results(mended)] == ["skipped", "accepted", "skipped"]
    assert count(session, Need) == 3
    once_more = ours.work(ours.send([row(2), {"problem": VIBRATION}], retry_of=mended["id"]))
    assert [found["outcome"] for found in ours.results(once_more)] == ["skipped", "refused"]
    assert count(session, Need) == 3


def test_csv_ndjson_and_xlsx_say_the_same(ours):
    rows = [row(1), row(2, problem="")]
    names = list(rows[0])
    lines = "\n".join([",".join(names), *(",".join(f'"{entry[name]}"' for name in names) for entry in rows)])
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, entry in enumerate([names, *([entry[name] for name in names] for entry in rows)]):
            sheet.write_row(number, 0, entry)
    bodies = {"text/csv; charset=utf-8": lines.encode(), "application/x-ndjson": b"\n".join(json.dumps(entry).encode() for entry in rows),
              "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": out.getvalue()}
    for form, body in bodies.items():
        batch = ours.work(ours.send(body, form=form, dry_run="true"))
        assert (batch["rows"]["accepted"], batch["rows"]["refused"]) == (1, 1), form


def test_nested_rows_and_unknown_fields(ours):
    need = {"problem": VIBRATION, "organisation": {"name": "A Ltd", "size_class": "small"}}
    (result,) = ours.sent([{"id": "x", "need": need, "contact": {"name": "A", "email": "a@a.example"}, "colour": "red"}])
    assert codes(result) == [("colour", "unknown_field")]


def test_columns_that_nobody_reads_are_named(ours):
    batch = ours.work(ours.send(b"problem,organisation_nmae,regoin\nvibration test,A,B\n", form="text/csv"))
    assert [entry["column"] for entry in batch["ignored_columns"]] == ["organisation_nmae", "regoin"]
    assert [entry["nearest"] for entry in batch["ignored_columns"]] == ["organisation_name", "region"]


def test_a_cancelled_batch_stops(ours, session):
    answer = ours.send([row(1)])
    batch_id = answer.get_json()["id"]
    assert ours.call("POST", f"{PATH}/{batch_id}/cancel").get_json()["state"] == "cancelled"
    batch = ours.work(answer)
    assert (batch["state"], batch["done"]) == ("cancelled", 0)
    done = ours.work(ours.send([row(1)]))
    assert ours.call("POST", f"{PATH}/{done['id']}/cancel").status_code == 409


def test_a_row_is_withdrawn_with_its_leads_and_consents(ours, session):
    batch = ours.work(ours.send([consented(1, send_to="best"), row(2, send_to="best"), row(3, problem="")]))
    for number in (1, 1, 2):
        assert ours.call("POST", f"{PATH}/{batch['id']}/rows/{number}/withdraw").status_code == 204
    assert ours.call("POST", f"{PATH}/{batch['id']}/rows/3/withdraw").status_code == 409
    assert ours.call("POST", f"{PATH}/{batch['id']}/rows/9/withdraw").status_code == 404
    results = ours.results(batch)
    assert results[0]["leads"][0]["state"] == "withdrawn"
    assert [result["standing"] for result in results] == ["withdrawn", "withdrawn", None]
    assert session.scalars(select(Consent)).one().withdrawn_at is not None
    assert session.scalars(select(Need)).one().status == NeedStatus.CLOSED


def test_results_come_page_by_page_and_whole(ours):
    batch = ours.work(ours.send([row(number, problem="=cmd()" if number == 2 else VIBRATION + str(number)) for number in range(1, 6)]))
    seen, cursor = [], 0
    while cursor is not None:
        page = ours.call("GET", f"{PATH}/{batch['id']}/results", query_string={"limit": 2, "cursor": cursor}).get_json()
        seen, cursor = seen + page["results"], page["next_cursor"]
    assert [result["row"] for result in seen] == [1, 2, 3, 4, 5]
    with ours.call("GET", f"{PATH}/{batch['id']}/results.ndjson") as whole:
        assert [json.loads(line) for line in whole.data.splitlines()] == seen
    with ours.call("GET", f"{PATH}/{batch['id']}/results.csv") as whole:
        table = whole.data.decode("utf-8-sig")
    assert table.startswith("row,external_id,outcome")
    with ours.call("GET", f"{PATH}/{batch['id']}/results.xlsx") as whole:
        header, *lines = CalamineWorkbook.from_filelike(io.BytesIO(whole.data)).get_sheet_by_index(0).to_python()
    assert [line[0] for line in lines] == [int(line.split(",")[0]) for line in table.splitlines()[1:]]
    assert ",".join(header) == table.splitlines()[0]
    assert {line.split(",")[0] for line in table.splitlines()[1:]} == {"1", "2", "3", "4", "5"}


def test_a_reference_that_looks_like_a_formula_is_text_in_every_file(ours):
    batch = ours.work(ours.send([row(1, external_id="=cmd|' /C calc'!A0", problem="")]))
    for ending in ("csv", "xlsx"):
        with ours.call("GET", f"{PATH}/{batch['id']}/results.{ending}") as whole:
            content = whole.data
        if ending == "csv":
            assert b"'=cmd" in content
        else:
            sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
            assert b"'=cmd" in sheet
            assert b"<f>" not in sheet


def test_a_row_that_nothing_fits_says_what_stands_in_the_way_of_the_nearest(client, session, config):
    add_offering(session, external_id="closed", standards=["GB/T 2423.10"], eligibility={"size_classes": ["large"]})
    add_offering(session, platform="qinghe", external_id="ferment", title={"en": "Pilot fermentation"}, standards=[])
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(config), job.id)
    ours = incubator(client, session, config)
    (result,) = ours.sent([row(1, send_to="best", organisation_size_class="small")])
    words = {remark["code"]: remark["words"] for remark in result["remarks"]}
    assert set(words) == {"nothing_fits", "would_fit"}
    assert words["would_fit"].startswith("jianghai/closed would fit")


def test_batches_are_listed_page_by_page(ours):
    made = [ours.send([row(number)]).get_json()["id"] for number in range(3)]
    first = ours.call("GET", PATH, query_string={"limit": 2}).get_json()
    second = ours.call("GET", PATH, query_string={"limit": 2, "cursor": first["next_cursor"]}).get_json()
    assert [batch["id"] for batch in first["batches"] + second["batches"]] == made[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(("headers", "form", "query", "status"), [
    ({"Idempotency-Key": ""}, "application/json", {}, 422), ({}, "application/json", {}, 422),
    ({"Idempotency-Key": "k"}, "application/pdf", {}, 415), ({"Idempotency-Key": "k"}, None, {}, 415),
    ({"Idempotency-Key": "k"}, "text/csv", {"dry_run": "perhaps"}, 422), ({"Idempotency-Key": "k"}, "text/csv", {"x": "1"}, 422),
    ({"Idempotency-Key": "k" * 999}, "text/csv", {}, 422), ({"Idempotency-Key": "k"}, "text/csv", {"retry_of": "x"}, 422),
], ids=["blank key", "no key", "pdf", "no type", "flag", "unknown option", "long key", "id"])
def test_a_request_that_cannot_be_used_is_refused(ours, session, headers, form, query, status):
    answer = ours.call("POST", PATH, data=b"[]", content_type=form, query_string=query, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert count(session, ReferralBatch) == 0


def test_an_empty_and_a_huge_body_are_refused(ours, monkeypatch):
    assert "empty" in ours.send(b"").get_json()["detail"]
    monkeypatch.setattr(receiving, "LARGEST", 100)
    answer = ours.send(b"x" * 200)
    assert (answer.status_code, "100 MB" in answer.get_json()["detail"]) == (422, True)
    assert not list(ours.config.uploads.iterdir())


def test_a_key_opens_what_its_scopes_say_and_a_cookie_nothing(client, session, published):
    reader = incubator(client, session, published, scopes=(Scope.READ,))
    writer = incubator(client, session, published, scopes=(Scope.WRITE,))
    assert reader.send([row(1)]).status_code == 403
    assert writer.call("GET", PATH).status_code == 403
    nobody = client.get(PATH)
    assert (nobody.status_code, nobody.content_type) == (401, "application/problem+json")
    assert client.post(PATH, data=b"[]").status_code == 401


def test_too_many_calls_are_told_to_wait(ours, monkeypatch):
    monkeypatch.setattr(keys, "CALLS_A_MINUTE", 1)
    assert ours.call("GET", PATH).status_code == 200
    answer = ours.call("GET", PATH)
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_file_that_is_no_table_fails_in_words(ours):
    batch = ours.work(ours.send(b"%PDF-1.7 nothing", form="text/csv"))
    assert batch["state"] == "failed"
    assert "PDF" in batch["error"]


HOSTILE = ("random.xlsx", "cut_short.xlsx", "bomb.xlsx", "deep.json", "doubled_columns.csv", "nul_header.csv")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_hostile_files_end_in_words_and_leave_nothing(ours, session):
    """The parser's own tests try all of them; these go the whole way."""
    for file in [file for file in FILES if file.name in HOSTILE]:
        answer = ours.send(file.content(), form=FORM_OF[file.name.rpartition(".")[2]])
        batch = ours.work(answer)
        assert batch["state"] in ("done", "failed"), file.name
        assert batch["error"] is None or len(batch["error"]) > 15, file.name
        assert batch["rows"]["accepted"] == 0, file.name
    assert not list(ours.config.uploads.iterdir())
    assert count(session, Need) == 0


def test_a_file_that_breaks_off_keeps_what_came_before_and_tells_the_platforms(ours, session, monkeypatch):
    add_person(session, "reviewer@jianghai.example", "jianghai")
    monkeypatch.setattr(processing, "CHUNK", 1)
    lines = json.dumps([consented(1, send_to="best"), consented(2, send_to="best")])
    batch = ours.work(ours.send(lines.removesuffix("}]").encode()))
    assert batch["state"] == "failed"
    assert batch["standings"]["sent"] == count(session, Lead) == batch["done"]
    told = session.scalars(select(Mail).where(Mail.notice == "referrals_arrived")).all()
    assert [mail.details["count"] for mail in told] == ([batch["done"]] if batch["done"] else [])
    whole = ours.work(ours.send([consented(number, send_to="best") for number in (3, 4, 5)]))
    assert whole["standings"]["sent"] == 3
    told = session.scalars(select(Mail).where(Mail.notice == "referrals_arrived").order_by(Mail.id.desc())).first()
    assert told.details["count"] == 3


def test_a_fault_of_ours_tells_the_incubator_nothing_of_its_inside(ours, monkeypatch):
    def broken(*_given):
        raise ValueError("inside of a statement")

    monkeypatch.setattr(processing.sending, "store", broken)
    batch = ours.work(ours.send([row(1)]))
    assert (batch["state"], batch["error"]) == ("queued", "The work broke off (ValueError).")
