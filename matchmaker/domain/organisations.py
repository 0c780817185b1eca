"""Organisations, the people in them, and what each may do there."""

import enum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Code, Created, Document, Items, Moment, Name, PrimaryId, Texts, choice


class OrganisationRole(enum.StrEnum):
    """What an organisation is to the service; it may be several things at once."""

    SME = "sme"
    PLATFORM = "platform"
    INCUBATOR = "incubator"
    OPERATOR = "operator"


class SizeClass(enum.StrEnum):
    """Size of a firm by the classification rules of 2011 (No. 300): sector, staff and revenue."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Role(enum.StrEnum):
    """What a person may do in an organisation."""

    REVIEWER = "reviewer"
    LEAD_MANAGER = "lead_manager"
    LIST_EDITOR = "list_editor"
    ADMIN = "admin"
    OPERATOR = "operator"
    REFERRER = "referrer"


class Organisation(Base):
    """An SME, a platform, an incubator or the operator."""

    __tablename__ = "organisation"

    id: Mapped[PrimaryId]
    slug: Mapped[Code | None] = mapped_column(unique=True)
    name: Mapped[Texts]
    about: Mapped[dict[str, str] | None] = mapped_column(Document)
    unified_social_credit_code: Mapped[Code | None] = mapped_column(unique=True)
    roles: Mapped[Items]
    size_class: Mapped[SizeClass | None] = mapped_column(choice(SizeClass))
    founded: Mapped[int | None]
    is_one_person: Mapped[bool | None]
    industry: Mapped[Code | None]
    region: Mapped[Code | None]
    certifications: Mapped[Items]
    verified: Mapped[bool] = mapped_column(default=False)
    suspended_at: Mapped[Moment | None]
    """Since when the operator has suspended it; nothing of a suspended platform is shown to firms."""
    suspended_why: Mapped[str | None]
    suspended_by_id: Mapped[UUID | None]
    asks_second_step: Mapped[bool] = mapped_column(default=False)
    """Whether its people need a second step to use their roles."""
    created_at: Mapped[Created]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="organisation")

    @property
    def is_suspended(self) -> bool:
        """Tell whether the operator has suspended it."""
        return self.suspended_at is not None


class Person(Base):
    """Somebody who signs in. What they may do stands in their memberships, never here."""

    __tablename__ = "person"

    id: Mapped[PrimaryId]
    name: Mapped[Name]
    email: Mapped[Name] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    language: Mapped[Code] = mapped_column(default="zh")
    """The language of the mail they get."""
    created_at: Mapped[Created]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")


class Membership(Base):
    """One role of one person in one organisation."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),)

    id: Mapped[PrimaryId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    created_at: Mapped[Created]

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(back_populates="memberships")
