import datetime as dt
import re

import pytest
from sqlalchemy import select

from matchmaker.domain import (
    Action,
    Attachment,
    Consent,
    Decision,
    DecisionStatus,
    DeclineReason,
    LeadMessage,
    LeadNote,
    LeadState,
    Need,
    Role,
    Service,
    Side,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import attachments
from matchmaker.services.leads import reviewing, workbench
from matchmaker.web import labels
from tests.making import add_lead, add_need, add_person, member

SECRETS = ("Haimen Tricycles", "A. Firm", "firm@haimen.example", "5555 0100")


@pytest.fixture
def lead(session, make_offering, person):
    need = add_need(session, title="Bracket <b>breaks</b>", quantity="4 pieces", region="320600", budget_max=1_500_000,
                    currency="CNY", firm={"size_class": "micro", "region": "320600", "industry": "C36"},
                    kinds=["laboratory"], problem="Random vibration of a bracket, near Nantong\n\n<script>x</script>")
    return add_lead(session, make_offering(session), need)


@pytest.fixture
def decided(session, config, person, lead):
    """A function that decides and carries it out at once, for the page to be looked at afterwards."""
    def decided(action=Action.ACCEPT, matures=True, **options):
        decision = reviewing.decide(session, config, member(session, person), lead.id, action, seen=lead.version,
                                    **options)
        if matures:
            reviewing.mature(session, decision.id)
        session.commit()
        return decision

    return decided


def url(lead, *rest, language="en"):
    return "/".join([f"/{language}/leads/{lead.id}", *map(str, rest)])


def sent(lead, **fields):
    return {"seen": lead.version, "steps": len(lead.moves)} | fields


def withdraw(session, lead):
    session.scalar(select(Consent).where(Consent.need_id == lead.need_id)).withdraw()
    session.commit()


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["To answer 1", "Micro firm · Nantong", "New", "3 days", "80%", "Strong match", "up to CN¥15,000",
            "4 pieces", "Name and contact of the firm are shown to you when you accept."]),
    ("zh", ["待答复 1", "微型企业 · 南通市", "新线索", "3 天", "80%", "匹配度高", "最高 1.5 万元", "4 pieces",
            "接受后才会向您显示企业名称和联系方式。"]),
])
def test_the_queue_and_the_lead_say_what_a_reviewer_needs(read, signed_in, lead, language, words):
    for path in (f"/{language}/leads", url(lead, language=language)):
        page = read(path)
        for word in words:
            assert word in page.text, word
        assert not [secret for secret in SECRETS if secret in page.text]
        assert len(page.all("h1")) == 1
        assert "<script>x</script>" in page.one("section", id="pane").text


def test_the_words_that_carried_the_match_are_marked(read, signed_in, lead):
    assert [mark.text for mark in read(url(lead)).all("mark")] == ["vibration"]


def test_opening_a_lead_changes_nothing(read, signed_in, session, lead):
    read(url(lead))
    read("/en/leads")
    session.refresh(lead)
    assert (lead.state, lead.version, lead.assignee_id) == (LeadState.SUBMITTED, 1, None)


def test_accepting_waits_can_be_cancelled_and_reveals_the_contact_only_when_it_has_happened(
        read, client, signed_in, session, lead, person):
    answer = client.post(url(lead, "decisions") + "?view=all&sort=fit", data=sent(lead, action="accept", words="Come!"))
    assert answer.status_code == 303
    assert answer.location == url(lead) + "?view=all&sort=fit"
    page = read(answer.location)
    assert re.search(r"Accepting in (9|10) s", page.text)
    assert page.one("div", id="pending")["hx-trigger"].startswith("load delay:")
    assert page.all("details", name="act") == []
    assert not [secret for secret in SECRETS if secret in page.text]
    (decision,) = session.scalars(select(Decision))
    assert client.post(url(lead, "decisions", decision.id, "cancel"), data={"steps": 2}).status_code == 303
    page = read(url(lead))
    assert page.all("div", id="pending") == []
    assert "In review" in page.text
    client.post(url(lead, "decisions"), data={"seen": 2, "steps": 1, "action": "accept", "words": "Come!"})
    second = session.scalars(select(Decision).order_by(Decision.id)).all()[-1]
    reviewing.mature(session, second.id)
    session.commit()
    page = read(url(lead))
    assert [secret for secret in SECRETS if secret not in page.text] == []
    assert "Come!" in page.text
    assert "Accepted" in page.text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("fields", "field"), [
    ({"action": "ask"}, "ask-words"), ({"action": "ask", "words": "  \n "}, "ask-words"),
    ({"action": "decline"}, "decline-reason"), ({"action": "decline", "reason": "whim"}, "decline-reason"),
    ({"action": "decline", "reason": "other"}, "decline-words"),
    ({"action": "ask", "words": "a\x00b"}, "ask-words"), ({"action": "accept", "words": "x" * 4_001}, "accept-words"),
    ({"action": "ask", "words": "x" * 900_000}, "ask-words"),
])
def test_what_is_missing_or_too_long_is_said_at_its_field(read, signed_in, session, lead, language, fields, field):
    page = read(url(lead, "decisions", language=language), 422, data=sent(lead, **fields))
    assert page.one("div", id="summary")["role"] == "alert"
    assert f"#{field}" in [link["href"] for link in page.all("a") if "href" in link.attributes]
    (wrong,) = [element for element in page.elements if element.attributes.get("aria-invalid") == "true"]
    assert wrong["id"] == field
    assert page.one("p", id=f"{field}-fault").text
    (unfolded,) = [details for details in page.all("details", name="act") if "open" in details.attributes]
    assert unfolded.text
    assert session.scalars(select(Decision)).all() == []


