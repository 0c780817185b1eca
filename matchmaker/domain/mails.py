"""The outbox: what is to be told to whom.

A row names the recipient and the things it speaks of by their ids alone. Words, address and private link are put
together when it is sent, so that no contact and no key lies here, and an erased need takes its mail along.
"""

import datetime as dt
import enum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Fields, Moment, PrimaryId, choice


class MailStatus(enum.StrEnum):
    """What became of a mail."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Mail(Base):
    """One mail to the firm behind a need (`need_id`) or to a person who signs in (`person_id`)."""

    __tablename__ = "mail"
    __table_args__ = (CheckConstraint("(need_id IS NULL) <> (person_id IS NULL)", name="one_recipient"),)

    id: Mapped[PrimaryId]
    notice: Mapped[Code]
    """What it says; see `matchmaker.services.mail.notices`."""
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    details: Mapped[Fields]
    status: Mapped[MailStatus] = mapped_column(choice(MailStatus), default=MailStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_at: Mapped[Created]
    sent_at: Mapped[Moment | None]

    def deliver(self, at: dt.datetime) -> None:
        """Note that the mail has been handed over."""
        self.attempts, self.status, self.error, self.sent_at = self.attempts + 1, MailStatus.SENT, None, at

    def fail(self, error: str, *, is_final: bool) -> None:
        """Note why the mail could not be handed over; unless `is_final`, it waits for the next attempt.

        `error` is a code or the kind of fault: it never names an address.
        """
        self.attempts, self.error = self.attempts + 1, error
        self.status = MailStatus.FAILED if is_final else MailStatus.QUEUED
