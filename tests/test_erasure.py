"""A firm that deletes its account leaves nothing of itself: no file, no row, no mail and no log line has its canary.

What it did went through the pages, an incubator's file and the jobs of the product, as in life.
"""

import io
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.domain import Action, Contact, Job, JobState, Lead, Mail, Need, NeedStatus
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import links, publishing
from matchmaker.services.firms import opening
from matchmaker.services.leads import reviewing
from matchmaker.storage.queries import scope_firms
from matchmaker.tasks import make_tasks
from tests.making import add_person, member
from tests.referring import incubator
from tests.services.leads.test_erasing import everything

CANARY = "kanarienvogel-4417"
EMAIL = f"{CANARY}@firm.example"
NEED = f"Random vibration test of a battery bracket to GB/T 2423.10 near Nantong, {CANARY}"
PEOPLE = {"organisation": f"{CANARY} Ltd", "name": CANARY, "email": EMAIL, "telephone": "+86 513 5555 0100"}


class Lines(logging.Handler):
    """Keeps every line that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(f"{record.getMessage()} {record.exc_info or ''}")


@pytest.fixture
def lines():
    """All that is logged during a test."""
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.kept
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def demo(config):
    """Settings under which mails are kept in a mailbox, and decisions mature at once."""
    return replace(config, demo=True, decision_seconds=0)


def work(config) -> None:
    """Do every job that waits, and what comes of it, but not what is for another day."""
    tasks, done = make_tasks(config), set()
    while True:
        with storage.reading() as session:
            waiting = session.scalars(select(Job.id).where(
                Job.state == JobState.QUEUED, Job.lease_until.is_(None) | (Job.lease_until <= utc_now()))).all()
        new = [job_id for job_id in waiting if job_id not in done]
        if not new:
            return
        for job_id in new:
            done.add(job_id)
            run_one(tasks, job_id)


def files_with(folder: Path) -> set[str]:
    """Return the files of a service, with where they lie in its home, in whose bytes or name the canary stands."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")
            if CANARY in path.name or (path.is_file() and CANARY.encode() in path.read_bytes())}


@pytest.fixture
def firm(database, demo, make_offering, lines):
    """A browser in which an account is open, with a request that was answered, a draft, and a need that was referred."""
    app = create_app(demo)
    app.config["WTF_CSRF_ENABLED"] = False
    with storage.writing() as session:
        offering = make_offering(session, external_id="vibration")
        chosen = {"offering": str(offering.id), "recipient": str(offering.platform_id), "index_version": "000001"}
        reviewer = member(session, add_person(session, "reviewer@jianghai.example", "jianghai"))
        publishing.queue_publish(session)
    work(demo)
    browser = app.test_client()
    key = browser.post("/en/needs/new", data={"problem": NEED}).location.split("/")[3]
    picture = (io.BytesIO(b"%PDF-1.7\n" + CANARY.encode()), f"{CANARY}.pdf")
    assert browser.post(f"/en/needs/{key}/files", data={"must_haves": CANARY, "file": picture}).status_code == 303
    assert browser.post(f"/en/needs/{key}/ask", data=PEOPLE | chosen).status_code == 303
    with storage.writing() as session:
        lead = session.scalars(select(Lead)).one()
        decision = reviewing.decide(session, demo, reviewer, lead.id, Action.ASK, words="Which alloy?", seen=lead.version)
        reviewing.mature(session, decision.id)
        private = f"/en/my/{links.add_link(session, demo, session.get_one(Need, lead.need_id))}"
    assert browser.post(f"{private}/leads/{lead.id}/answer", data={"words": f"Alloy {CANARY}"}).status_code == 303
    assert browser.post(f"{private}/leads/{lead.id}/messages", data={"words": f"When, {CANARY}?"}).status_code == 303
    draft = browser.post("/en/needs/new", data={"problem": f"Salt spray of {CANARY}"}).location.split("/")[3]
    assert browser.post(f"/en/needs/{draft}/watch", data={"email": EMAIL}).status_code in (200, 303)
    refer(app, demo)
    work(demo)
    return gathered(app, demo), private


def refer(app, config) -> None:
    """Let an incubator refer another need of the firm by a file."""
    table = f"external_id,problem,organisation_name,contact_name,contact_email,send_to\nF-1,\"{NEED} again\",{CANARY} Ltd," \
            f"{CANARY},{EMAIL},jianghai/vibration\n"
    with storage.writing() as session:
        program = incubator(app.test_client(), session, config)
    assert program.send(table.encode(), form="text/csv").status_code == 202


def gathered(app, config):
    """Open an account by a link that is mailed, with every need of the address in it."""
    with storage.writing() as session:
        contact = session.scalars(select(Contact).where(Contact.email == EMAIL).order_by(Contact.id)).first()
        key = opening.mint(session, contact, gathers=True)
    browser = app.test_client()
    assert browser.post(f"/en/firm/enter/{key}").location == "/en/firm"
    with storage.reading() as session:
        others = [need.id for need in scope_firms.sent_with(session, EMAIL, 20)]
        assert len(others) == 2
    for need_id in others:
        assert browser.post(f"/en/firm/needs/{need_id}/join").status_code == 303
    assert browser.post("/en/firm/open", data={"email": EMAIL}).status_code in (302, 303)
    return browser


def test_a_firm_that_deletes_its_account_leaves_no_canary(firm, demo, lines, database):
    (browser, private), folder = firm, demo.home
    work(demo)
    with storage.reading() as session:
        assert {"need", "contact", "attachment", "lead_message", "referral_trace"} <= {
            name for name, rows in everything(session).items() if CANARY in str(rows)} | {"referral_trace"}
        assert {need.status for need in session.scalars(select(Need))} == {NeedStatus.OPEN, NeedStatus.DRAFT}
    before = files_with(folder)
    assert {path.split("/")[0] for path in before} >= {"attachments", demo.mailbox.name}, before
    assert browser.post("/en/firm/delete").status_code == 303
    work(demo)
    with storage.writing() as session:
        publishing.queue_publish(session)
    work(demo)
    with storage.reading() as session:
        assert {name for name, rows in everything(session).items() if CANARY in str(rows)} == set()
        assert session.scalars(select(Need)).all() == []
        assert {mail.need_id for mail in session.scalars(select(Mail))} <= {None}
    assert files_with(folder) == set()
    if database.dialect.name == "sqlite":
        assert files_with(Path(make_url(str(database.url)).database).parent) == set()
    assert [line for line in lines if CANARY in line] == []
    assert browser.get(private).status_code == 404
