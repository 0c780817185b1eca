import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker.domain import FindConsent, Finding, Job, Lead, LeadState, Mail
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import links
from matchmaker.services.leads import erasing, finding
from matchmaker.tasks import make_tasks
from tests.asking import FIRM, ask, begin, offering
from tests.making import add_lead, add_need, add_person

WORDS = ("bracket", "GB/T 2423.10", "Haimen", "firm@haimen")


@pytest.fixture
def found(session, published, person):
    """A findable need, asked of tianquan, that fits an offering of jianghai; and a lead of jianghai's on that."""
    key, holder = begin(session, published)
    ask(session, published, holder, "gpu", is_findable=True)
    session.commit()
    look(session, published)
    lead = add_lead(session, offering(session), add_need(session))
    session.commit()
    return key, holder, lead


def look(session, config):
    for job in session.scalars(select(Job.id).where(Job.task == finding.TASK)).all():
        run_one(make_tasks(config), job)
    session.expire_all()


def test_a_team_finds_facts_invites_and_the_firm_decides(client, read, signed_in, session, found):
    key, holder, lead = found
    path = f"/en/leads/{lead.id}"
    page = read(f"{path}/like")
    assert "Need 1" in page.text
    assert not [word for word in WORDS if word in page.text]
    data = {"need": page.one("input", name="need")["value"]}
    for _ in range(2):
        assert client.post(f"{path}/invitations", data=data).status_code == 303
    (made,) = session.scalars(select(Lead).where(Lead.need_id == holder.need_id, Lead.offering_id == lead.offering_id))
    assert made.state == LeadState.SUGGESTED
    assert session.scalars(select(Mail).where(Mail.notice == "invited")).one().need_id == holder.need_id
    assert client.get(f"/en/leads/{made.id}").status_code == 404
    assert "No other need that fits" in read(f"{path}/like").text
    page = read(f"/en/my/{key}")
    assert "1 platform invites you to ask" in page.text
    assert f"/en/needs/{key}/ask?offering={lead.offering_id}" in [link.attributes.get("href") for link in page.all("a")]
    sent = FIRM | {"offering": lead.offering_id, "recipient": lead.platform_id}
    assert client.post(f"/en/needs/{key}/ask", data=sent).status_code == 303
    session.expire_all()
    assert [move.to_state for move in made.moves] == [LeadState.SUGGESTED, LeadState.SUBMITTED]
    assert made.place
    assert made.reference in read(f"/en/leads/{made.id}").text
    assert "invites you" not in read(f"/en/my/{key}").text


def test_an_invitation_that_is_turned_down_stays_with_the_firm_which_may_still_ask(client, read, signed_in, session, found):
    key, holder, lead = found
    client.post(f"/en/leads/{lead.id}/invitations", data={"need": holder.need_id})
    made = session.scalar(select(Lead).where(Lead.need_id == holder.need_id, Lead.state == LeadState.SUGGESTED))
    for _ in range(2):
        assert client.post(f"/en/needs/{key}/invitations/{made.id}/dismiss").status_code == 303
    session.expire_all()
    assert made.state == LeadState.DISMISSED
    assert "invites you" not in read(f"/en/my/{key}").text
    assert client.post(f"/en/leads/{lead.id}/invitations", data={"need": holder.need_id}).status_code == 303
    assert "No other need that fits" in read(f"/en/leads/{lead.id}/like").text
    sent = FIRM | {"offering": lead.offering_id, "recipient": lead.platform_id}
    assert client.post(f"/en/needs/{key}/ask", data=sent).status_code == 303
    again = session.scalar(select(Lead).where(Lead.need_id == holder.need_id, Lead.offering_id == lead.offering_id))
    assert (again.state, again.id != made.id) == (LeadState.SUBMITTED, True)


def test_who_does_not_consent_is_not_found(client, read, signed_in, session, published, found):
    key, holder, lead = found
    assert client.post(f"/en/needs/{key}/findable").status_code == 303
    session.expire_all()
    assert session.scalars(select(Finding)).all() == []
    assert session.get_one(FindConsent, holder.need_id).withdrawn_at
    assert "No other need that fits" in read(f"/en/leads/{lead.id}/like").text
    assert client.post(f"/en/leads/{lead.id}/invitations", data={"need": holder.need_id}).status_code == 404
    look(session, published)
    assert session.scalars(select(Finding)).all() == []
    client.post(f"/en/needs/{key}/findable", data={"on": "1"})
    look(session, published)
    assert "Need 1" in read(f"/en/leads/{lead.id}/like").text


def test_nobody_is_findable_by_default(session, published):
    _key, holder = begin(session, published)
    ask(session, published, holder)
    assert session.scalars(select(FindConsent)).all() == []
    assert [job for job in session.scalars(select(Job).where(Job.task == finding.TASK)) if job.payload] == []


def test_the_box_of_the_request_is_off_until_it_is_ticked(client, read, session, published):
    key, holder = begin(session, published)
    session.commit()
    chosen = offering(session)
    box = read(f"/en/needs/{key}/ask?offering={chosen.id}").one("input", name="is_findable")
    assert "checked" not in box.attributes
    sent = FIRM | {"offering": chosen.id, "recipient": chosen.platform_id, "is_findable": "1"}
    assert client.post(f"/en/needs/{key}/ask", data=sent).status_code == 303
    assert session.get_one(FindConsent, holder.need_id).text_version == finding.TEXT_VERSION


def test_a_platform_that_the_firm_leaves_out_does_not_find_it(read, signed_in, session, found):
    _key, holder, lead = found
    need = finding.needs.need_by_id(session, holder, holder.need_id)
    need.excluded_platforms = ["jianghai"]
    session.commit()
    assert "No other need that fits" in read(f"/en/leads/{lead.id}/like").text


def test_a_rival_finds_nothing_by_anothers_offering(client, enter, session, found):
    _key, holder, lead = found
    add_person(session, "rival@qinghe.example", "qinghe")
    enter("rival@qinghe.example")
    assert client.get(f"/en/leads/{lead.id}/like").status_code == 404
    assert client.post(f"/en/leads/{lead.id}/invitations", data={"need": holder.need_id}).status_code == 404


@pytest.mark.parametrize("need", ["", "x", "01909999-0000-7000-8000-000000000000"])
def test_what_was_not_found_cannot_be_invited(client, signed_in, found, need):
    assert client.post(f"/en/leads/{found[2].id}/invitations", data={"need": need}).status_code in (404, 422)


def test_a_firm_is_not_flooded_with_invitations(client, read, signed_in, session, found, monkeypatch):
    monkeypatch.setattr(finding, "MOST_INVITATIONS", 0)
    answer = client.post(f"/en/leads/{found[2].id}/invitations", data={"need": found[1].need_id})
    assert answer.status_code == 409
    assert "as many invitations as it can look at" in answer.text


def test_erasing_takes_consent_and_findings_along(session, published, found):
    erasing.erase(session, found[1])
    session.commit()
    assert session.scalars(select(Finding)).all() == session.scalars(select(FindConsent)).all() == []


def test_another_firms_invitation_is_not_found(client, session, published, found):
    other = add_need(session)
    key = links.add_link(session, published, other)
    made = add_lead(session, offering(session, "drop"), session.get_one(type(other), found[1].need_id),
                    state=LeadState.SUGGESTED, due_at=utc_now() + dt.timedelta(days=1))
    session.commit()
    assert client.post(f"/en/needs/{key}/invitations/{made.id}/dismiss").status_code == 404
