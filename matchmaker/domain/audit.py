"""The audit log: who touched which thing, when, and which of its fields; never what stands in them.

Entries are only ever added. Each carries the digest of the one before, so that whoever keeps one number and digest can
tell later whether anything up to it was changed, left out or put in (a hash chain, after Haber and Stornetta 1991).
"""

import datetime as dt
import enum
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.actors import Side
from matchmaker.domain.base import Base, Code, Items, Moment, Name, choice

FIRST = "0" * 64
"""What stands for the digest before the first entry."""


class Act(enum.StrEnum):
    """What was done with a thing."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


class AuditEntry(Base):
    """One thing touched in one transaction. `number` counts from 1 without gaps; `side` is None for a passer-by."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_thing_thing_id", "thing", "thing_id"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    side: Mapped[Side | None] = mapped_column(choice(Side))
    person_id: Mapped[UUID | None]
    act: Mapped[Act] = mapped_column(choice(Act))
    thing: Mapped[Code]
    thing_id: Mapped[Name]
    fields: Mapped[Items]
    digest: Mapped[Code]

    def follows(self, number: int, digest: str) -> bool:
        """Tell whether this is, unchanged, the entry that came after the one with `number` and `digest`."""
        said = {name: getattr(self, name) for name in SEALED}
        return self.number == number + 1 and self.digest == digest_of(said, digest)


SEALED = ("number", "at", "side", "person_id", "act", "thing", "thing_id", "fields")
"""What an entry's digest covers, besides the digest before it."""


def digest_of(entry: Mapping[str, Any], previous: str) -> str:
    """Return the digest of an entry, SHA-256 over what it says and the digest before it."""
    said = {name: entry[name] for name in SEALED}
    said["at"] = said["at"].astimezone(dt.UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(previous.encode() + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