@pytest.mark.parametrize("fields", [
    {}, {"action": "accept"}, {"action": "accept", "seen": "x"}, {"action": "accept", "seen": "-1"},
    {"action": "delete", "seen": "1"}, {"action": "accept", "seen": "1", "state": "accepted"},
    {"action": "accept", "seen": "9" * 400}, {"action": "accept", "seen": "1", "platform_id": "x"},
])
def test_what_no_form_of_ours_sends_is_refused(read, signed_in, session, lead, fields):
    page = read(url(lead, "decisions"), 422, data=fields)
    assert page.one("div", id="summary").text
    session.refresh(lead)
    assert (lead.state, session.scalars(select(Decision)).all()) == (LeadState.SUBMITTED, [])


def test_what_was_typed_is_still_there_after_a_fault(read, signed_in, lead):
    page = read(url(lead, "decisions"), 422, data=sent(lead, action="decline", words="Too heavy & too long"))
    assert page.one("textarea", id="decline-words").text == "Too heavy & too long"
    assert page.one("textarea", id="ask-words").text == ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_decides_on_an_old_view_is_shown_what_changed(read, signed_in, session, config, lead, language):
    other = add_person(session, "second@jianghai.example", "jianghai", name="Second Reviewer")
    decision = reviewing.decide(session, config, member(session, other), lead.id, Action.ASK, words="Which one?", seen=1)
    reviewing.mature(session, decision.id)
    session.commit()
    page = read(url(lead, "decisions", language=language), 409,
                data={"seen": 1, "steps": 0, "action": "decline", "reason": "budget", "words": "My own words"})
    assert page.text.count("Second Reviewer") >= 2
    assert {"en": "Waiting for the firm", "zh": "等企业答复"}[language] in page.text
    assert "My own words" in page.text
    assert url(lead, language=language) in [link.attributes.get("href") for link in page.all("a")]
    session.refresh(lead)
    assert lead.state == LeadState.INFO_REQUESTED


def test_only_what_came_since_is_shown_as_changed(read, signed_in, session, decided, lead):
    decided(Action.ASK, words="Which one?")
    seen = sent(lead, action="decline", reason="budget")
    page = read(url(lead, "decisions"), 409, data=seen | {"seen": 1, "steps": 1})
    (happened,) = page.all("ol")
    assert "Waiting for the firm" in happened.text
    assert "In review" not in happened.text


def test_a_decision_that_waits_is_shown_to_whoever_comes_second(read, signed_in, session, config, lead):
    other = add_person(session, "second@jianghai.example", "jianghai", name="Second Reviewer")
    reviewing.decide(session, config, member(session, other), lead.id, Action.ACCEPT, seen=1)
    session.commit()
    page = read(url(lead, "decisions"), 409, data=sent(lead, action="decline", reason="budget"))
    assert "Accepting in" in page.text
    assert "Second Reviewer" in page.text


def test_the_same_form_sent_twice_is_one_decision(client, signed_in, session, lead):
    data = sent(lead, action="decline", reason="no_capacity")
    for _ in range(2):
        assert client.post(url(lead, "decisions"), data=data).status_code == 303
    assert len(session.scalars(select(Decision)).all()) == 1


def test_what_has_taken_effect_cannot_be_cancelled(read, signed_in, decided, lead):
    decision = decided()
    page = read(url(lead, "decisions", decision.id, "cancel"), 409, data={"steps": 0})
    assert "Accepted" in page.text


def test_a_decision_of_another_lead_is_not_found(client, signed_in, session, decided, lead):
    decision = decided(matures=False)
    other = add_lead(session, lead.offering, add_need(session))
    session.commit()
    assert client.post(url(other, "decisions", decision.id, "cancel"), data={"steps": 0}).status_code == 404
    assert client.post(url(lead, "decisions", new_id(), "cancel"), data={"steps": 0}).status_code == 404
    assert decision.status == DecisionStatus.PENDING


