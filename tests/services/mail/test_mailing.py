import copy
import datetime as dt
import email
import email.policy
import functools
import mailbox
import threading
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from matchmaker import jobs, storage
from matchmaker.config import Config
from matchmaker.domain import (
    Job,
    JobState,
    LeadState,
    Mail,
    MailStatus,
    Membership,
    Need,
    Organisation,
    PrivateLink,
    Role,
)
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.errors import Invalid
from matchmaker.jobs.worker import run_one
from matchmaker.services.mail import letters, mailing, outbox, smtp
from matchmaker.tasks import make_tasks
from tests.making import add_lead, add_need, add_person
from tests.services.mail_server import MailServer

FIRM = "firm@haimen.example"
CANARY = "kanarienvogel@firm.example"


@pytest.fixture
def server():
    with MailServer() as server:
        yield server


@pytest.fixture
def sending(config, server) -> Config:
    """Settings that hand mail over to the test's server."""
    return replace(config, smtp_url=server.url, public_url="https://match.example", mail_from="M <no@match.example>")


@pytest.fixture
def need(database, make_offering):
    """A need with one lead, committed."""
    with storage.writing() as session:
        need = add_need(session)
        add_lead(session, make_offering(session), need)
    return need


def tell(need, notice="link_again", **details):
    with storage.writing() as session:
        outbox.tell_firm(session, notice, need.id, **details)
        return session.scalars(select(Mail).order_by(Mail.id.desc())).first().id


def run(config, **options):
    """Run the next job of the outbox."""
    return run_one({outbox.TASK: functools.partial(mailing.send, config=config, **options)})


def stored(mail_id) -> Mail | None:
    with storage.reading() as session:
        return session.get(Mail, mail_id)


def waiting() -> list[Job]:
    with storage.reading() as session:
        return list(session.scalars(select(Job).where(Job.state == JobState.QUEUED).order_by(Job.id)))


def bring_on():
    """Let every pause be over."""
    with storage.writing() as session:
        session.execute(update(Job).where(Job.state == JobState.QUEUED).values(lease_until=None))


def links_of(need) -> int:
    with storage.reading() as session:
        return session.scalar(select(func.count()).where(PrivateLink.need_id == need.id))


def parsed(content: bytes):
    return email.message_from_bytes(content, policy=email.policy.default)


def key_in(message) -> str:
    (line,) = [line for line in message.get_content().splitlines() if "/my/" in line]
    return line.rpartition("/")[2]


def test_a_mail_is_sent_once_with_a_link_that_works(need, sending, server):
    mail_id = tell(need)
    run(sending)
    assert run(sending) is None
    message = parsed(server.taken[0])
    assert len(server.taken) == 1
    assert server.recipients == [FIRM]
    assert (message["To"], message["From"]) == (FIRM, "M <no@match.example>")
    assert message["Message-ID"] == f"<{mail_id}@match.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert need.reference in message["Subject"]
    assert f"https://match.example/en/my/{key_in(message)}" in message.get_content()
    with storage.reading() as session:
        link = session.scalar(select(PrivateLink).where(PrivateLink.key_hash == hash_secret(key_in(message))))
        assert link.need_id == need.id
    mail = stored(mail_id)
    assert (mail.status, mail.attempts, mail.error) == (MailStatus.SENT, 1, None)
    assert mail.sent_at is not None


def test_the_language_is_that_of_the_contact(database, make_offering, sending, server):
    with storage.writing() as session:
        need = add_need(session, contact={"language": "zh"})
    tell(need)
    run(sending)
    message = parsed(server.taken[0])
    assert message["Subject"] == f"需求 {need.reference} 的专属链接"
    assert "https://match.example/zh/my/" in message.get_content()
    assert message["Content-Language"] == "zh"
    assert all(byte < 128 for byte in server.taken[0])


def test_the_task_is_wired(need, sending, server):
    tell(need)
    run_one(make_tasks(sending))
    assert len(server.taken) == 1


def test_no_transaction_is_open_while_a_server_takes_its_time(need, sending, server, monkeypatch):
    tell(need)
    seen = []

    def hand_over(url, message, **options):
        """Write from another thread, which would wait for ever for a lock that the job holds."""
        def write():
            with storage.writing() as session:
                session.get_one(Need, need.id).title = "changed"
            seen.append(True)

        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        thread.join(5)

    monkeypatch.setattr(smtp, "send", hand_over)
    run(sending)
    assert seen == [True]


