import io
import re

import pytest
from sqlalchemy import func, select

from matchmaker.domain import Consent, Lead, Need, NeedStatus, Origin, Referral, ReferralBatch, Role, Standing
from matchmaker.jobs.worker import run_one
from matchmaker.services import links
from matchmaker.services.referrals import template
from matchmaker.tasks import make_tasks
from tests.making import PASSWORD, add_person
from tests.referring import VIBRATION, consented, incubator, row

PAGE = "/en/incubator/batches"
TABLE = f"id,problem,organisation_nmae,region\nF-1,\"{VIBRATION}\",A,320600\nF-2,,B,320600\nF-3,=cmd(),C,320600\n"


@pytest.fixture
def browser(client, session, published):
    """The browser of somebody who refers firms for an incubator."""
    add_person(session, "referrer@incubator.example", "incubator", Role.REFERRER)
    client.post("/en/sign-in", data={"email": "referrer@incubator.example", "password": PASSWORD})
    return client


def upload(browser, content: str = TABLE, name: str = "needs.csv", **fields):
    form = {"token": "t", **fields, "file": (io.BytesIO(content.encode()), name)}
    return browser.post(PAGE, data=form, content_type="multipart/form-data")


def work(session, config) -> ReferralBatch:
    batch = session.scalars(select(ReferralBatch).order_by(ReferralBatch.id.desc())).first()
    session.commit()
    run_one(make_tasks(config), batch.job_id)
    session.expire_all()
    return batch


def test_a_file_is_sent_followed_and_read(browser, session, published):
    answer = upload(browser)
    assert answer.status_code == 303
    waiting = browser.get(answer.location).text
    assert 'hx-trigger="every 2s"' in waiting
    work(session, published)
    shown = browser.get(answer.location).text
    assert 'hx-trigger' not in shown
    assert "Random vibration test" in shown
    assert "<code>organisation_nmae</code> (did you mean organisation_name?)" in shown
    assert browser.get(f"{answer.location}?outcome=refused").text.count('id="row-') == 1
    assert "Send the refused rows again" in shown
    table = browser.get(f"{answer.location}/results.csv")
    assert table.headers["Content-Disposition"].startswith("attachment")
    assert re.search(r'href="([^"]*/incubator/batches/[^"]*)"', browser.get(PAGE).text)


def test_a_form_sent_twice_is_one_batch(browser, session, published):
    assert upload(browser).location == upload(browser).location
    assert session.scalar(select(func.count()).select_from(ReferralBatch)) == 1
    assert upload(browser, TABLE + "F-4,d,e,f\n").status_code == 422
    assert len(list(published.uploads.iterdir())) == 1


@pytest.mark.parametrize(("name", "content"), [("", ""), ("needs.pdf", "x"), ("needs.csv", "")],
                         ids=["no file", "pdf", "empty"])
def test_a_file_that_cannot_be_used_is_said_at_its_field(browser, session, name, content):
    answer = upload(browser, content, name)
    assert answer.status_code == 422
    assert 'href="#f-file"' in answer.text


def test_a_file_that_is_too_large_is_refused_in_words(browser, monkeypatch):
    from matchmaker.services.referrals import receiving
    from matchmaker.web.incubators import incubator as pages
    monkeypatch.setattr(receiving, "LARGEST", 10)
    assert upload(browser).status_code == 422
    monkeypatch.setattr(pages, "OVERHEAD", -9)
    answer = upload(browser)
    assert answer.status_code == 422
    assert "100 MB" in answer.text


def test_a_batch_is_cancelled_and_a_row_withdrawn(browser, session, published):
    first = upload(browser).location
    assert browser.post(f"{first}/cancel").location == first
    work(session, published)
    assert "Cancelled" in browser.get(first).text
    second = upload(browser, token="u").location
    work(session, published)
    assert browser.post(f"{second}/cancel").status_code == 409
    assert browser.post(f"{second}/rows/2/withdraw").status_code == 303
    assert browser.post(f"{second}/rows/3/withdraw").status_code == 409
    assert "Withdrawn" in browser.get(second).text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_can_be_filled_in_and_its_example_is_refused(browser, session, published, form):
    blank = browser.get(f"{PAGE}/template.{form}").data
    browser.post(PAGE, data={"token": "t", "file": (io.BytesIO(blank), f"needs.{form}")})
    work(session, published)
    (referral,) = session.scalars(select(Referral))
    assert [remark["code"] for remark in referral.remarks] == ["example"]


