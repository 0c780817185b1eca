import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker.domain import Consent, Holder, Lead, LeadState, Mail, Need, ReferralTrace, Role
from matchmaker.services.referrals import asking_again, consenting
from tests.making import PASSWORD, add_person
from tests.referring import PATH, VIBRATION, consented, incubator, row

CONSENTS, DECLINES = "/api/v1/referral-consents", "/api/v1/referral-declines"
CODE = {"organisation_unified_social_credit_code": "91320594MA1MX1K46Q"}
CANARY = "Kanarienfirma"


@pytest.fixture
def ours(client, session, published):
    return incubator(client, session, published)


@pytest.fixture
def batch(ours):
    """Rows whose firms were asked, have consented, need none, were refused, and two that are one firm."""
    return ours.work(ours.send([
        row(1, send_to="jianghai/vibration", organisation_name=CANARY), consented(2, send_to="best"), row(3),
        row(4, problem=""), consented(5, send_to="best", **CODE), consented(6, send_to="jianghai/vibration", **CODE),
        row(7, send_to="best")]))


@pytest.fixture
def browser(client, session, batch):
    add_person(session, "referrer@incubator.example", "incubator", Role.REFERRER)
    client.post("/en/sign-in", data={"email": "referrer@incubator.example", "password": PASSWORD})
    return client


def states(caller, **query) -> dict[str, str]:
    page = caller.call("GET", CONSENTS, query_string=query).get_json()
    return {found["external_id"]: found["state"] for found in page["rows"]}


def make_older(session, days: int = 4) -> None:
    for trace in session.scalars(select(ReferralTrace).where(ReferralTrace.asked_at.is_not(None))):
        trace.asked_at -= dt.timedelta(days=days)
    session.commit()


def again(caller, batch, number=1):
    return caller.call("POST", f"{PATH}/{batch['id']}/rows/{number}/ask-again")


def test_each_row_says_how_its_consent_stands(ours, session, batch):
    assert states(ours) == {"F-1": "asked", "F-2": "given", "F-3": "none", "F-5": "given", "F-6": "given", "F-7": "asked"}
    consent = session.scalars(select(Consent).order_by(Consent.id)).first()
    consent.withdraw()
    seven = session.scalars(select(ReferralTrace).where(ReferralTrace.external_id == "F-7")).one()
    consenting.refuse(session, Holder(seven.need_id))
    session.commit()
    page = ours.call("GET", CONSENTS).get_json()
    assert page["counts"] == {"asked": 1, "given": 2, "withdrawn": 1, "refused": 1, "none": 1}
    found = {entry["row"]: entry for entry in page["rows"]}
    (given,) = found[2]["consents"]
    assert (found[2]["state"], given["platform"], given["text_version"], given["channel"], given["given_at"]) == (
        "withdrawn", "jianghai", "2026-11-21", "paper", "2026-11-03T08:00:00Z")
    assert given["withdrawn_at"]
    assert (found[7]["state"], found[7]["external_id"], found[7]["consents"]) == ("refused", None, [])
    assert states(ours, state="asked") == {"F-1": "asked"}
    first = ours.call("GET", CONSENTS, query_string={"limit": 4}).get_json()
    rest = ours.call("GET", CONSENTS, query_string={"limit": 4, "cursor": first["next_cursor"]}).get_json()
    assert ([entry["row"] for entry in first["rows"] + rest["rows"]], rest["next_cursor"]) == ([7, 6, 5, 3, 2, 1], None)


def test_nothing_of_the_firm_is_shown(ours, browser, session, batch):
    for text in (ours.call("GET", CONSENTS).text, browser.get("/en/incubator/consents").text, ours.call("GET", DECLINES).text,
                 browser.get("/en/incubator/declines").text):
        assert not {word for word in (CANARY, VIBRATION, "Li Wei", "haimen.example") if word in text}


def test_a_firm_is_asked_again_within_bounds(ours, session, batch):
    answer = again(ours, batch)
    assert (answer.status_code, "3 days" in answer.get_json()["detail"]) == (409, True)
    for _number in range(asking_again.MOST - 1):
        make_older(session)
        assert again(ours, batch).status_code == 204
        assert again(ours, batch).status_code == 409
    make_older(session)
    assert "enough" in again(ours, batch).get_json()["detail"]
    asked = [mail for mail in session.scalars(select(Mail)) if mail.notice == "consent_asked"]
    assert len(asked) == asking_again.MOST + 1
    (found,) = [entry for entry in ours.call("GET", CONSENTS).get_json()["rows"] if entry["row"] == 1]
    assert (found["asked"], found["may_ask_from"]) == (asking_again.MOST, None)
    for number in (2, 3, 4):
        assert again(ours, batch, number).status_code == 409
    assert again(ours, batch, 99).status_code == 404


