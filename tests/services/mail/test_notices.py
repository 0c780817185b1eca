import datetime as dt
import re
from dataclasses import replace

import pytest

from matchmaker.domain import LeadState, Mail, Membership, Role, Service
from matchmaker.domain.needs import new_reference
from matchmaker.i18n import use_language
from matchmaker.services.mail import letters, notices, outbox
from matchmaker.storage.queries import scope
from tests.making import add_lead, add_need, add_organisation, add_person

HAN = re.compile(r"[\u3400-\u9fff]")
VALUES = {"need": "N-7K3M-2QXP", "lead": "L-2345-6789", "platform": "P", "platforms": "P, Q", "offering": "O",
          "day": "D", "count": "2", "list": "• O · P", "former": "F", "until": "U", "name": "R", "incubator": "I"}
CANARY = {"organisation": "Kanarienfirma", "name": "Kanarienmensch", "telephone": "+86 1 kanarien",
          "email": "kanarien@firm.example"}
IDEA = "kanarienidee: a silent heat pump"
SAID = ["need_received", "link_again", "question_asked", "lead_accepted", "lead_declined", "something_new",
        "platform_reminded", "platform_late", "lead_passed_on", "choose_next", "nobody_next", "platform_suspended",
        "message_by_platform", "terms_offered", "terms_taken_back_by_platform", "lead_waitlisted", "delivery_by_platform", "completed_by_platform",
        "failed_by_platform", "rated_by_platform", "appeal_granted", "appeal_refused", "complaint_ended"]
HEARD = ["lead_arrived", "question_answered", "lead_withdrawn", "consent_withdrawn", "need_erased",
         "answer_due", "answer_late", "lead_expired",
         "message_by_firm", "terms_accepted", "terms_declined", "delivery_by_firm", "completed_by_firm",
         "failed_by_firm", "rated_by_firm", "lead_returned", "complaint_put"]