def test_a_worker_that_dies_between_sending_and_marking_repeats_the_same_mail(need, sending, server, monkeypatch):
    mail_id = tell(need)
    record = mailing._record
    monkeypatch.setattr(mailing, "_record", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
    run(sending)
    assert stored(mail_id).status == MailStatus.QUEUED
    monkeypatch.setattr(mailing, "_record", record)
    bring_on()
    run(sending)
    first, second = map(parsed, server.taken)
    assert first["Message-ID"] == second["Message-ID"] == f"<{mail_id}@match.example>"
    assert stored(mail_id).status == MailStatus.SENT
    with storage.reading() as session:
        hashes = set(session.scalars(select(PrivateLink.key_hash)))
    assert {hash_secret(key_in(first)), hash_secret(key_in(second))} <= hashes
    assert run(sending) is None


def test_a_server_that_is_away_is_tried_again_with_growing_pauses(need, sending, server):
    mail_id = tell(need)
    away = replace(sending, smtp_url="smtp://127.0.0.1:1")
    before = links_of(need)
    for pause in (60, 300, 1800, 3600, 3600):
        begun = utc_now()
        run(away)
        (job,) = waiting()
        assert abs((job.lease_until - begun).total_seconds() - pause) < 30
        bring_on()
    mail = stored(mail_id)
    assert (mail.status, mail.attempts, mail.error) == (MailStatus.QUEUED, 5, "ConnectionRefusedError")
    assert links_of(need) == before
    run(sending)
    assert (stored(mail_id).status, len(server.taken)) == (MailStatus.SENT, 1)


def test_after_three_days_it_is_given_up(need, sending):
    mail_id = tell(need)
    with storage.writing() as session:
        session.execute(update(Mail).values(created_at=utc_now() - dt.timedelta(days=3, minutes=1)))
    run(replace(sending, smtp_url="smtp://127.0.0.1:1"))
    assert stored(mail_id).status == MailStatus.FAILED
    assert waiting() == []


@pytest.mark.parametrize(("answers", "error"), [
    ({"RCPT": ["451 busy", "250 ok"]}, "SMTP 451"),
    ({"EHLO": ["421 not now", "250 test"], "HELO": ["421 not now"]}, "SMTP 421"),
    ({"MAIL": ["550 not you", "250 ok"]}, "SMTP 550"),
    ({"MAIL-DATA": ["452 full", "250 ok"]}, "SMTP 452"),
    ({"MAIL": ["close", "250 ok"]}, "SMTPServerDisconnected"),
])
def test_a_passing_refusal_is_tried_again(need, sending, server, answers, error):
    server.answers = copy.deepcopy(answers)
    mail_id = tell(need)
    run(sending)
    mail = stored(mail_id)
    assert (mail.status, mail.error) == (MailStatus.QUEUED, error)
    bring_on()
    run(sending)
    assert stored(mail_id).status == MailStatus.SENT
    assert len(server.taken) == 1


@pytest.mark.parametrize(("answers", "error"), [
    ({"RCPT": [f"550 5.1.1 <{FIRM}> unknown"]}, "SMTP 550"), ({"MAIL-DATA": ["554 spam"]}, "SMTP 554"),
])
def test_a_lasting_refusal_ends_it_and_takes_the_link_away(need, sending, server, answers, error):
    server.answers = copy.deepcopy(answers)
    before = links_of(need)
    mail_id = tell(need)
    run(sending)
    mail = stored(mail_id)
    assert (mail.status, mail.error, mail.attempts) == (MailStatus.FAILED, error, 1)
    assert (waiting(), links_of(need)) == ([], before)


def test_silence_is_waited_for_so_long_and_no_longer(need, sending, server):
    server.answers = {"DATA": [""]}
    mail_id = tell(need)
    begun = utc_now()
    run(sending, patience=0.2)
    assert (utc_now() - begun).total_seconds() < 5
    mail = stored(mail_id)
    assert (mail.status, mail.error) == (MailStatus.QUEUED, "SMTPServerDisconnected")


def test_what_may_have_arrived_keeps_its_link(need, sending, server):
    server.answers = {"MAIL-DATA": ["close"]}
    before = links_of(need)
    mail_id = tell(need)
    run(sending)
    assert stored(mail_id).status == MailStatus.QUEUED
    assert len(server.taken) == 1
    assert links_of(need) == before + 1


def test_small_steps_do_not_stretch_a_conversation_for_ever(sending, server):
    server.drip = 0.2
    begun = utc_now()
    with pytest.raises(smtp.NotDelivered):
        smtp.send(server.url, email.message.EmailMessage(), patience=1, deadline=0.5)
    assert (utc_now() - begun).total_seconds() < 3


def test_a_password_is_never_sent_in_the_clear(need, sending, server):
    tell(need)
    run(replace(sending, smtp_url=server.url.replace("//", "//user:geheim@")))
    assert server.taken == []


def test_mail_of_an_erased_need_is_gone(need, sending, server):
    mail_id = tell(need)
    with storage.writing() as session:
        session.delete(session.get(Need, need.id))
    job = run(sending)
    assert stored(mail_id) is None
    assert server.conversations == 0
    with storage.reading() as session:
        assert session.get(Job, job.id).state == JobState.DONE


def test_a_need_erased_while_its_mail_is_sent(need, sending, monkeypatch):
    tell(need)

    def hand_over(*_, **__):
        with storage.writing() as session:
            session.delete(session.get(Need, need.id))

    monkeypatch.setattr(smtp, "send", hand_over)
    job = run(sending)
    with storage.reading() as session:
        assert session.get(Job, job.id).state == JobState.DONE


def test_a_need_without_contact(database, sending, server):
    with storage.writing() as session:
        need = Need(problem="x", language="en", answers={})
        session.add(need)
    mail_id = tell(need)
    run(sending)
    mail = stored(mail_id)
    assert (mail.status, mail.error) == (MailStatus.FAILED, "no contact")
    assert links_of(need) == 0


@pytest.mark.parametrize("address", ["no address", "a@b.example\nBcc: all@firms.example", "a@b@c", "@", ""])
def test_an_address_that_cannot_be_used(database, sending, server, address):
    with storage.writing() as session:
        need = add_need(session, contact={"email": address})
    mail_id = tell(need)
    run(sending)
    assert (stored(mail_id).status, server.recipients) == (MailStatus.FAILED, [])


def test_line_breaks_in_names_make_no_headers(database, make_offering, sending, server):
    evil = "Shaker\r\nBcc: everybody@firms.example\r\n\r\nBuy now"
    with storage.writing() as session:
        need = add_need(session, contact={"name": evil, "organisation": evil})
        lead = add_lead(session, make_offering(session, title={"en": evil}), need, state=LeadState.ACCEPTED)
        lead.platform.name = {"en": evil}
    tell(need, "lead_accepted", lead=str(lead.id))
    run(sending)
    message = parsed(server.taken[0])
    assert message["Bcc"] is None
    assert server.recipients == [FIRM]
    assert "\n" not in message["Subject"]
    assert "Buy now" in message["Subject"]
    assert [line for line in message.get_content().splitlines() if line.startswith("Bcc")] == []


def test_a_team_gets_its_mail_and_who_left_gets_none(database, make_offering, sending, server):
    with storage.writing() as session:
        lead = add_lead(session, make_offering(session))
        stays = add_person(session, "stays@jianghai.example", "jianghai", language="zh")
        left = add_person(session, "left@jianghai.example", "jianghai")
        add_person(session, "rival@tianquan.example", "tianquan")
        outbox.tell_team(session, "lead_arrived", lead.platform_id, lead=str(lead.id), count=1)
        session.delete(session.scalar(select(Membership).where(Membership.person_id == left.id)))
    while run(sending):
        pass
    assert server.recipients == [stays.email]
    assert f"https://match.example/zh/leads/{lead.id}" in parsed(server.taken[0]).get_content()
    with storage.reading() as session:
        told = session.execute(select(Mail.person_id, Mail.status, Mail.error))
        assert {row[0]: (row[1], row[2]) for row in told} == {
            stays.id: (MailStatus.SENT, None), left.id: (MailStatus.FAILED, "no longer in the team")}


def test_a_team_is_told_of_what_was_erased(need, sending, server):
    with storage.writing() as session:
        add_person(session, "r@jianghai.example", "jianghai")
        platform = session.scalar(select(Organisation).where(Organisation.slug == "jianghai"))
        outbox.tell_team(session, "need_erased", platform.id, reference="L-7K3M-2QXP")
        session.delete(session.get(Need, need.id))
    run(sending)
    message = parsed(server.taken[0])
    assert "L-7K3M-2QXP" in message["Subject"]
    assert message.get_content().splitlines()[0] == "Hello r,"


def test_a_person_hears_of_a_lead_that_is_gone_no_more(need, sending, server):
    with storage.writing() as session:
        person = add_person(session, "r@jianghai.example", "jianghai", Role.LEAD_MANAGER)
        outbox.tell_person(session, "question_answered", person.id, lead=str(UUID(int=0)))
    run(sending)
    with storage.reading() as session:
        assert session.scalar(select(Mail.error)) == "the lead is gone"


def test_without_a_server_mail_waits_and_is_woken_when_there_is_one(need, config, sending, server, caplog):
    mailing._warn_once.cache_clear()
    first, second = tell(need), tell(need)
    assert [run(config), run(config)] != [None, None]
    assert [stored(mail_id).status for mail_id in (first, second)] == [MailStatus.QUEUED] * 2
    assert [stored(mail_id).attempts for mail_id in (first, second)] == [0, 0]
    assert sum("mail waits" in record.getMessage() for record in caplog.records) == 1
    assert waiting() == []
    with storage.writing() as session:
        assert mailing.wake(session, config) == 0
        assert mailing.wake(session, sending) == 2
        assert mailing.wake(session, sending) == 0
    while run(sending):
        pass
    assert len(server.taken) == 2


def test_mail_whose_job_was_given_up_is_woken(need, sending, server):
    mail_id = tell(need)
    with storage.writing() as session:
        session.execute(update(Job).values(state=JobState.FAILED))
        assert mailing.wake(session, sending) == 1
    run(sending)
    assert stored(mail_id).status == MailStatus.SENT


def test_two_jobs_for_one_mail_send_it_once(need, sending, server):
    mail_id = tell(need)
    with storage.writing() as session:
        jobs.enqueue(session, outbox.TASK, mail=str(mail_id))
    while run(sending):
        pass
    assert len(server.taken) == 1


def test_the_demo_keeps_its_mail_in_a_folder(need, config):
    tell(need)
    demo = replace(config, demo=True)
    run(demo)
    (message,) = mailbox.Maildir(demo.mailbox, create=False)
    assert message["To"] == FIRM
    assert demo.mailbox.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("answers", [
    {}, {"RCPT": [f"550 <{CANARY}> is unknown"]}, {"MAIL-DATA": [f"451 {CANARY} later"]}, {"DATA": ["close"]},
    {"RCPT": [f"450 <{CANARY}> later"]},
])
def test_no_address_and_no_key_in_rows_and_logs(database, sending, server, answers, caplog, capfd, monkeypatch):
    caplog.set_level("DEBUG")
    server.answers = copy.deepcopy(answers)
    keys = []
    add_link = letters.links.add_link
    monkeypatch.setattr(letters.links, "add_link", lambda *args: keys.append(add_link(*args)) or keys[-1])
    with storage.writing() as session:
        need = add_need(session, contact={"email": CANARY}, problem="kanarienidee")
    tell(need)
    run(sending)
    said = caplog.text + "".join(capfd.readouterr())
    with storage.reading() as session:
        for kind in (Mail, Job, PrivateLink):
            for row in session.scalars(select(kind)):
                said += repr({name: getattr(row, name) for name in kind.__mapper__.columns.keys()})  # noqa: SIM118
    assert keys
    for secret in (CANARY, "kanarien", *keys):
        assert secret not in said


@pytest.mark.parametrize("url", ["smtp://", "http://host", "host:25", "smtp://host:99999", "smtp://host:x", "smtp://h:0"])
def test_a_server_that_cannot_be_used_stops_the_start(url):
    with pytest.raises(Invalid, match="MATCHMAKER_SMTP_URL"):
        Config.from_environ({"MATCHMAKER_SMTP_URL": url})


def test_a_fault_in_the_address_of_the_server_repeats_no_password():
    with pytest.raises(Invalid) as caught:
        Config.from_environ({"MATCHMAKER_SMTP_URL": "smtp://user:geheim@host:99999"})
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("sender", ["nobody", "", "a@b\nBcc: x@y", "Service", "@b", "a@"])
def test_a_sender_that_cannot_be_used_stops_the_start(sender):
    with pytest.raises(Invalid, match="MATCHMAKER_MAIL_FROM"):
        Config.from_environ({"MATCHMAKER_MAIL_FROM": sender})


@pytest.mark.parametrize(("url", "server"), [
    ("smtp://relay", smtp.Server("relay", 25, None, "", False)),
    ("smtps://a%40b:c%2Fd@relay", smtp.Server("relay", 465, "a@b", "c/d", True)),
    ("smtp://u:p@relay:587", smtp.Server("relay", 587, "u", "p", False)),
])
def test_addresses_of_servers(url, server):
    assert Config.from_environ({"MATCHMAKER_SMTP_URL": url}).smtp_url == url
    assert smtp.Server.parse(url) == server
