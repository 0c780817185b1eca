"""Consent, and the contact data that only consent reveals. Contact data stands in no other table."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Moment, Name, PrimaryId, utc_now


class Consent(Base):
    """A firm's consent that one named recipient sees its need for one purpose (PIPL, article 23).

    What the firm read is kept by the version of the text; see `matchmaker.services.leads.consents`.
    """

    __tablename__ = "consent"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    purpose: Mapped[Code]
    text_version: Mapped[Code]
    language: Mapped[Code]
    channel: Mapped[Code]
    shows_files_at_once: Mapped[bool] = mapped_column(default=False)
    """Whether the recipient sees attached files before it accepts; the contact is never shown before."""
    passes_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the need may be passed on to the next best platform when this one does not answer or declines."""
    given_at: Mapped[Created]
    withdrawn_at: Mapped[Moment | None]

    def withdraw(self, at: dt.datetime | None = None) -> None:
        """End the consent; once withdrawn it stays so."""
        self.withdrawn_at = self.withdrawn_at or at or utc_now()


Index("uq_consent_need_id_recipient_id_in_force", Consent.need_id, Consent.recipient_id, unique=True,
      sqlite_where=Consent.withdrawn_at.is_(None), postgresql_where=Consent.withdrawn_at.is_(None))


class Contact(Base):
    """Who the firm behind a need is, and how it is reached."""

    __tablename__ = "contact"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), unique=True)
    organisation: Mapped[Name | None]
    name: Mapped[Name | None]
    email: Mapped[Name] = mapped_column(index=True)
    telephone: Mapped[Name | None]
    language: Mapped[Code]