def test_a_rival_finds_none_of_it(client, enter, session, lead, decided):
    add_person(session, "rival@qinghe.example", "qinghe")
    decision = decided(matures=False)
    enter("rival@qinghe.example")
    for answer in (client.get(url(lead)), client.get(url(lead, "files", new_id())),
                   client.post(url(lead, "decisions"), data=sent(lead, action="accept")),
                   client.post(url(lead, "decisions"), data={}),
                   client.post(url(lead, "decisions", decision.id, "cancel"), data={"steps": 0}),
                   client.post(url(lead, "assign"), data=sent(lead, person=decision.person_id)),
                   client.post(url(lead, "notes"), data={"note": "mine"})):
        assert answer.status_code == 404
        assert "Bracket" not in answer.text
    assert "No leads to answer" in client.get("/en/leads").text


def test_operators_see_how_leads_stand_and_none_of_their_words(read, client, enter, session, lead, decided,
                                                                person):
    lead.breakdown = {**lead.breakdown, "conditions": [{"name": "age", "detail": {"en": "CANARY-C", "zh": "CANARY-C"}}],
                      "factors": [{**lead.breakdown["factors"][0], "detail": {"en": "CANARY-F", "zh": "CANARY-F"}}]}
    add_person(session, "operator@operator.example", "operator", Role.OPERATOR)
    decided(words="CANARY-M")
    reviewing.note(session, member(session, person), lead.id, "CANARY-N")
    session.commit()
    enter("operator@operator.example")
    for path in ("/en/leads?view=all", url(lead)):
        page = read(path)
        assert lead.reference in page.text
        assert "Accepted" in page.text
        assert "Jianghai" in page.text
        assert not [secret for secret in (*SECRETS, "Bracket", "Nantong", "CANARY") if secret in page.text]
        assert page.all("textarea") == page.all("details", name="act") == []
    for rest, data in (("decisions", sent(lead, action="accept")), ("notes", {"note": "x"}),
                       ("assign", sent(lead, person=new_id()))):
        assert client.post(url(lead, rest), data=data).status_code == 403


def test_a_withdrawn_consent_takes_words_files_and_contact_away(read, signed_in, session, lead, decided):
    lead.breakdown = {**lead.breakdown, "factors": [{**lead.breakdown["factors"][0],
                                                     "detail": {"en": "CANARY-F", "zh": "CANARY-F"}}]}
    decided(words="CANARY-M")
    assert "CANARY-F" in read(url(lead)).text
    withdraw(session, lead)
    page = read(url(lead) + "?view=all")
    assert "The firm has withdrawn its consent." in page.text
    assert not [secret for secret in (*SECRETS, "Bracket", "Nantong", "CANARY") if secret in page.text]
    assert page.all("textarea") == []


def test_a_decision_that_could_not_be_carried_out_says_why(read, signed_in, session, lead, decided):
    decision = decided(matures=False)
    lead.move(LeadState.EXPIRED, Service())
    reviewing.mature(session, decision.id)
    session.commit()
    assert "“Accept” was not carried out.The lead had moved on by then." in read(url(lead)).text
    assert "“接受”未能执行。届时该线索已进入其他状态。" in read(url(lead, language="zh")).text


def test_messages_of_both_sides_and_the_history_are_shown(read, signed_in, session, lead, decided, person):
    decided(Action.DECLINE, reason=DeclineReason.OUT_OF_AREA, words="Ask in Ningbo.")
    session.add(LeadMessage(lead_id=lead.id, side=Side.FIRM, words="A pity <i>"))
    session.commit()
    page = read(url(lead))
    for words in ("Ask in Ningbo.", "A pity <i>", "Outside the area served", person.name):
        assert words in page.text
    assert [step.text.split(":", 1)[1][3:].split(" ")[0] for step in page.all("ol", class_="history")[0:1]] == ["Declined"]


def test_notes_are_kept_once_and_shown_to_the_team_alone(client, read, enter, session, lead, person):
    enter()
    for _ in range(2):
        assert client.post(url(lead, "notes"), data={"note": "Call CANARY"}).status_code == 303
    assert [note.words for note in session.scalars(select(LeadNote))] == ["Call CANARY"]
    assert "Call CANARY" in read(url(lead)).text
    for wrong in ("", " ", "x" * 4_001, "a\x00b"):
        page = read(url(lead, "notes"), 422, data={"note": wrong})
        assert page.one("textarea", id="note")["aria-invalid"] == "true"
    assert len(session.scalars(select(LeadNote)).all()) == 1


