"""The account of a firm that wants one: it gathers the needs that were sent with one e-mail address.

Nobody needs it. What opens it is a link for one use, mailed to the address. There is no password beside it: who reads
that mailbox could have a forgotten one set anew, and gets at each need by its own link anyway. The address stands in
the contacts alone; here is its fingerprint, by which the account is found again.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import Base, Code, Created, Items, Moment, PrimaryId


def hash_address(email: str) -> str:
    """Return the fingerprint of an e-mail address, however it was typed."""
    return hash_secret(f"firm\n{email.strip().lower()}")


class FirmAccount(Base):
    """One address that was shown to be somebody's own, and since when."""

    __tablename__ = "firm_account"

    id: Mapped[PrimaryId]
    address_hash: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[Created]
    told_at: Mapped[Moment | None]
    """When the firm last got a mail about something new, for whichever of its needs."""


class GatheredNeed(Base):
    """A need that belongs to an account."""

    __tablename__ = "gathered_need"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("firm_account.id", ondelete="CASCADE"), index=True)
    gathered_at: Mapped[Created]
    news: Mapped[Items]
    """The ids of offerings that fit and of which the firm is to be told with the next mail."""


class FirmKey(Base):
    """A link for one use in a mail to the address of a need: it opens, or begins, the account of that address."""

    __tablename__ = "firm_key"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    address_hash: Mapped[Code] = mapped_column(index=True)
    """Where the mail went: what the need's contact says later proves nothing."""
    gathers: Mapped[bool]
    """Whether the firm asked on the need's own page, so that the need is gathered when the link is used."""
    key_hash: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]


class FirmSignIn(Base):
    """One browser in which an account is open; with its row go the private links that it opened."""

    __tablename__ = "firm_sign_in"

    id: Mapped[PrimaryId]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("firm_account.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    device: Mapped[Code] = mapped_column(default="")

    def is_open(self, now: dt.datetime) -> bool:
        """Tell whether it still lets anybody in."""
        return self.expires_at > now
