import datetime as dt
import email.utils
from dataclasses import replace
from email.message import EmailMessage
from uuid import uuid4

import pytest

from matchmaker.app import create_app
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services.mail import demo_mail
from matchmaker.web import demo

URL = "https://match.example"
TEXT = ("Hello,\n\nYour need <b>is</b> here: https://evil.example/my/KEY\nand https://match.example.evil/my/KEY\n\n"
        f"Open it:\n{URL}/en/my/KEY\n\n-- \nMatchmaker")


@pytest.fixture
def config(config):
    return replace(config, demo=True, public_url=URL)


@pytest.fixture
def keep(config):
    """A function that puts a mail into the mailbox, and returns its id."""
    def keep(subject="A subject", *, mail_id=None, minutes=0, text=TEXT, language="en"):
        mail_id = mail_id or new_id()
        message = EmailMessage()
        message["To"], message["Subject"] = "firm@haimen.example", subject
        message["Message-ID"] = f"<{mail_id}@match.example>"
        message["Date"] = email.utils.format_datetime(utc_now() - dt.timedelta(minutes=minutes))
        message.set_content(text)
        message["Content-Language"] = language
        demo_mail.keep(config.mailbox, message)
        return mail_id

    return keep


@pytest.mark.parametrize(("language", "words"), [("en", "No mail yet"), ("zh", "还没有邮件")])
def test_an_empty_mailbox_says_what_to_do(read, language, words):
    page = read(f"/{language}/demo/mail")
    assert words in page.text
    assert page.all("a", class_="btn-primary", href=f"/{language}/needs/new")


def test_the_newest_come_first(read, keep):
    for minutes, subject in ((5, "older"), (1, "newer"), (9, "oldest")):
        keep(subject, minutes=minutes)
    page = read("/en/demo/mail")
    items = [element.text for element in page.all("li") if "firm@haimen.example" in element.text]
    assert [item.split()[0] for item in items] == ["newer", "older", "oldest"]
    assert "mail is not sent to anybody" in page.one("p", class_="demo-note").text


def test_a_mail_that_was_sent_twice_stands_there_once(read, keep):
    mail_id = keep("again")
    keep("again", mail_id=mail_id)
    assert read("/en/demo/mail").text.count("again") == 1


def test_a_mail_is_shown_with_links_to_this_service_only(read, keep):
    page = read(f"/en/demo/mail/{keep('Something & new')}")
    assert page.one("h1").text == "Something & new"
    body = page.one("div", class_="letter-body")
    assert "Your need <b>is</b> here" in body.text
    assert [link["href"] for link in page.all("a") if "KEY" in link["href"]] == [f"{URL}/en/my/KEY"]
    assert "https://evil.example/my/KEY" in body.text
    assert page.all("b") == []


def test_a_mail_keeps_its_language(read, keep):
    page = read(f"/en/demo/mail/{keep('需求已送达', language='zh', text='您好：')}")
    assert page.one("h1").language == "zh"
    assert page.one("div", class_="letter-body").language == "zh"


def test_unknown_mails(read):
    read(f"/en/demo/mail/{uuid4()}", 404)
    read("/en/demo/mail/..%2f..%2fdemo-secret", 404)


def test_a_demo_that_sends_its_mail_says_so(session, config):
    page = create_app(replace(config, smtp_url="smtp://relay")).test_client().get("/en/demo/mail")
    assert "hands its mail to a mail server" in page.text


def test_the_pages_exist_in_the_demo_only(session, config, keep):
    mail_id = keep()
    client = create_app(replace(config, demo=False)).test_client()
    for path in ("/en/demo/mail", f"/zh/demo/mail/{mail_id}"):
        assert client.get(path).status_code == 404
    assert "demo" not in client.get("/en/").text


def test_the_parts_of_a_text():
    assert list(demo.linked(f"a {URL}/x b http://y", URL)) == [("a ", False), (f"{URL}/x", True), (" b ", False),
                                                              ("http://y", False)]
    assert list(demo.linked("", URL)) == []