def test_leads_are_given_to_colleagues(client, read, signed_in, session, lead):
    colleague = add_person(session, "second@jianghai.example", "jianghai", name="Second Reviewer")
    rival = add_person(session, "rival@qinghe.example", "qinghe")
    session.commit()
    assert client.post(url(lead, "assign"), data=sent(lead, person=colleague.id)).status_code == 303
    session.refresh(lead)
    assert (lead.assignee_id, lead.state) == (colleague.id, LeadState.IN_REVIEW)
    assert "Second Reviewer" in read("/en/leads").text
    for wrong in (rival.id, "x", ""):
        assert client.post(url(lead, "assign"), data=sent(lead, person=wrong)).status_code == 422
    assert client.post(url(lead, "assign"), data={"seen": 1, "steps": 0, "person": new_id()}).status_code == 409


def test_files_come_as_downloads_when_they_are_revealed(client, read, signed_in, session, config, lead, decided):
    attachment = Attachment(id=new_id(), need_id=lead.need_id, name="支架.pdf", media_type="application/pdf", size=9,
                            sha256="x" * 64)
    session.add(attachment)
    attachments.path(config, attachment).parent.mkdir(parents=True)
    attachments.path(config, attachment).write_bytes(b"%PDF-1.7\n")
    session.commit()
    address = url(lead, "files", attachment.id)
    assert client.get(address).status_code == 404
    assert "支架.pdf" not in read(url(lead)).text
    decided()
    assert "支架.pdf" in read(url(lead)).text
    answer = client.get(address)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.7\n", "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=0" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]
    answer.close()
    withdraw(session, lead)
    assert client.get(address).status_code == 404


def test_files_are_shown_at_once_where_the_firm_allows_it(read, signed_in, session, lead):
    session.add(Attachment(need_id=lead.need_id, name="a.pdf", media_type="application/pdf", size=9, sha256="x" * 64))
    session.scalar(select(Consent).where(Consent.need_id == lead.need_id)).shows_files_at_once = True
    session.commit()
    assert "a.pdf" in read(url(lead)).text


@pytest.mark.parametrize("days", [-2, 0, 1, 4])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_late_is_marked_and_says_since_when(read, signed_in, session, lead, language, days, monkeypatch):
    # Noon in China.
    noon = utc_now().replace(hour=4, minute=0, second=0, microsecond=0)
    monkeypatch.setattr("matchmaker.web.teams.lead_views.utc_now", lambda: noon)
    lead.due_at = noon + dt.timedelta(days=days, hours=1)
    session.commit()
    (cell,) = read(f"/{language}/leads").all("td", class_="due")
    expected = {-2: ("late", "13:00"), 0: ("soon", "13:00"), 1: ("", "13:00"), 4: ("", "4")}[days]
    assert cell["class"].split()[1:] == ([expected[0]] if expected[0] else [])
    assert expected[1] in cell.text
    if days == -2:
        assert {"en": "Late since", "zh": "已逾期"}[language] in cell.text


def test_the_queue_goes_on_page_by_page(read, signed_in, session, lead, monkeypatch):
    monkeypatch.setattr(workbench, "PAGE", 2)
    for _ in range(4):
        add_lead(session, lead.offering, add_need(session))
    session.commit()
    path, found = "/en/leads?sort=age", []
    for _ in range(3):
        page = read(path)
        found += [link["href"].split("?")[0] for link in page.all("a") if link.attributes.get("id", "").startswith("to-")]
        following = page.all("a", rel="next")
        path = following[0]["href"] if following else ""
    assert (len(found), len(set(found)), path) == (5, 5, "")


@pytest.mark.parametrize("query", ["view=none", "sort=none", "cursor=x", "view=" + 500 * "x", "cursor=%00"])
def test_a_part_of_the_queue_that_does_not_exist_is_said_so(client, signed_in, lead, query):
    assert client.get(f"/en/leads?{query}").status_code == 422


@pytest.mark.parametrize("view", ["to_answer", "mine", "waiting", "accepted", "closed", "all"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_view_says_what_to_expect(read, signed_in, language, view):
    page = read(f"/{language}/leads?view={view}")
    assert page.one("div", class_="empty").text
    assert page.all("table") == []


def test_a_lead_that_is_not_in_the_view_beside_it_is_shown_all_the_same(read, signed_in, lead):
    page = read(url(lead) + "?view=closed")
    assert "Bracket" in page.one("section", id="pane").text


def test_every_state_has_words_for_both_sides():
    for state in LeadState:
        assert labels.lead_state(state, Side.FIRM)
        assert labels.lead_state(state, Side.PLATFORM)
    assert labels.lead_state("info_requested", "firm") == "Waiting for your answer"
    assert labels.lead_state(LeadState.INFO_REQUESTED, Side.OPERATOR) == "Waiting for the firm"


def test_a_need_in_the_other_language_says_so(read, signed_in, session, lead):
    session.get_one(Need, lead.need_id).language = "zh"
    session.commit()
    assert read(url(lead)).one("h2", id="lead-title").language == "zh"
