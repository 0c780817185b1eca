import datetime as dt

import pytest
from sqlalchemy import func, select

from matchmaker.domain import (
    AuditEntry,
    Consent,
    Contact,
    Holder,
    Job,
    JobState,
    Lead,
    LeadState,
    Mail,
    Need,
    NeedStatus,
    Ranking,
    Referral,
    ReferralRevision,
    ReferralTrace,
)
from matchmaker.domain.base import utc_now
from matchmaker.services import drafts
from matchmaker.services.leads import consents
from matchmaker.services.referrals import correcting
from tests.conftest import add_offering
from tests.referring import PATH, VIBRATION, consented, incubator, row

EVIDENCE = {"consent_version": consents.current_version(), "consent_at": "2026-11-03T08:00:00Z",
            "consent_channel": "paper", "consent_recipients": ["jianghai"]}


@pytest.fixture
def ours(client, session, published):
    return incubator(client, session, published)


def put(caller, batch, number, fields, version=1):
    return caller.call("PUT", f"{PATH}/{batch['id']}/rows/{number}", json=fields, headers={"If-Match": f'"{version}"'})


def count(session, kind) -> int:
    return session.scalar(select(func.count()).select_from(kind))


def notices(session) -> list[str]:
    return [mail.notice for mail in session.scalars(select(Mail).order_by(Mail.id))]


def test_a_refused_row_is_corrected_where_it_stands(ours, session):
    batch = ours.work(ours.send([row(1), consented(2, send_to="best", region="99"), row(3)]))
    fixed = {name: value for name, value in consented(2, send_to="best").items() if name != "external_id"}
    answer = put(ours, batch, 2, fixed)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"'), answer.text
    now = answer.get_json()
    assert (now["row"], now["external_id"], now["outcome"], now["standing"], now["version"]) == (
        2, "F-2", "accepted_with_warnings", "sent", 2)
    assert now["matches"]
    assert [lead["platform"] for lead in now["leads"]] == ["jianghai"]
    (held,) = now["history"]
    assert (held["version"], held["outcome"], held["by"]) == (1, "refused", "program")
    assert [(remark["column"], remark["code"]) for remark in held["remarks"]] == [("region", "unknown_region")]
    assert ours.call("GET", f"{PATH}/{batch['id']}/rows/2").get_json() == now
    assert [found["version"] for found in ours.results(batch)] == [1, 2, 1]
    counted = ours.call("GET", f"{PATH}/{batch['id']}").get_json()
    assert (counted["rows"]["accepted"] + counted["rows"]["accepted_with_warnings"], counted["rows"]["refused"], counted["done"]) == (3, 0, 3)
    assert (count(session, Need), count(session, Lead), count(session, Consent)) == (3, 1, 1)
    assert "need_received" in notices(session)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.thing == ReferralRevision.__tablename__)).one()
    assert entry.side == "incubator"


def test_a_corrected_row_is_left_alone_by_a_file_that_mends(ours, session):
    batch = ours.work(ours.send([row(1, problem="")]))
    assert put(ours, batch, 1, row(1)).status_code == 200
    mending = ours.work(ours.send([row(1)], retry_of=batch["id"]))
    assert [found["outcome"] for found in ours.results(mending)] == ["skipped"]
    assert put(ours, mending, 1, row(1)).status_code == 409
    assert count(session, Need) == 1


def test_a_row_that_another_batch_has_mended_is_corrected_there(ours, session):
    batch = ours.work(ours.send([row(1, problem="")]))
    mending = ours.work(ours.send([row(1)], retry_of=batch["id"]))
    assert put(ours, batch, 1, row(1)).status_code == 409
    assert put(ours, mending, 1, row(1, title="Again")).status_code == 200
    assert count(session, Need) == 1


def test_what_is_wrong_with_a_correction_changes_nothing(ours, session):
    batch = ours.work(ours.send([row(1, problem="")]))
    for fields, column, code in ((row(1, region="99"), "region", "unknown_region"), (row(9), "external_id", "other_reference"),
                                 (row(1, send_to="jianghai/none"), "send_to", "unknown_offering"),
                                 (row(1, send_to="best", contact_email=None), "contact_email", "required")):
        answer = put(ours, batch, 1, fields)
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
        assert (column, code) in [(error["field"], error["code"]) for error in answer.get_json()["errors"]], answer.text
    (result,) = ours.results(batch)
    assert (result["version"], result["outcome"]) == (1, "refused")
    assert count(session, Need) == count(session, ReferralRevision) == 0