OF_LISTS = ["list_ends", "list_returned", "list_accepted", "list_published"]
TOLD_OPERATORS = {"appeal_made": "appeals", "complaint_made": "complaints", "complaint_answered": "complaints"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", [*notices.TO_FIRMS, *notices.TO_TEAMS, *notices.TO_OPERATORS])
def test_every_notice_is_whole_in_both_languages(code, language):
    with use_language(language):
        letter = notices.letter(code, VALUES, "https://m.example/link")
    whole = letter.subject + letter.text
    assert "%(" not in whole
    assert "https://m.example/link" in letter.text.splitlines()
    assert bool(HAN.search(letter.subject)) == bool(HAN.search(letter.text)) == (language == "zh")
    if language == "zh":
        assert not re.search(r"[A-Za-z]{2,} [a-z]{2,}", whole)
    assert "\n" not in letter.subject
    assert len(letter.subject) < 90


def test_the_spec_knows_every_notice():
    assert {*SAID, "room_again", "invited", "consent_asked", "reading_answered"} == set(notices.TO_FIRMS)
    assert {*HEARD, "leads_arrived", "validity_ends", *OF_LISTS, "organisation_suspended", "organisation_reinstated",
            "referrals_arrived", "need_corrected"} == set(notices.TO_TEAMS)
    assert {*TOLD_OPERATORS, "reading_asked", "list_submitted"} == set(notices.TO_OPERATORS)


def test_long_lists_are_counted():
    names = [f"P{number}" for number in range(7)]
    assert notices.listed(names[:2]) == "P0, P1"
    assert notices.listed(names) == "P0, P1, P2, P3, P4 and 2 others"
    assert notices.bullets(names[:6]).splitlines()[-1] == "• and 1 more"
    assert notices.bullets(["a\r\nb"]) == "• a b"


@pytest.fixture
def world(session, config, make_offering):
    """A need full of canaries with two leads, people of both languages, and a function that writes a mail."""
    need = add_need(session, contact=CANARY, problem=IDEA)
    leads = [add_lead(session, make_offering(session, response_days=3), need),
             add_lead(session, make_offering(session, title={"zh": "跌落试验", "en": "Drop test"}), need)]
    leads[0].due_at = dt.datetime(2026, 11, 30, 17, 0, tzinfo=dt.UTC)
    people = {language: add_person(session, f"{language}@jianghai.example", "jianghai", language=language)
              for language in ("zh", "en")}

    def write(notice, language, **details):
        if notice in notices.TO_FIRMS:
            session.scalars(scope.contacts(Service())).one().language = language
            outbox.tell_firm(session, notice, need.id, **details)
        else:
            outbox.tell_person(session, notice, people[language].id, **details)
        mail = session.scalars(scope.mails(Service()).order_by(Mail.id.desc())).first()
        found = letters.prepare(session, replace(config, public_url="https://m.example"), mail.id)
        return found.message, found.key

    write.people = people
    write.need, write.leads, write.platform_id = need, leads, leads[0].platform_id
    return write


def details(world, notice):
    world.leads[0].state = next(iter(letters.TRUE_IN.get(notice, [LeadState.IN_REVIEW])))
    if notice == "need_erased":
        return {"reference": new_reference("L"), "platform": str(world.platform_id)}
    if notice == "something_new":
        return {"offerings": [str(lead.offering_id) for lead in world.leads]}
    return {"lead": str(world.leads[0].id)}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("notice", [*SAID, *HEARD])
def test_every_notice_is_written_from_what_the_database_has(world, notice, language):
    message, key = world(notice, language, **details(world, notice))
    whole = message["Subject"] + message.get_content()
    assert "%(" not in whole
    assert "None" not in whole
    assert bool(HAN.search(message["Subject"])) == (language == "zh")
    place = f"my/{key}" if notice in SAID else "leads" if notice == "need_erased" else f"leads/{world.leads[0].id}"
    assert f"https://m.example/{language}/{place}" in message.get_content().splitlines()
    for canary in ("anarien", IDEA):
        assert canary not in message.as_string().replace(CANARY["email"], "")
    if notice in HEARD:
        assert CANARY["email"] not in message.as_string()
        assert world.need.reference not in whole


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("notice", TOLD_OPERATORS)
def test_operators_are_told_without_words_and_only_while_they_are_operators(world, session, notice, language):
    with pytest.raises(letters.Unsendable, match="operator"):
        world(notice, language, **details(world, notice))
    session.add(Membership(person_id=world.people[language].id, role=Role.OPERATOR,
                           organisation=add_organisation(session, "operator")))
    session.flush()
    message, _key = world(notice, language, **details(world, notice))
    assert f"https://m.example/{language}/operator/{TOLD_OPERATORS[notice]}" in message.get_content().splitlines()
    assert world.leads[0].reference in message["Subject"]
    for canary in ("anarien", IDEA):
        assert canary not in message.as_string()


def test_days_are_those_of_china(world):
    message, _key = world("lead_arrived", "en", lead=str(world.leads[0].id), count=1)
    assert "1 December 2026" in message["Subject"]


def test_several_leads_at_once_are_one_mail(world):
    message, _key = world("lead_arrived", "en", lead=str(world.leads[0].id), count=2)
    assert message["Subject"].startswith("2 new leads")
    assert "https://m.example/en/leads" in message.get_content().splitlines()


def test_the_mail_of_receipt_names_every_platform_once(session, world, make_offering):
    add_lead(session, make_offering(session, platform="tianquan"), world.need)
    message, _key = world("need_received", "en")
    assert "is now with: Jianghai, Tianquan." in message.get_content()


def test_what_is_new_is_listed(world):
    message, _key = world("something_new", "zh", **details(world, "something_new"))
    assert "• 跌落试验 · Jianghai" in message.get_content().splitlines()


def test_a_very_long_title_is_cut(session, world):
    world.leads[0].offering.title = {"en": "word " * 100}
    message, _key = world("lead_accepted", "en", **details(world, "lead_accepted"))
    assert len(message["Subject"]) < 130
    assert "…" in message["Subject"]


@pytest.mark.parametrize("notice", ["question_asked", "lead_accepted", "answer_due", "answer_late", "platform_late"])
def test_what_is_no_longer_true_is_not_said(world, notice):
    named = details(world, notice)
    world.leads[0].state = LeadState.WITHDRAWN
    with pytest.raises(letters.Unsendable, match="overtaken"):
        world(notice, "en", **named)
