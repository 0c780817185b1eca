import pytest
from sqlalchemy import select

from matchmaker.domain import Action, Consent, Decision, DecisionStatus, DeclineReason, LeadState, Mail
from matchmaker.services.leads import reviewing
from tests.making import add_lead, add_need, add_person, member


@pytest.fixture
def leads(session, make_offering, person):
    offering = make_offering(session)
    found = [add_lead(session, offering, add_need(session, title=f"Need {number}"), reference=f"L-{number}")
             for number in range(4)]
    session.commit()
    return found


def ids(leads):
    return "&".join(f"lead={lead.id}" for lead in leads)


def chosen(leads):
    return [f"{lead.id}:{lead.version}" for lead in leads]


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["Decline: 2 leads", "Declined", "Another decision on this lead is waiting", "The firm has withdrawn its consent."]),
    ("zh", ["婉拒：2 条线索", "企业已撤回"]),
])
def test_the_preview_says_what_happens_to_each_and_what_cannot(read, signed_in, session, config, person, leads, language,
                                                               words):
    reviewing.decide(session, config, member(session, person), leads[0].id, Action.ACCEPT, seen=1)
    session.scalar(select(Consent).where(Consent.need_id == leads[1].need_id)).withdraw()
    session.commit()
    page = read(f"/{language}/leads/bulk?action=decline&{ids(leads)}")
    for word in words:
        assert word in page.text
    assert [field["value"] for field in page.all("input", name="lead")] == chosen(leads[2:])
    assert len(page.all("li", class_="cannot")) == 2
    assert session.scalars(select(Decision)).one().action == Action.ACCEPT


def test_each_lead_is_decided_as_if_alone_and_all_can_be_taken_back(client, read, signed_in, session, leads):
    data = {"action": "decline", "reason": "no_capacity", "words": "Full", "lead": chosen(leads)}
    answer = client.post("/en/leads/bulk?view=all", data=data)
    assert answer.status_code == 303
    assert "view=all" in answer.location
    made = session.scalars(select(Decision)).all()
    assert {(one.lead_id, one.status, one.reason, one.words) for one in made} == {
        (lead.id, DecisionStatus.PENDING, DeclineReason.NO_CAPACITY, "Full") for lead in leads}
    page = read(answer.location)
    assert "4 decisions wait to take effect" in page.text
    reviewing.mature(session, made[0].id)
    session.commit()
    answer = client.post("/en/leads/bulk/cancel", data={"decision": [one.id for one in made]})
    page = read(answer.location)
    assert "1 had taken effect already." in page.text
    assert page.text.count("was taken back.") == 3
    session.expire_all()
    assert sorted(one.status for one in session.scalars(select(Decision))) == ["cancelled"] * 3 + ["done"]
    assert len(session.scalars(select(Mail).where(Mail.notice == "lead_declined")).all()) == 1


def test_what_changed_in_the_meantime_keeps_no_other_from_it(client, read, signed_in, session, person, leads):
    sent = chosen(leads)
    leads[1].move(LeadState.IN_REVIEW, member(session, person))
    session.commit()
    answer = client.post("/en/leads/bulk", data={"action": "accept", "lead": sent})
    page = read(answer.location)
    assert "Changed in the meantime, so not decided" in page.text
    assert "L-1" in page.text
    assert {one.lead_id for one in session.scalars(select(Decision))} == {lead.id for lead in leads} - {leads[1].id}


@pytest.mark.parametrize("data", [
    {}, {"action": "decline"}, {"action": "ask"}, {"action": "decline", "reason": "other"}, {"action": "whim"},
    {"action": "accept", "lead": []}, {"action": "accept", "lead": ["x"]}, {"action": "accept", "words": "x" * 4_001},
    {"action": "accept", "reason": "budget"},
])
def test_what_is_missing_is_said_and_nothing_is_decided(read, signed_in, session, leads, data):
    page = read("/en/leads/bulk", 422, data={"lead": chosen(leads)} | data)
    assert "No lead is selected" in page.text or page.one("div", id="summary")["role"] == "alert"
    assert session.scalars(select(Decision)).all() == []


@pytest.mark.parametrize("query", ["", "lead=x", "action=whim&lead=%00", "lead=01909999-0000-7000-8000-000000000000"])
def test_a_preview_of_nothing_says_how_to_select(read, signed_in, query):
    assert "No lead is selected" in read(f"/en/leads/bulk?{query}").text
    assert read(f"/en/leads/bulk/done?{query.replace('lead', 'decision')}").text


def test_a_rival_gets_at_none_of_it(client, read, enter, signed_in, session, config, person, leads):
    decision = reviewing.decide(session, config, member(session, person), leads[0].id, Action.ACCEPT, seen=1)
    add_person(session, "rival@qinghe.example", "qinghe")
    enter("rival@qinghe.example")
    for path in (f"/en/leads/bulk?{ids(leads)}", f"/en/leads/bulk/done?decision={decision.id}&refused={leads[1].id}"):
        assert "Need" not in read(path).text.replace("Describe a need", "")
        assert "L-" not in read(path).text
    assert client.post("/en/leads/bulk", data={"action": "accept", "lead": chosen(leads)}).status_code == 404
    assert client.post("/en/leads/bulk/cancel", data={"decision": [decision.id]}).status_code == 404
    assert client.post("/en/leads/bulk/cancel", data={}).status_code == 422
    session.refresh(decision)
    assert decision.status == DecisionStatus.PENDING


def test_the_waiting_list_is_a_decision_and_leads_back_into_review(client, read, signed_in, session, config, leads):
    path = f"/en/leads/{leads[0].id}"
    client.post(f"{path}/decisions", data={"action": "waitlist", "seen": 1, "steps": 0, "words": "In May"})
    (decision,) = session.scalars(select(Decision))
    assert "Moving to the waiting list in" in read(path).text
    reviewing.mature(session, decision.id)
    session.commit()
    assert leads[0].state == LeadState.WAITLISTED
    assert leads[0].first_response_at is not None
    assert session.scalars(select(Mail.notice)).all() == ["lead_waitlisted"]
    page = read(path)
    assert [field["value"] for field in page.all("input", name="action")] == ["resume"]
    client.post(f"{path}/decisions", data={"action": "resume", "seen": leads[0].version, "steps": 2})
    reviewing.mature(session, session.scalars(select(Decision).order_by(Decision.id)).all()[-1].id)
    assert leads[0].state == LeadState.IN_REVIEW
    assert session.scalars(select(Mail.notice)).all() == ["lead_waitlisted"]