def test_the_example_of_the_template_would_be_accepted(client, session, published):
    caller = incubator(client, session, published)
    (result,) = caller.sent([template.example() | {"external_id": "F-1"}])
    assert result["outcome"].startswith("accepted"), result


@pytest.fixture
def waiting(client, session, published):
    """The private link of a firm that is asked for its consent, and its incubator's program."""
    caller = incubator(client, session, published)
    (result,) = caller.sent([row(1, send_to="jianghai/vibration", must_haves="CNAS", needed_by="2027-03-31",
                                 organisation_is_one_person="no")])
    assert result["standing"] == "consent_asked"
    need = session.scalars(select(Need)).one()
    key = links.add_link(session, published, need)
    session.commit()
    return caller, key


def test_a_firm_agrees_and_only_then_is_the_platform_asked(client, session, waiting):
    caller, key = waiting
    assert client.get(f"/en/my/{key}").location == f"/en/my/{key}/referral"
    page = client.get(f"/en/my/{key}/referral").text
    assert VIBRATION in page
    on = re.search(r'href="(/en/needs/[^"]+/ask[^"]*)"', page)[1]
    form = client.get(on.replace("&amp;", "&")).text
    assert 'value="firm1@haimen.example"' in form
    lead_count = session.scalar(select(func.count()).select_from(Lead))
    assert lead_count == 0
    (offering,) = re.findall(r'name="offering" value="([^"]+)"', form)
    (recipient,) = re.findall(r'name="recipient" value="([^"]+)"', form)
    answer = client.post(on.partition("?")[0], data={
        "offering": offering, "recipient": recipient, "organisation": "Firm 1 Ltd", "name": "Li Wei",
        "email": "firm1@haimen.example"})
    assert answer.status_code == 303, answer.text
    session.expire_all()
    lead = session.scalars(select(Lead)).one()
    assert lead.origin == Origin.REFERRAL
    assert session.scalars(select(Consent)).one().channel == "form"
    assert session.scalars(select(Referral)).one().standing == Standing.SENT
    assert client.get(f"/en/my/{key}/referral").status_code == 404
    assert client.post(f"/en/my/{key}/referral/refuse").status_code == 404


def test_a_firm_refuses_and_its_need_is_gone(client, session, waiting):
    caller, key = waiting
    assert client.post(f"/en/my/{key}/referral/refuse").location == "/en/my/deleted"
    session.expire_all()
    assert not session.scalars(select(Need)).all()
    assert session.scalars(select(Referral)).one().standing == Standing.CONSENT_REFUSED


def test_what_was_written_can_be_corrected_by_the_firm(client, session, waiting):
    _caller, key = waiting
    page = client.get(f"/en/needs/{key}/check")
    assert page.status_code == 200
    assert "CNAS" in page.text
    assert client.get(f"/en/needs/{key}/results").status_code == 200


def test_erasing_a_need_erases_what_is_kept_of_its_row(client, session, published):
    from matchmaker.domain import Holder, ReferralTrace
    from matchmaker.services.leads import erasing

    caller = incubator(client, session, published)
    batch = caller.work(caller.send([consented(1, send_to="best")]))
    need = session.scalars(select(Need)).one()
    assert need.status == NeedStatus.OPEN
    erasing.erase(session, Holder(need.id))
    session.commit()
    session.expire_all()
    assert not session.scalars(select(ReferralTrace)).all()
    (result,) = caller.results(batch)
    assert (result["standing"], result["external_id"], result["matches"], result["leads"]) == ("erased", None, [], [])
    again = caller.work(caller.send([consented(1, send_to="best")], retry_of=batch["id"]))
    assert again["rows"]["skipped"] == 1
