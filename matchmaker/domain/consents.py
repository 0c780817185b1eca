"""Consent, and the contact data that only consent reveals. Contact data stands in no other table."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Items, Moment, Name, PrimaryId


class Consent(Base):
    """A firm's consent that named recipients see its need for one purpose (PIPL, article 23)."""

    __tablename__ = "consent"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), index=True)
    text_version: Mapped[Code]
    recipients: Mapped[Items]
    purpose: Mapped[str]
    channel: Mapped[Code]
    given_at: Mapped[Created]
    withdrawn_at: Mapped[Moment | None]


class Contact(Base):
    """How the firm behind a need is reached."""

    __tablename__ = "contact"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), unique=True)
    name: Mapped[Name]
    email: Mapped[Name | None]
    telephone: Mapped[Name | None]
