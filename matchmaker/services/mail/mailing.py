"""Send the mail of the outbox: a job for each mail.

The job writes the mail in one transaction, hands it over in none, and marks it in another. A worker that dies in
between leaves a mail that is sent again with the same Message-ID: repeated at most, never lost. What a server does not
take is tried again by a new job, after pauses that grow, for three days. While no server is set, outside of the demo,
mail waits without jobs; `wake` queues those of mail that has none.
"""

import datetime as dt
import functools
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import Job, Mail, MailStatus, Service
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import Chunks
from matchmaker.services import links
from matchmaker.services.mail import demo_mail, letters, outbox, smtp
from matchmaker.services.mail.letters import Prepared, Unsendable
from matchmaker.services.mail.smtp import NotDelivered
from matchmaker.storage.queries import mails as queries

PAUSES = (60, 300, 1_800)
"""Seconds before the second, third and fourth attempt; after that an hour each."""
HOUR = 3_600
GIVEN_UP_AFTER = dt.timedelta(days=3)
WOKEN = 500
"""How many mails are woken in one go."""

log = structlog.get_logger(__name__)


def send(job: Job, chunks: Chunks, config: Config, *, patience: float = smtp.PATIENCE) -> None:
    """Do the job: write one mail, hand it over, mark it. `patience` is for each answer of the server, in seconds."""
    if not can_send(config):
        _warn_once()
        with chunks.final({"status": MailStatus.QUEUED}):
            return
    mail_id = UUID(job.payload["mail"])
    prepared, failure = None, None
    try:
        with chunks.chunk(cursor=job.cursor) as session:
            prepared = letters.prepare(session, config, mail_id)
        if prepared:
            with chunks.kept():
                _hand_over(config, prepared, patience)
    except Unsendable as error:
        failure = NotDelivered(str(error), is_final=True, is_certain=True)
    except NotDelivered as error:
        failure = error
    result: dict[str, str | None] = {"status": None}
    with chunks.final(result) as session:
        mail = queries.mail_by_id(session, Service(), mail_id, locked=True)
        if mail and (prepared or failure):
            _record(session, mail, failure, job.task)
            result["status"] = mail.status
        if prepared and prepared.key and failure and failure.is_certain:
            links.forget(session, prepared.key)


def can_send(config: Config) -> bool:
    """Tell whether there is anywhere to hand mail over."""
    return bool(config.smtp_url) or config.demo


def wake(session: Session, config: Config) -> int:
    """Queue a job for each mail that waits without one, if mail can be sent; return for how many. Flushes."""
    if not can_send(config):
        return 0
    found = queries.stray_mails(session, Service(), (outbox.TASK, outbox.IN_BULK), WOKEN)
    for mail in found:
        jobs.enqueue(session, outbox.TASK, mail=str(mail.id))
    return len(found)


def _hand_over(config: Config, prepared: Prepared, patience: float) -> None:
    if config.smtp_url:
        smtp.send(config.smtp_url, prepared.message, patience=patience)
    else:
        demo_mail.keep(config.mailbox, prepared.message)


def _record(session: Session, mail: Mail, failure: NotDelivered | None, task: str) -> None:
    """Note how an attempt ended, and queue the next one where there is to be one."""
    now = utc_now()
    bound = log.bind(mail=str(mail.id), notice=mail.notice)
    if failure is None:
        mail.deliver(now)
        bound.info("mail sent")
        return
    mail.fail(failure.fault, is_final=failure.is_final or now - mail.created_at > GIVEN_UP_AFTER)
    bound.warning("mail not sent", fault=failure.fault, attempts=mail.attempts, status=mail.status.value)
    if mail.status == MailStatus.QUEUED:
        pause = PAUSES[mail.attempts - 1] if mail.attempts <= len(PAUSES) else HOUR
        jobs.enqueue(session, task, after=now + dt.timedelta(seconds=pause), mail=str(mail.id))


@functools.cache
def _warn_once() -> None:
    """Say once per process that mail waits."""
    log.warning("mail waits in the outbox: MATCHMAKER_SMTP_URL is not set")