def test_the_version_guards_and_the_same_correction_again_is_one(ours, session):
    batch = ours.work(ours.send([row(1, problem="")]))
    first = put(ours, batch, 1, row(1))
    again = put(ours, batch, 1, row(1))
    assert (first.status_code, again.status_code, again.data) == (200, 200, first.data)
    assert put(ours, batch, 1, row(1, title="Another")).status_code == 409
    path = f"{PATH}/{batch['id']}/rows/1"
    assert ours.call("PUT", path, json=row(1)).status_code == 422
    assert ours.call("PUT", path, json=row(1), headers={"If-Match": "*"}).status_code == 422
    assert ours.call("PUT", path, data="[]", content_type="application/json", headers={"If-Match": "2"}).status_code == 422
    assert (count(session, Need), count(session, ReferralRevision)) == (1, 1)


def test_a_draft_is_written_anew_under_the_same_link(ours, session):
    batch = ours.work(ours.send([row(1, send_to="jianghai/vibration")]))
    need = session.scalars(select(Need)).one()
    answer = put(ours, batch, 1, {"problem": f"{VIBRATION}, 12 pieces", "send_to": "jianghai/vibration",
                                  "contact_email": "new@haimen.example"})
    assert answer.get_json()["standing"] == "consent_asked", answer.text
    session.expire_all()
    assert session.scalars(select(Need)).one().id == need.id
    assert need.answers["problem"] == [f"{VIBRATION}, 12 pieces"]
    contact = session.scalars(select(Contact)).one()
    assert (contact.organisation, contact.name, contact.email) == ("Firm 1 Ltd", "Li Wei", "new@haimen.example")
    assert notices(session) == ["consent_asked", "consent_asked"]
    assert put(ours, batch, 1, row(1, send_to="best", **EVIDENCE), version=2).get_json()["standing"] == "sent"
    session.expire_all()
    assert (need.status, count(session, Lead), count(session, Need)) == (NeedStatus.OPEN, 1, 1)


def test_leads_that_were_sent_are_weighed_anew_and_never_doubled(ours, session):
    batch = ours.work(ours.send([consented(1, send_to="jianghai/vibration")]))
    before = session.scalars(select(Lead)).one()
    ranking, reference = before.ranking_id, before.reference
    for version in (1, 2):
        answer = put(ours, batch, 1, consented(1, send_to="jianghai/vibration", title=f"Version {version}"), version=version)
        assert [lead["reference"] for lead in answer.get_json()["leads"]] == [reference], answer.text
    session.expire_all()
    lead = session.scalars(select(Lead)).one()
    assert lead.ranking_id != ranking
    assert session.get(Need, lead.need_id).title == "Version 2"
    assert session.get(Ranking, lead.ranking_id).snapshot["stated"]["title"] == "Version 2"
    assert count(session, Consent) == 1


def test_a_team_is_told_that_a_need_was_corrected(ours, session):
    from matchmaker.domain import Role
    from tests.making import add_person
    add_person(session, "reviewer@jianghai.example", "jianghai", Role.REVIEWER)
    session.commit()
    batch = ours.work(ours.send([consented(1, send_to="best")]))
    assert put(ours, batch, 1, consented(1, title="Anew")).status_code == 200
    assert notices(session).count("need_corrected") == 1


def test_a_correction_asks_no_platform_whose_consent_was_withdrawn(ours, session):
    batch = ours.work(ours.send([consented(1, send_to="best")]))
    consent = session.scalars(select(Consent)).one()
    consent.withdraw()
    consent.withdrawn_at -= dt.timedelta(seconds=2)  # A row tells moments by the second.
    session.commit()
    wanted = {"send_to": "jianghai/drop"}
    assert put(ours, batch, 1, consented(1, **wanted)).status_code == 200
    assert (count(session, Consent), count(session, Lead)) == (1, 1)
    assert put(ours, batch, 1, row(1, **wanted), version=2).get_json()["standing"] == "sent"
    assert (count(session, Consent), count(session, Lead)) == (1, 1)
    later = utc_now().isoformat()
    assert len(put(ours, batch, 1, consented(1, **wanted) | {"consent_at": later}, version=3).get_json()["leads"]) == 2
    assert (count(session, Consent), count(session, Lead)) == (2, 2)


def test_what_a_platform_has_decided_on_stays(ours, session):
    batch = ours.work(ours.send([consented(1, send_to="best")]))
    session.scalars(select(Lead)).one().state = LeadState.ACCEPTED
    session.commit()
    answer = put(ours, batch, 1, consented(1, title="Anew"))
    assert (answer.status_code, "decided" in answer.get_json()["detail"]) == (409, True)


