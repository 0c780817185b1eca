import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select

from matchmaker.domain import (
    Action,
    Attachment,
    Consent,
    Decision,
    DeclineReason,
    Job,
    Lead,
    LeadMessage,
    LeadState,
    Mail,
    Need,
    PrivateLink,
    Side,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import links
from matchmaker.services.leads import following
from matchmaker.storage.queries import needs
from tests.making import add_lead, add_need, add_person

QUESTION = "Which spectrum, please?"

NOBODYS = "01909999-0000-7000-8000-000000000000"


@pytest.fixture
def lead(session, config, make_offering):
    """A lead on which the platform has asked something."""
    lead = add_lead(session, make_offering(session), state=LeadState.INFO_REQUESTED)
    session.add(LeadMessage(lead_id=lead.id, side=Side.PLATFORM, words=QUESTION))
    session.flush()
    return lead


@pytest.fixture
def key(session, config, lead):
    """The key of the private page of the lead's need."""
    return links.add_link(session, config, session.get(Need, lead.need_id))


@pytest.fixture
def other(session, config, make_offering):
    """Another need: its key, its lead and its consent."""
    lead = add_lead(session, make_offering(session, platform="tianquan"), add_need(session, problem="ANOTHER"),
                    state=LeadState.INFO_REQUESTED)
    consent = session.scalars(select(Consent).where(Consent.need_id == lead.need_id)).one()
    return links.add_link(session, config, session.get(Need, lead.need_id)), lead, consent


def consent_of(session, lead):
    return session.scalars(select(Consent).where(Consent.need_id == lead.need_id)).one()


def fresh(session, thing):
    """Return a thing as the requests have left it."""
    session.expire(thing)
    return thing


def count(session, kind):
    return session.scalar(select(func.count()).select_from(kind))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_shows_how_each_request_stands(read, session, lead, key, lang):
    page = read(f"/{lang}/my/{key}")
    need = session.get(Need, lead.need_id)
    for words in (need.reference, lead.reference, QUESTION, "firm@haimen.example", need.headline):
        assert words in page.text
    states = {"en": "Waiting for your answer", "zh": "等"}
    assert states[lang] in page.one("p", class_="standing").text
    assert page.one("textarea", id=f"words-{lead.id}").text == ""
    assert len(page.all("h1")) == 1


def test_the_page_says_by_when_an_answer_was_promised(read, session, lead, key):
    lead.state, lead.due_at = LeadState.SUBMITTED, dt.datetime(2199, 3, 4, 20, tzinfo=dt.UTC)
    session.flush()
    assert read(f"/en/my/{key}").one("p", class_="due").text == "Answer promised by 5 March 2199"
    lead.due_at = dt.datetime(2020, 3, 4, 1, tzinfo=dt.UTC)
    session.flush()
    assert read(f"/en/my/{key}").one("p", class_="late").text == "An answer was promised by 4 March 2020; it is late"


def test_acceptance_and_refusal_are_said_in_words(read, session, lead, key, make_offering):
    lead.state = LeadState.ACCEPTED
    declined = add_lead(session, make_offering(session, platform="tianquan"), session.get(Need, lead.need_id),
                        state=LeadState.DECLINED, decline_reason=DeclineReason.NO_CAPACITY)
    page = read(f"/en/my/{key}")
    assert "Jianghai says yes. It now has your name and contact" in page.one("div", class_="good").text
    assert "No capacity at present" in page.one("article", id=f"lead-{declined.id}").text
    assert page.all("form", class_="reply") == []


def test_the_history_says_who_when_and_why(read, client, session, lead, key):
    client.post(f"/en/my/{key}/leads/{lead.id}/withdraw", data={"why": "found another"})
    history = read(f"/en/my/{key}").one("ol", class_="history").text
    for words in ("Withdrawn by you", "You: found another"):
        assert words in history


def test_a_decision_that_waits_leaves_the_page_as_it_is(client, session, lead, key):
    lead.state = LeadState.IN_REVIEW
    session.flush()
    before = client.get(f"/en/my/{key}").text
    session.add(Decision(lead_id=lead.id, person_id=add_person(session, "r@jianghai.example", "jianghai").id,
                         action=Action.ACCEPT, words="CANARY", matures_at=utc_now()))
    session.flush()
    assert client.get(f"/en/my/{key}").text == before


def test_an_answer_is_sent_once(read, client, session, lead, key):
    for _ in range(2):
        answer = client.post(f"/en/my/{key}/leads/{lead.id}/answer", data={"words": "Class C"})
        assert (answer.status_code, answer.location) == (303, f"/en/my/{key}#lead-{lead.id}")
    page = read(f"/en/my/{key}")
    assert "Class C" in page.text
    assert (count(session, LeadMessage), fresh(session, lead).state) == (2, LeadState.IN_REVIEW)
    page = read(f"/en/my/{key}/leads/{lead.id}/answer", 409, data={"words": "Class D"})
    assert "Your words were not sent" in page.one("div", class_="summary").text
    assert page.one("p", class_="standing").text == "Being looked at"
    assert count(session, LeadMessage) == 2


@pytest.mark.parametrize("words", [None, "", "  \n", "x" * 5_001, "a\x00b"])
def test_a_wrong_answer_is_shown_with_its_fault(read, session, lead, key, words):
    page = read(f"/en/my/{key}/leads/{lead.id}/answer", 422, data={} if words is None else {"words": words})
    assert page.one("textarea", id=f"words-{lead.id}")["aria-invalid"] == "true"
    assert page.one("p", id=f"words-{lead.id}-fault").text
    assert (count(session, LeadMessage), fresh(session, lead).state) == (1, LeadState.INFO_REQUESTED)


def test_withdrawing_twice_is_once(client, session, lead, key):
    for _ in range(2):
        assert client.post(f"/en/my/{key}/leads/{lead.id}/withdraw", data={}).status_code == 303
    assert (fresh(session, lead).state, len(lead.moves)) == (LeadState.WITHDRAWN, 1)


@pytest.mark.parametrize("why", ["x" * 1_001, "\x00"])
def test_a_reason_too_long_is_refused(read, session, lead, key, why):
    read(f"/en/my/{key}/leads/{lead.id}/withdraw", 422, data={"why": why})
    assert fresh(session, lead).state == LeadState.INFO_REQUESTED


def test_what_has_ended_answers_with_what_changed(read, session, lead, key):
    lead.state = LeadState.DECLINED
    session.flush()
    page = read(f"/en/my/{key}/leads/{lead.id}/withdraw", 409, data={})
    assert "moved on" in page.one("div", class_="summary").text
    assert page.one("p", class_="standing").text == "Declined"


def test_a_consent_is_withdrawn_once(read, client, session, lead, key):
    consent = consent_of(session, lead)
    assert "The consent in full, version 2026-11" in read(f"/en/my/{key}").one("section", id="consents").text
    for _ in range(2):
        answer = client.post(f"/en/my/{key}/consents/{consent.id}/withdraw")
        assert (answer.status_code, answer.location) == (303, f"/en/my/{key}#consents")
    page = read(f"/en/my/{key}")
    assert "No platform can read your need at present." in page.one("section", id="consents").text
    assert (fresh(session, lead).state, fresh(session, consent).withdrawn_at is None) == (LeadState.WITHDRAWN, False)


def test_under_my_key_nothing_of_another_need_is_found(client, session, lead, key, other):
    _key, foreign, consent = other
    for path in (f"leads/{foreign.id}/answer", f"leads/{foreign.id}/withdraw", f"consents/{consent.id}/withdraw",
                 f"leads/{uuid4()}/answer", f"consents/{uuid4()}/withdraw", f"leads/{consent.id}/withdraw"):
        assert client.post(f"/en/my/{key}/{path}", data={"words": "x"}).status_code == 404
    assert (fresh(session, foreign).state, fresh(session, consent).withdrawn_at, count(session, LeadMessage)) == (LeadState.INFO_REQUESTED, None, 1)
    assert "ANOTHER" not in client.get(f"/en/my/{key}").text


@pytest.mark.parametrize(("method", "path"), [
    ("get", ""), ("get", "/delete"), ("post", "/delete"), ("post", "/watch/end"), ("get", f"/files/{NOBODYS}"),
    ("post", f"/leads/{NOBODYS}/answer"), ("post", f"/leads/{NOBODYS}/withdraw"),
    ("post", f"/consents/{NOBODYS}/withdraw"),
])
def test_an_unknown_link_opens_nothing_and_an_expired_one_says_so(client, session, key, method, path):
    call = getattr(client, method)
    assert call(f"/en/my/{'x' * 32}{path}").status_code == 404
    session.scalars(select(PrivateLink)).one().expires_at = utc_now()
    session.flush()
    answer = call(f"/en/my/{key}{path}")
    assert answer.status_code == 410
    assert 'href="/en/my"' in answer.text
    assert count(session, Need) == 1


def test_a_draft_is_led_to_its_answers(client, session, config):
    need = Need(language="en", answers={"problem": ["x"]})
    session.add(need)
    session.flush()
    key = links.add_link(session, config, need)
    assert client.get(f"/zh/my/{key}").location == f"/zh/needs/{key}/check"


def test_everything_is_deleted_after_a_question(read, client, session, lead, key, other):
    page = read(f"/en/my/{key}/delete")
    assert "1 request with its history" in page.text
    assert "firm@haimen.example" in page.text
    assert count(session, Need) == 2
    answer = client.post(f"/en/my/{key}/delete")
    assert (answer.status_code, answer.location) == (303, "/en/my/deleted")
    assert read(answer.location).one("h1").text == "Deleted"
    for call in (client.get, client.post):
        assert call(f"/en/my/{key}/delete").status_code == 404
    assert session.scalars(select(Lead.id)).all() == [other[1].id]


def test_own_files_are_given_back_to_be_saved(client, session, config, lead, key, other):
    file = Attachment(id=new_id(), need_id=lead.need_id, name="图纸.pdf", media_type="application/pdf", size=4, sha256="0")
    session.add(file)
    session.flush()
    config.attachments.mkdir(parents=True)
    (config.attachments / str(file.id)).write_bytes(b"%PDF")
    with client.get(f"/en/my/{key}/files/{file.id}") as answer:
        assert (answer.data, answer.mimetype) == (b"%PDF", "application/pdf")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    assert "图纸.pdf" in client.get(f"/en/my/{key}").text
    assert client.get(f"/en/my/{other[0]}/files/{file.id}").status_code == 404


def test_the_answer_about_the_link_is_the_same_whether_or_not_there_is_a_need(client, session, lead):
    answers = []
    for email in ("firm@haimen.example", "nobody@haimen.example", "FIRM@Haimen.example"):
        before = count(session, Job)
        answer = client.post("/en/my", data={"email": email})
        answers.append((answer.status_code, answer.location, answer.text, count(session, Job) - before))
    assert len(set(answers)) == 1
    assert answers[0][:2] == (303, "/en/my/on-its-way")
    assert [len(job.payload["contacts"]) for job in session.scalars(select(Job).where(
        Job.task == following.SEND_LINKS).order_by(Job.id))] == [1, 0, 1]
    assert count(session, Mail) == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("email", [None, "", "nobody", "a\x00@b.example", f"{'x' * 201}@firm.example"])
def test_the_link_needs_an_address(read, session, lang, email):
    page = read(f"/{lang}/my", 422, data={} if email is None else {"email": email})
    assert page.one("input", id="f-email")["aria-invalid"] == "true"
    assert count(session, Job) == 0
    assert read(f"/{lang}/my").one("input", id="f-email")["value"] == ""


def test_the_link_is_sent_again_only_so_often(client, session, lead):
    answers = [client.post("/en/my", data={"email": "firm@haimen.example"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert "haimen" not in answers[-1].text


def test_a_program_gets_no_link_sent(client, session):
    answer = client.post("/en/my", data={"email": "firm@haimen.example", "website": "x"})
    assert (answer.status_code, count(session, Job)) == (303, 0)


def test_hostile_words_are_shown_as_text(read, session, lead, key):
    hostile = '"><script>alert(1)</script><img src=x>'
    session.add(LeadMessage(lead_id=lead.id, side=Side.PLATFORM, words=hostile))
    needs.contact_of(session, following.Holder(lead.need_id), lead.need_id).organisation = hostile
    session.flush()
    page = read(f"/en/my/{key}")
    assert page.all("img") == []
    assert hostile in page.text


def test_the_page_takes_the_same_few_queries_for_one_lead_and_for_many(client, session, key, lead, make_offering):
    def statements_of_the_page() -> list[str]:
        said: list[str] = []
        session.expire_all()
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", count := lambda *args: said.append(args[2]))
        try:
            assert client.get(f"/en/my/{key}").status_code == 200
        finally:
            event.remove(connection, "before_cursor_execute", count)
        return [statement for statement in said if statement.startswith("SELECT") and "set_config" not in statement]

    few = statements_of_the_page()
    need = session.get(Need, lead.need_id)
    for slug in ("qinghe", "tianquan", "beichuan"):
        add_lead(session, make_offering(session, platform=slug), need)
    many = statements_of_the_page()
    assert len(many) == len(few) <= 21
