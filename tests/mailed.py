"""The mail that waits for a person, written as it would be sent."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Job, Mail, Person, Service
from matchmaker.services.mail import letters
from matchmaker.storage.queries import scope


def notices(session: Session, email: str) -> list[str]:
    """Return the notices queued for an address, the oldest first."""
    person = session.scalar(select(Person).where(Person.email == email))
    found = session.scalars(scope.mails(Service()).where(Mail.person_id == person.id).order_by(Mail.id)) if person else ()
    return [mail.notice for mail in found]


def newest_text(session: Session, config: Config, email: str) -> str:
    """Write the newest mail to an address, and return its text."""
    person = session.scalar(select(Person).where(Person.email == email))
    mail = session.scalars(scope.mails(Service()).where(Mail.person_id == person.id).order_by(Mail.id.desc())).first()
    message = letters.prepare(session, config, mail.id).message
    assert message["To"] == email
    return f"{message['Subject']}\n{message.get_content()}"


def newest_link(session: Session, config: Config, email: str) -> str:
    """Write the newest mail to an address, and return the path of the link in it."""
    (path,) = re.findall(r"https?://[^/\s]+(/\S+)", newest_text(session, config, email))
    return path


def jobs(session: Session, task: str) -> list[Job]:
    """Return the queued jobs of a kind."""
    return list(session.scalars(select(Job).where(Job.task == task).order_by(Job.id)))
