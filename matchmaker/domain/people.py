"""How people come into a team, prove who they are, and are stood in for.

Secrets stand here only as hashes; the one of the second step is not stored at all (see `SecondStep`).
"""

import datetime as dt
import enum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Code, Created, Items, Moment, Name, PrimaryId, choice
from matchmaker.domain.organisations import Organisation, OrganisationRole, Person, Role

GRANTED: dict[OrganisationRole, frozenset[Role]] = {
    OrganisationRole.PLATFORM: frozenset({Role.REVIEWER, Role.LEAD_MANAGER, Role.LIST_EDITOR, Role.ADMIN}),
    OrganisationRole.INCUBATOR: frozenset({Role.LEAD_MANAGER, Role.ADMIN}),
    OrganisationRole.OPERATOR: frozenset({Role.OPERATOR, Role.ADMIN}),
    OrganisationRole.SME: frozenset(),
}
"""The roles that an organisation can give, by what it is: only an operator's own people answer for the service."""


def grantable(organisation: Organisation) -> list[Role]:
    """Return the roles that an organisation can give, in the order in which they are listed everywhere."""
    given: set[Role] = set()
    for kind in organisation.roles:
        given |= GRANTED[OrganisationRole(kind)]
    return [role for role in Role if role in given]


class Invitation(Base):
    """Somebody asked into an organisation, with the roles that they get when they accept."""

    __tablename__ = "invitation"

    id: Mapped[PrimaryId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    roles: Mapped[Items]
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    """When it was accepted or withdrawn."""

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    organisation: Mapped[Organisation] = relationship()

    def is_open(self, now: dt.datetime) -> bool:
        """Tell whether it can be accepted."""
        return self.ended_at is None and self.expires_at > now


class Purpose(enum.StrEnum):
    """What a link in a mail is good for, once."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 (the name of a purpose)


class OneTimeKey(Base):
    """A link in a mail to a person that opens one thing, once, for a while."""

    __tablename__ = "one_time_key"

    id: Mapped[PrimaryId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    key_hash: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]


class SecondStep(Base):
    """The second step of signing in: codes of an authenticator app (RFC 6238).

    Of the secret that the app shares, half is kept here and half is the key of the installation: neither the database
    nor a backup of it gives codes.
    """

    __tablename__ = "second_step"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    salt: Mapped[Code]
    created_at: Mapped[Created]
    confirmed_at: Mapped[Moment | None]
    """Until a first code has shown that the app works, it is not asked for."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The period of the newest code that was taken: none is taken twice, and none that is older."""


class RecoveryCode(Base):
    """A code on paper that stands in once for the app."""

    __tablename__ = "recovery_code"

    id: Mapped[PrimaryId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[Code]
    used_at: Mapped[Moment | None]


class Absence(Base):
    """Days on which somebody is away, and who answers for them in their team meanwhile."""

    __tablename__ = "absence"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True)
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]

    def covers(self, day: dt.date) -> bool:
        """Tell whether the person is away on a day."""
        return self.first_day <= day <= self.last_day


class Identity(Base):
    """The account of a person at a provider of identities (OpenID Connect), known from their first sign-in by it."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[PrimaryId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[Name]
    subject: Mapped[Name]
    created_at: Mapped[Created]
