"""The keys by which an organisation's programs call the API. A key is shown once; here stands only what knows it."""

import datetime as dt
import enum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Items, Moment, Name, PrimaryId


class Scope(enum.StrEnum):
    """What a key is good for."""

    WRITE = "referrals:write"
    READ = "referrals:read"
    WEBHOOKS = "webhooks"


class ApiKey(Base):
    """One key of one organisation: found by its prefix, known by the HMAC of the whole."""

    __tablename__ = "api_key"

    id: Mapped[PrimaryId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[Name]
    prefix: Mapped[Code] = mapped_column(unique=True)
    """How the key begins; it is shown, and opens nothing."""
    digest: Mapped[Code]
    scopes: Mapped[Items]
    is_live: Mapped[bool]
    """A key of the sandbox only tries things out: nothing that comes with it reaches a platform or a firm."""
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Created]
    expires_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("api_key.id"))
    """The key that takes its place; until it expires, both are good."""

    def is_good(self, now: dt.datetime) -> bool:
        """Tell whether the key opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def revoke(self, at: dt.datetime) -> None:
        """End the key at once and for good."""
        self.revoked_at = self.revoked_at or at


class ApiKeyUse(Base):
    """When a key was last used; kept beside it, so that its own row changes only when somebody changes it."""

    __tablename__ = "api_key_use"

    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[Moment | None]