def test_what_the_firm_has_changed_itself_is_its_own(ours, session):
    batch = ours.work(ours.send([row(1, send_to="jianghai/vibration")]))
    need = session.scalars(select(Need)).one()
    drafts.save(session, Holder(need.id), {"title": ["Our own words"]})
    session.commit()
    assert "own hands" in put(ours, batch, 1, row(1)).get_json()["detail"]


def test_rows_that_are_gone_or_still_to_come_are_not_corrected(ours, session):
    batch = ours.work(ours.send([consented(1, send_to="best"), row(2), row(3, problem="")]))
    assert ours.call("POST", f"{PATH}/{batch['id']}/rows/1/withdraw").status_code == 204
    assert put(ours, batch, 1, row(1)).status_code == 409
    session.delete(session.scalars(select(Need).where(Need.status == NeedStatus.DRAFT)).one())
    session.commit()
    assert put(ours, batch, 2, row(2)).status_code == 409
    assert put(ours, batch, 9, row(9)).status_code == 404
    job = session.scalars(select(Job).where(Job.task == "refer")).one()
    job.state, job.finished_at = JobState.RUNNING, None
    session.commit()
    assert put(ours, batch, 3, row(3)).status_code == 409


def test_a_dry_run_is_corrected_as_one_and_a_sandbox_key_leaves_live_rows_alone(ours, client, session, published):
    batch = ours.work(ours.send([row(1, problem="")], dry_run="true"))
    assert put(ours, batch, 1, consented(1, send_to="best")).get_json()["standing"] == "tried"
    assert count(session, Need) == 0
    live = ours.work(ours.send([row(1, problem="")]))
    sandbox = incubator(client, session, published, is_live=False)
    assert put(sandbox, live, 1, row(1)).status_code == 409


def test_a_row_is_not_its_own_double(ours):
    code = {"organisation_unified_social_credit_code": "91320594MA1MX1K46Q"}
    batch = ours.work(ours.send([row(1, **code), row(2, problem="Fermentation of enzymes in a tank", **code)]))
    assert put(ours, batch, 1, row(1, title="A", **code)).get_json()["outcome"] == "accepted_with_warnings"
    answer = put(ours, batch, 2, row(2, problem="Fermentation of enzymes in a tank"))
    assert (answer.get_json()["outcome"], answer.get_json()["remarks"]) == ("accepted", [])


def test_scarce_places_hold_for_corrected_rows_too(client, session, config):
    from matchmaker.jobs.worker import run_one
    from matchmaker.services import publishing
    from matchmaker.tasks import make_tasks
    capacity = {"unit": "slot", "maximum": 1, "available": 1, "updated_at": utc_now().isoformat()}
    add_offering(session, external_id="vibration", standards=["GB/T 2423.10"], capacity=capacity)
    add_offering(session, platform="qinghe", external_id="ferment", title={"en": "Pilot fermentation"}, standards=[])
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(config), job.id)
    ours = incubator(client, session, config)
    batch = ours.work(ours.send([consented(1, send_to="best"), consented(2, problem="")], allocation="fair_capacity"))
    answer = put(ours, batch, 2, consented(2, send_to="best"))
    assert "no_place" in [remark["code"] for remark in answer.get_json()["remarks"]], answer.text
    assert count(session, Lead) == 1


def test_corrections_are_bounded(ours, monkeypatch):
    monkeypatch.setattr(correcting, "CORRECTIONS_A_DAY", 1)
    batch = ours.work(ours.send([row(1, problem="")]))
    assert put(ours, batch, 1, row(1)).status_code == 200
    answer = put(ours, batch, 1, row(1, title="A"), version=2)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)


def test_another_incubators_row_is_not_found(ours, client, session, published):
    batch = ours.work(ours.send([row(1, problem="")]))
    rival = incubator(client, session, published, "rival")
    assert put(rival, batch, 1, row(1)).status_code == 404
    assert rival.call("GET", f"{PATH}/{batch['id']}/rows/1").status_code == 404


def test_nothing_of_a_contact_is_kept_beside_the_need(ours, session):
    batch = ours.work(ours.send([row(1, problem="")]))
    put(ours, batch, 1, consented(1, send_to="best", contact_name="Kanarienmensch"))
    for kind in (Referral, ReferralTrace, ReferralRevision):
        for thing in session.scalars(select(kind)):
            assert "Kanarienmensch" not in str({column.key: getattr(thing, column.key) for column in kind.__table__.columns})
    assert dt.timedelta() < utc_now() - session.scalars(select(ReferralRevision)).one().ended_at