def test_corrections_count_as_asking(ours, session, batch):
    for version in range(1, 5):
        answer = ours.call("PUT", f"{PATH}/{batch['id']}/rows/1", json=row(1, send_to="jianghai/vibration", title=f"V{version}"),
                           headers={"If-Match": str(version)})
        assert answer.get_json()["standing"] == "consent_asked", answer.text
    need = session.scalars(select(ReferralTrace).where(ReferralTrace.external_id == "F-1")).one().need_id
    assert len(session.scalars(select(Mail).where(Mail.need_id == need)).all()) == asking_again.MOST


def decline(session, **reasons: str) -> None:
    traces = {trace.need_id: trace.external_id for trace in session.scalars(select(ReferralTrace))}
    for lead in session.scalars(select(Lead)):
        if reason := reasons.get(traces[lead.need_id].replace("-", "")):
            lead.state, lead.decline_reason, lead.first_response_at = LeadState.DECLINED, reason, lead.created_at
    session.commit()


def test_declines_are_summed_up_by_kind_and_firm(ours, browser, session, batch):
    assert ours.call("GET", DECLINES).get_json() | {"would_fit": []} == {
        "answered": 0, "declined": 0, "by_kind": [], "by_firm": [], "would_fit": []}
    decline(session, F2="no_capacity", F5="budget", F6="budget")
    found = ours.call("GET", DECLINES).get_json()
    assert (found["answered"], found["declined"]) == (3, 3)
    assert found["by_kind"] == [{"kind": "laboratory", "reason": "budget", "leads": 2, "rows": 2},
                                {"kind": "laboratory", "reason": "no_capacity", "leads": 1, "rows": 1}]
    assert [({place["external_id"] for place in firm["rows"]}, firm["declined"], firm["reasons"], firm["kinds"])
            for firm in found["by_firm"]] == [({"F-5", "F-6"}, 2, {"budget": 2}, {"laboratory": 2}),
                                              ({"F-2"}, 1, {"no_capacity": 1}, {"laboratory": 1})]
    other = ours.work(ours.send([row(1, title="other batch")]))
    assert ours.call("GET", DECLINES, query_string={"batch": other["id"]}).get_json()["declined"] == 0
    assert ours.call("GET", DECLINES, query_string={"batch": batch["id"]}).get_json() == found
    for language, words in (("en", "3 of 3 answered leads"), ("zh", "3 条线索中，有 3 条")):
        page = browser.get(f"/{language}/incubator/declines").text
        assert words in page
        assert ">F-5<" in page


def test_a_row_that_nothing_fits_says_what_would(ours, session):
    from matchmaker.domain import Referral
    batch = ours.work(ours.send([row(1)]))
    referral = session.scalars(select(Referral)).one()
    words = {"zh": "若非如此即可匹配", "en": "would fit, if"}
    referral.remarks = [{"column": "send_to", "code": "would_fit", "words": words}]
    session.commit()
    (found,) = ours.call("GET", DECLINES, headers={"Accept-Language": "zh"}).get_json()["would_fit"]
    assert (found["batch"]["id"], found["row"], found["external_id"], found["words"]) == (batch["id"], 1, "F-1", words["zh"])


def test_others_see_nothing(ours, client, session, published, batch):
    decline(session, F2="no_capacity")
    rival = incubator(client, session, published, "rival")
    assert rival.call("GET", CONSENTS).get_json()["rows"] == []
    assert set(rival.call("GET", CONSENTS).get_json()["counts"].values()) == {0}
    found = rival.call("GET", DECLINES).get_json()
    assert (found["answered"], found["by_kind"], found["by_firm"], found["would_fit"]) == (0, [], [], [])
    assert rival.call("GET", DECLINES, query_string={"batch": batch["id"]}).status_code == 404
    make_older(session)
    assert again(rival, batch).status_code == 404
    sandbox = incubator(client, session, published, is_live=False)
    assert again(sandbox, batch).status_code == 409


def test_the_page_of_consents_filters_and_asks(browser, session, batch):
    shown = browser.get("/en/incubator/consents").text
    assert shown.count('<li id="row-') == 6
    assert "Ask again" not in shown
    assert browser.get("/en/incubator/consents?state=given").text.count('<li id="row-') == 3
    make_older(session)
    assert browser.get("/en/incubator/consents?state=asked").text.count("Ask again<") == 2
    path = f"/en/incubator/consents/{batch['id']}/1"
    assert browser.post(path).status_code == 303
    assert browser.post(path).status_code == 409
    assert session.scalars(select(Need).join(ReferralTrace, ReferralTrace.need_id == Need.id).where(
        ReferralTrace.asked == 2)).one()
