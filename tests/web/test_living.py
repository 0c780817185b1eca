"""The pages of a lead's later life, as the firm, the platform's team and the operator have them."""

import datetime as dt

import pytest
from sqlalchemy import event, select

from matchmaker.domain import (
    Appeal,
    Complaint,
    Decision,
    DeclineReason,
    Ground,
    Holder,
    LeadFeedback,
    LeadMessage,
    LeadState,
    Need,
    Person,
    Role,
    Side,
    SignIn,
)
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.services import links
from matchmaker.services.leads import complaining, delivering, reviewing
from tests.making import add_lead, add_person, member

REVIEWER, OPERATOR = "reviewer@jianghai.example", "operator@operator.example"
LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh"])


@pytest.fixture
def lead(session, make_offering):
    add_person(session, REVIEWER, "jianghai")
    add_person(session, OPERATOR, "operator", Role.OPERATOR)
    return add_lead(session, make_offering(session, capacity={"unit": "slot", "maximum": 1, "available": 1}),
                    state=LeadState.IN_REVIEW)


@pytest.fixture
def key(session, config, lead):
    return links.add_link(session, config, session.get(Need, lead.need_id))


@pytest.fixture
def enter(client, session):
    """A function that lets somebody be signed in."""
    def enter(email=REVIEWER):
        person = session.scalar(select(Person).where(Person.email == email))
        if session.scalar(select(SignIn).where(SignIn.person_id == person.id)) is None:
            session.add(SignIn(person_id=person.id, key_hash=hash_secret(email),
                               expires_at=utc_now() + dt.timedelta(hours=1)))
            session.commit()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = email
        return member(session, person)

    return enter


def in_state(session, lead, state, **fields):
    for name, value in {"state": state, **fields}.items():
        setattr(lead, name, value)
    session.commit()


@LANGUAGES
def test_the_firm_writes_and_a_number_is_refused_at_its_field(read, client, session, lead, key, lang):
    page = read(f"/{lang}/my/{key}/leads/{lead.id}/messages", 422, data={"words": "Call 138 1234 5678"})
    field = page.one("textarea", id=f"message-words-{lead.id}")
    assert (field["aria-invalid"], field.text) == ("true", "Call 138 1234 5678")
    assert "138 1234 5678" in page.one("p", id=f"message-words-{lead.id}-fault").text
    assert session.scalars(select(LeadMessage)).all() == []
    answer = client.post(f"/{lang}/my/{key}/leads/{lead.id}/messages", data={"words": "Is the fixture included?"})
    assert (answer.status_code, answer.location) == (303, f"/{lang}/my/{key}#lead-{lead.id}")
    assert "Is the fixture included?" in read(f"/{lang}/my/{key}").one("ol", class_="talk").text


@LANGUAGES
def test_what_is_unread_is_marked_until_it_is_said_to_be_read(read, client, session, lead, key, enter, lang):
    session.add(LeadMessage(lead_id=lead.id, side=Side.PLATFORM, words="Which axis?"))
    session.commit()
    assert len(read(f"/{lang}/my/{key}").all("span", class_="unread")) == 1
    assert len(read(f"/{lang}/my/{key}").all("span", class_="unread")) == 1
    client.post(f"/{lang}/my/{key}/leads/{lead.id}/read")
    assert read(f"/{lang}/my/{key}").all("span", class_="unread") == []
    client.post(f"/{lang}/my/{key}/leads/{lead.id}/messages", data={"words": "All three."})
    enter()
    assert len(read(f"/{lang}/leads/{lead.id}").all("span", class_="unread")) == 1
    client.post(f"/{lang}/leads/{lead.id}/messages", data={"words": "Good."})
    assert read(f"/{lang}/leads/{lead.id}").all("span", class_="unread") == []


@LANGUAGES
@pytest.mark.parametrize(("sent", "field"), [
    ({}, "terms-price"), ({"price": "much"}, "terms-price"), ({"starts_on": "soon"}, "terms-starts_on"),
    ({"starts_on": "2020-01-01"}, "terms-starts_on"), ({"duration": "x" * 101}, "terms-duration"),
], ids=["nothing", "no amount", "no day", "a day over", "too long"])
def test_terms_that_cannot_be_used_are_said_at_their_field(read, session, lead, enter, lang, sent, field):
    enter()
    page = read(f"/{lang}/leads/{lead.id}/decisions", 422,
                data={"action": "offer_terms", "seen": lead.version, "steps": 0} | sent)
    assert page.one("input", id=field)["aria-invalid"] == "true"
    assert page.one("p", id=f"{field}-fault").text
    assert session.scalars(select(Decision)).all() == []


