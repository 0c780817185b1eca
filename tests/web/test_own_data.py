import datetime as dt
import json

import pytest

from matchmaker.domain import (
    Attachment,
    Base,
    Consent,
    Contact,
    LeadMessage,
    LeadMove,
    LeadNote,
    LeadState,
    Side,
    StockWatch,
    Watch,
)
from matchmaker.domain.base import utc_now
from matchmaker.services import links
from matchmaker.services.mail import outbox
from tests.making import add_lead, add_need, add_person

EXPORTED = {"need", "contact", "attachment", "consent", "lead", "lead_move", "lead_message", "ranking", "watch",
            "stock_watch", "private_link", "mail", "appeal", "complaint", "lead_feedback", "clock_step", "find_consent",
            "human_reading", "gathered_need"}
KEPT_BACK = {"firm_key": "a link in a mail, for an hour",
             "lead_note": "a team's own notes", "decision": "what a team is about to say; once said it is a move",
             "lead_presence": "who of a team has a lead open", "lead_reading": "how far a side has read",
             "finding": "what a platform sees of it, facts alone", "referral_trace": "the incubator's own record",
             "need_summary": "what the need says, counted", "lead_summary": "what the lead says, counted",
             "exposure_summary": "what the ranking says, counted"}


def test_every_table_about_a_need_is_exported_or_has_a_reason_not_to_be():
    """Whoever adds a table below a need decides here whether its firm gets it."""
    below = {"need"}
    while True:
        found = {table.name for table in Base.metadata.sorted_tables for key in table.foreign_keys
                 if key.column.table.name in below and key.ondelete == "CASCADE"} | below
        if found == below:
            break
        below = found
    assert below == EXPORTED | set(KEPT_BACK)


@pytest.fixture
def world(session, config, make_offering):
    """A need with everything that can hang on one; returns its private key."""
    need = add_need(session, title="Bracket test")
    person = add_person(session, "reviewer@jianghai.example", "jianghai", name="Team Member")
    lead = add_lead(session, make_offering(session), need, state=LeadState.IN_REVIEW, assignee_id=person.id)
    session.add_all([
        Attachment(need_id=need.id, name="drawing.pdf", media_type="application/pdf", size=9, sha256="a" * 64),
        LeadMessage(lead_id=lead.id, side=Side.PLATFORM, person_id=person.id, words="Which alloy?"),
        LeadMessage(lead_id=lead.id, side=Side.FIRM, words="6061-T6"),
        LeadNote(lead_id=lead.id, person_id=person.id, words="secret note"),
        LeadMove(lead_id=lead.id, at=utc_now(), to_state=LeadState.IN_REVIEW, side=Side.PLATFORM, person_id=person.id,
                 why="secret reason"),
        LeadMove(lead_id=lead.id, at=utc_now(), to_state=LeadState.SUBMITTED, side=Side.FIRM, why="own reason"),
        Watch(need_id=need.id), StockWatch(need_id=need.id, offering_id=lead.offering_id,
                                           ends_at=utc_now() + dt.timedelta(days=1)),
    ])
    outbox.tell_firm(session, "need_received", need.id)
    other = add_need(session, title="Another firm's", contact={"email": "other@other.example"})
    add_lead(session, make_offering(session), other)
    return links.add_link(session, config, need)


def test_the_file_has_all_that_is_stored(client, world):
    answer = client.get(f"/en/my/{world}/data.json")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="N-')
    assert answer.headers["Cache-Control"] == "no-store"
    data = json.loads(answer.data)
    assert data["need"]["title"] == "Bracket test"
    assert data["contact"]["email"] == "firm@haimen.example"
    assert [file["name"] for file in data["files"]] == ["drawing.pdf"]
    (lead,) = data["leads"]
    assert [message["words"] for message in lead["messages"]] == ["Which alloy?", "6061-T6"]
    assert {move["why"] for move in lead["history"]} == {"", "own reason"}
    (consent,) = data["consents"]
    assert consent["recipient"] == "Jianghai"
    assert "Jianghai" in str(consent["words"])
    assert all(data[name] for name in ("watch", "waiting_for_room", "private_links", "mails"))


def test_every_column_is_there_but_those_of_others(client, world):
    data = json.loads(client.get(f"/en/my/{world}/data.json").data)
    for kind, row in ((Contact, data["contact"]), (Consent, data["consents"][0]), (LeadMessage, data["leads"][0]["messages"][0])):
        missing = {column.key for column in kind.__mapper__.column_attrs} - set(row)
        assert missing <= {"person_id"}


@pytest.mark.parametrize("form", ["data", "data.json"])
def test_nothing_of_others_is_in_it(client, world, form):
    said = client.get(f"/en/my/{world}/{form}").text
    for text in ("secret", "Team Member", "reviewer@", "Another firm", "other@other.example", world):
        assert text not in said.replace(f"/my/{world}", ""), text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_it_in_words(read, world, language):
    page = read(f"/{language}/my/{world}/data")
    for text in ("Random vibration test", "firm@haimen.example", "drawing.pdf", "Which alloy?", "6061-T6", "own reason"):
        assert text in page.text, text
    assert f"/{language}/my/{world}/data.json" in [link["href"] for link in page.all("a")]
    assert f"/{language}/my/{world}/data" in [link["href"] for link in read(f"/{language}/my/{world}").all("a")]


def test_what_was_erased_is_gone_from_here_too(client, world):
    client.post(f"/en/my/{world}/delete")
    for form in ("data", "data.json"):
        assert client.get(f"/en/my/{world}/{form}").status_code == 404
