"""What reviewers keep for themselves beside the leads, and what firms allow platforms to find without being asked."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Fields, Items, Moment, Name, PrimaryId, utc_now


class SavedView(Base):
    """A part of the queue that one person comes back to: a name, and what the address of the queue says."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[PrimaryId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[Name]
    asked: Mapped[Fields]
    """The address's names and values, such as ``{"view": "mine", "due": "late"}``."""
    created_at: Mapped[Created]


class LeadPresence(Base):
    """That somebody has a lead open at this moment; it says so again every while, and is over when it does not."""

    __tablename__ = "lead_presence"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[Moment]


class QueueExport(Base):
    """That somebody took a part of the queue out as a file: who, when, how much; never what stood in it."""

    __tablename__ = "queue_export"

    id: Mapped[PrimaryId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Created]
    form: Mapped[Code]
    filters: Mapped[Items]
    """The names of what narrowed the list, without their values."""
    leads: Mapped[int]


class FindConsent(Base):
    """A firm's consent that platforms which it has not asked find its need by facts, without its words and its name."""

    __tablename__ = "find_consent"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), primary_key=True)
    text_version: Mapped[Code]
    language: Mapped[Code]
    given_at: Mapped[Created]
    withdrawn_at: Mapped[Moment | None]

    def withdraw(self, at: dt.datetime | None = None) -> None:
        """End the consent; once withdrawn it stays so until it is given anew."""
        self.withdrawn_at = self.withdrawn_at or at or utc_now()


class Finding(Base):
    """An offering that fits a need which may be found: the ranking read from the offering's side."""

    __tablename__ = "finding"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), primary_key=True)
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id", ondelete="CASCADE"), primary_key=True)
    fit: Mapped[float]
    factors: Mapped[Items]
    """How each factor counts; its reasons quote the firm, so they are not kept."""
    found_at: Mapped[Created]


Index("ix_finding_offering_id_fit", Finding.offering_id, Finding.fit)