@LANGUAGES
def test_terms_are_offered_by_one_side_and_accepted_by_the_other(read, client, session, lead, key, enter, lang):
    enter()
    assert client.post(f"/{lang}/leads/{lead.id}/decisions", data={
        "action": "offer_terms", "seen": lead.version, "price": "8,000", "starts_on": "2199-03-01",
        "duration": "three days", "words": "Fixture included."}).status_code == 303
    reviewing.mature(session, session.scalars(select(Decision.id)).one())
    session.commit()
    page = read(f"/{lang}/my/{key}")
    offered = page.one("dl", class_="terms").text
    assert "8,000" in offered
    assert "three days" in offered
    assert "2199" in offered
    assert "Fixture included." in page.text
    assert "firm@haimen.example" not in client.get(f"/{lang}/leads/{lead.id}").text
    stale = client.post(f"/{lang}/my/{key}/leads/{lead.id}/terms", data={"reply": "accept", "seen": lead.version - 1})
    assert stale.status_code == 409
    assert client.post(f"/{lang}/my/{key}/leads/{lead.id}/terms",
                       data={"reply": "accept", "seen": lead.version}).status_code == 303
    assert "firm@haimen.example" in client.get(f"/{lang}/leads/{lead.id}").text
    session.refresh(lead.offering)
    assert lead.offering.capacity["available"] == 0


def test_terms_on_what_has_run_out_are_a_conflict(read, session, lead, key):
    in_state(session, lead, LeadState.TERMS_OFFERED, terms={"duration": "a day"})
    lead.offering.capacity = {**lead.offering.capacity, "available": 0}
    session.commit()
    page = read(f"/en/my/{key}/leads/{lead.id}/terms", 409, data={"reply": "accept", "seen": lead.version})
    assert "free" in page.one("div", class_="summary").text


@LANGUAGES
def test_from_acceptance_to_feedback_of_both(read, client, session, lead, key, enter, lang):
    enter()
    in_state(session, lead, LeadState.ACCEPTED)
    assert client.post(f"/{lang}/leads/{lead.id}/delivery", data={"step": "begin"}).status_code == 303
    assert client.post(f"/{lang}/my/{key}/leads/{lead.id}/delivery", data={"step": "complete"}).status_code == 303
    client.post(f"/{lang}/my/{key}/leads/{lead.id}/feedback", data={"rating": "4", "words": "CANARY quick"})
    assert "CANARY" not in client.get(f"/{lang}/leads/{lead.id}").text
    for rating in ("", "0", "6", "good"):
        assert read(f"/{lang}/leads/{lead.id}/feedback", 422, data={"rating": rating}).one(
            "select", id="feedback-rating")["aria-invalid"] == "true"
    client.post(f"/{lang}/leads/{lead.id}/feedback", data={"rating": "5", "words": "BIRD tidy"})
    assert "CANARY" in client.get(f"/{lang}/leads/{lead.id}").text
    assert "BIRD" in client.get(f"/{lang}/my/{key}").text
    assert len(session.scalars(select(LeadFeedback)).all()) == 2


@LANGUAGES
def test_what_comes_to_nothing_says_why_on_both_sides(read, client, session, lead, key, enter, lang):
    enter()
    in_state(session, lead, LeadState.IN_DELIVERY)
    for path, field in ((f"my/{key}/leads/{lead.id}", f"fail-reason-{lead.id}"), (f"leads/{lead.id}", "fail-reason")):
        page = read(f"/{lang}/{path}/delivery", 422, data={"step": "fail"})
        assert page.one("select", id=field)["aria-invalid"] == "true"
    client.post(f"/{lang}/leads/{lead.id}/delivery", data={"step": "fail", "reason": "other", "words": "It burnt down."})
    for path in (f"my/{key}", f"leads/{lead.id}"):
        assert "It burnt down." in client.get(f"/{lang}/{path}").text


@LANGUAGES
def test_an_appeal_and_what_the_operator_makes_of_it(read, client, session, lead, key, enter, lang):
    in_state(session, lead, LeadState.DECLINED, decline_reason=DeclineReason.NOT_ELIGIBLE)
    assert read(f"/{lang}/my/{key}/leads/{lead.id}/appeal", 422, data={"words": " "}).one(
        "textarea", id=f"appeal-words-{lead.id}")["aria-invalid"] == "true"
    client.post(f"/{lang}/my/{key}/leads/{lead.id}/appeal", data={"words": "We qualify since May."})
    enter(OPERATOR)
    page = read(f"/{lang}/operator/appeals")
    assert "We qualify since May." in page.one("article", id=f"case-{lead.id}").text
    assert page.all("p", class_="clock")
    tabs = [link["href"] for link in page.all("a") if "/operator/" in link.attributes.get("href", "")
            and link.attributes.get("aria-current") == "page"]
    assert tabs == [f"/{lang}/operator/appeals"]
    assert "battery bracket" not in page.text
    field = f"verdict-words-{lead.id}"
    assert read(f"/{lang}/operator/appeals/{lead.id}", 422, data={"verdict": "return"}).one(
        "textarea", id=field)["aria-invalid"] == "true"
    answer = client.post(f"/{lang}/operator/appeals/{lead.id}", data={"verdict": "return", "words": "It does."})
    assert answer.status_code == 303
    again = read(f"/{lang}/operator/appeals/{lead.id}", 409, data={"verdict": "confirm", "words": "It does not."})
    assert again.one("div", class_="summary").text
    assert "It does." in read(f"/{lang}/my/{key}").text
    assert "It does." in read(f"/{lang}/operator/appeals").one("ul", class_="ended").text
    enter()
    assert "It does." in read(f"/{lang}/leads/{lead.id}").one("ol", class_="history").text


