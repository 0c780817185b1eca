"""How somebody gets in: a private link, a sign-in, and the count of tries. Secrets stand here only as hashes."""

import datetime as dt
import enum
import hashlib
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Code, Created, Moment, PrimaryId, choice
from matchmaker.domain.organisations import Person


def hash_secret(secret: str) -> str:
    """Return the fingerprint under which a long random secret is stored and found again."""
    return hashlib.sha256(secret.encode()).hexdigest()


class PrivateLink(Base):
    """An unguessable address of a need's private pages; whoever has it acts for the firm until it expires."""

    __tablename__ = "private_link"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    firm_sign_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("firm_sign_in.id", ondelete="CASCADE"), index=True)
    """The browser of an account that opened it; it ends with that, and was never mailed."""

    def has_expired(self, now: dt.datetime) -> bool:
        """Tell whether the link no longer opens anything."""
        return self.expires_at <= now


class Stage(enum.StrEnum):
    """How far a sign-in has come."""

    WHOLE = "whole"
    CODE = "code"
    """The password was right, and the second step is still to come: it opens nothing else."""
    SET_UP = "set_up"
    """An organisation asks for a second step that the person has not set up: until then they have no roles."""


class SignIn(Base):
    """One browser in which somebody has signed in; ended, it opens nothing, whatever cookie comes."""

    __tablename__ = "sign_in"

    id: Mapped[PrimaryId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    stage: Mapped[Stage] = mapped_column(choice(Stage), default=Stage.WHOLE)
    device: Mapped[Code] = mapped_column(default="")
    """Browser and system, as the browser names them."""
    seen_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship()


class Attempts(Base):
    """How often something was tried in one window of time; the key is a hash and names nobody."""

    __tablename__ = "attempts"

    key: Mapped[Code] = mapped_column(primary_key=True)
    window: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """The window's end, in seconds since 1970."""
    count: Mapped[int] = mapped_column(default=0)
