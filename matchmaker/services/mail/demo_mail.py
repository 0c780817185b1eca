"""The demo's mailbox: mail that would be sent lies in a folder (a Maildir), for everybody to read on a page."""

import datetime as dt
import email
import email.policy
import mailbox
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

from matchmaker.errors import NotFound

SHOWN = 200


@dataclass(frozen=True)
class KeptMail:
    """A mail in the demo's mailbox."""

    id: UUID
    to: str
    subject: str
    at: dt.datetime
    language: str
    text: str


def keep(folder: Path, message: EmailMessage) -> None:
    """Put a mail into the mailbox, which is made on first use and read by its owner alone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    mailbox.Maildir(folder).add(message.as_bytes())


def kept_mails(folder: Path) -> list[KeptMail]:
    """Return the newest mails, the newest first; one that was sent twice stands here once."""
    found: dict[UUID, KeptMail] = {}
    for mail in _read(folder):
        found.setdefault(mail.id, mail)
    return sorted(found.values(), key=lambda mail: (mail.at, mail.id), reverse=True)[:SHOWN]


def kept_mail(folder: Path, mail_id: UUID) -> KeptMail:
    """Return one mail; raise `NotFound` when it is not there."""
    for mail in _read(folder):
        if mail.id == mail_id:
            return mail
    raise NotFound("There is no such mail in the demo’s mailbox.")


def forget(folder: Path, mail_ids: Collection[UUID]) -> None:
    """Take mails out of the mailbox, each with all its copies."""
    if not mail_ids or not folder.is_dir():
        return
    box = mailbox.Maildir(folder, create=False)
    for key in list(box.iterkeys()):
        if _id_of(email.message_from_bytes(box.get_bytes(key), policy=email.policy.default)) in mail_ids:
            box.discard(key)


def _id_of(message: Message) -> UUID:
    return UUID(str(message["Message-ID"]).strip("<>").partition("@")[0])


def _read(folder: Path) -> Iterator[KeptMail]:
    if not folder.is_dir():
        return
    box = mailbox.Maildir(folder, create=False)
    for key in box.iterkeys():
        message = email.message_from_bytes(box.get_bytes(key), policy=email.policy.default)
        body = message.get_body(("plain",))
        yield KeptMail(
            id=_id_of(message), to=str(message["To"]),
            subject=str(message["Subject"]), at=parsedate_to_datetime(str(message["Date"])),
            language=str(message["Content-Language"]), text=body.get_content() if body else "")