@LANGUAGES
def test_a_complaint_on_all_three_pages(read, client, session, lead, key, enter, lang):
    in_state(session, lead, LeadState.COMPLETED)
    assert read(f"/{lang}/my/{key}/leads/{lead.id}/complaints", 422, data={"words": "A fee of 500"}).one(
        "select", id=f"complaint-ground-{lead.id}")["aria-invalid"] == "true"
    client.post(f"/{lang}/my/{key}/leads/{lead.id}/complaints", data={"ground": "fee", "words": "A fee of 500"})
    (complaint,) = session.scalars(select(Complaint))
    enter()
    assert "A fee of 500" not in client.get(f"/{lang}/leads/{lead.id}").text
    enter(OPERATOR)
    operator = f"/{lang}/operator/complaints/{complaint.id}"
    assert "A fee of 500" in read(f"/{lang}/operator/complaints").one("article", id=f"case-{complaint.id}").text
    assert client.post(f"{operator}/take").status_code == 303
    assert read(f"{operator}/put", 422, data={}).one("textarea", id=f"put-words-{complaint.id}")["aria-invalid"]
    assert client.post(f"{operator}/put", data={"words": "Was there a fee?"}).status_code == 303
    enter()
    assert "Was there a fee?" in client.get(f"/{lang}/leads/{lead.id}").text
    client.post(f"/{lang}/leads/{lead.id}/complaints/{complaint.id}/answer", data={"words": "By mistake."})
    enter(OPERATOR)
    assert "By mistake." in client.get(f"/{lang}/operator/complaints").text
    assert "By mistake." not in client.get(f"/{lang}/my/{key}").text
    assert read(f"{operator}/outcome", 422, data={"state": "open", "words": "x"}).one(
        "select", id=f"outcome-state-{complaint.id}")["aria-invalid"] == "true"
    assert client.post(f"{operator}/outcome", data={"state": "upheld", "words": "It is paid back."}).status_code == 303
    assert "It is paid back." in client.get(f"/{lang}/my/{key}").text


def test_many_complaints_are_listed_in_as_few_queries_as_one(client, session, lead, enter, make_offering):
    enter(OPERATOR)

    def statements() -> int:
        said = []
        session.expire_all()
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", count := lambda *args: said.append(args[2]))
        try:
            for page in ("appeals", "complaints"):
                assert client.get(f"/en/operator/{page}").status_code == 200
        finally:
            event.remove(connection, "before_cursor_execute", count)
        return len(said)

    def add(platform):
        found = add_lead(session, make_offering(session, platform=platform), state=LeadState.APPEALED)
        session.add(Appeal(lead_id=found.id, words="again", due_at=utc_now()))
        complaining.complain(session, Holder(found.need_id), found.id, Ground.FEE, "a fee")
        session.commit()

    add("qinghe")
    few = statements()
    for platform in ("tianquan", "beichuan", "jianghai"):
        add(platform)
    assert statements() == few


def test_a_lead_on_the_waiting_list_is_taken_up_again(read, client, session, lead, enter):
    enter()
    in_state(session, lead, LeadState.WAITLISTED)
    assert client.post(f"/en/leads/{lead.id}/resume").status_code == 303
    session.refresh(lead)
    assert lead.state == LeadState.IN_REVIEW
    assert delivering.resume(session, member(session, session.scalars(select(Person).where(
        Person.email == REVIEWER)).one()), lead.id).state == LeadState.IN_REVIEW


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_reviewer_takes_terms_back_on_the_page_of_the_lead(client, read, signed_in, session, make_offering, lang):
    lead = add_lead(session, make_offering(session), state=LeadState.TERMS_OFFERED, terms={"duration": "three days"})
    session.commit()
    page = read(f"/{lang}/leads/{lead.id}")
    (form,) = [form for form in page.all("form") if form.attributes.get("action", "").endswith("/terms/take-back")]
    assert client.post(form["action"], data={"seen": lead.version + 1}).status_code == 409
    assert client.post(form["action"], data={"seen": lead.version}).status_code == 303
    session.refresh(lead)
    assert (lead.state, lead.terms) == (LeadState.IN_REVIEW, None)
    assert not [form for form in read(f"/{lang}/leads/{lead.id}").all("form") if "take-back" in form.attributes.get("action", "")]
