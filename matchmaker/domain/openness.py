"""Openness lists as versions: drafted by a platform, accepted by the operator, published together in a batch.

A published version never changes: its `document` is kept byte for byte, and its fingerprint is the SHA-256 of these
bytes, so that whoever cites a version can tell later that it still says the same.
"""

import datetime as dt
import enum
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.actors import EDITING, Actor, Member, Service, Side
from matchmaker.domain.base import Base, Code, Created, Fields, Moment, PrimaryId, Texts, choice, utc_now
from matchmaker.domain.offerings import OpennessList
from matchmaker.errors import Conflict, Forbidden, Invalid


class VersionStatus(enum.StrEnum):
    """Where a version of a list stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    PUBLISHED = "published"


class BatchStatus(enum.StrEnum):
    """Where a batch stands: being put together, waiting for its moment, or published."""

    PLANNED = "planned"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


S = VersionStatus
_PLATFORM, _BOTH = frozenset({Side.PLATFORM}), frozenset({Side.PLATFORM, Side.OPERATOR})
MOVES: Mapping[S, Mapping[S, frozenset[Side]]] = {
    S.DRAFT: {S.IN_REVIEW: _PLATFORM},
    S.IN_REVIEW: {S.DRAFT: _BOTH, S.ACCEPTED: frozenset({Side.OPERATOR})},
    S.ACCEPTED: {S.DRAFT: _BOTH, S.PUBLISHED: frozenset({Side.SERVICE})},
    S.PUBLISHED: {},
}
"""From a state to the states that may follow it, and who may bring each about. The service publishes, with a batch."""
PRIVATE_FIELDS = frozenset({"contact"})
"""What an entry holds for the catalogue and no list shows."""


class Batch(Base):
    """The versions that are published at one moment. `number` counts the published batches from 1."""

    __tablename__ = "batch"

    id: Mapped[PrimaryId]
    number: Mapped[int | None] = mapped_column(unique=True)
    title: Mapped[Texts]
    status: Mapped[BatchStatus] = mapped_column(choice(BatchStatus), default=BatchStatus.PLANNED)
    publish_at: Mapped[Moment | None]
    published_at: Mapped[Moment | None]
    content_hash: Mapped[Code | None]
    created_at: Mapped[Created]

    versions: Mapped[list["ListVersion"]] = relationship(back_populates="batch", order_by="ListVersion.id")

    def plan(self, at: dt.datetime) -> None:
        """Let the batch be published at a moment; raise `Conflict` when it is, `Invalid` when it has no lists."""
        if self.status == BatchStatus.PUBLISHED:
            raise Conflict("This batch is published; it does not change any more.")
        if not any(version.status == S.ACCEPTED for version in self.versions):
            raise Invalid("Choose at least one accepted list.")
        self.status, self.publish_at = BatchStatus.SCHEDULED, at

    def stop(self) -> None:
        """Take a batch back that waits for its moment; raise `Conflict` when it does not."""
        if self.status != BatchStatus.SCHEDULED:
            raise Conflict("This batch does not wait to be published.")
        self.status, self.publish_at = BatchStatus.PLANNED, None

    def close(self, number: int, versions: Iterable["ListVersion"], at: dt.datetime) -> None:
        """Become the published batch of this number, with these versions; its fingerprint covers theirs."""
        said = sorted((version.openness_list.platform.slug or "", version.number, version.content_hash)
                      for version in versions)
        self.number, self.status, self.published_at = number, BatchStatus.PUBLISHED, at
        self.content_hash = hashlib.sha256(orjson.dumps({"batch": number, "lists": said})).hexdigest()


class ListVersion(Base):
    """One version of a platform's openness list; the numbers of a list's versions count from 1 without gaps."""

    __tablename__ = "list_version"
    __table_args__ = (UniqueConstraint("list_id", "number"),)

    id: Mapped[PrimaryId]
    list_id: Mapped[UUID] = mapped_column(ForeignKey("openness_list.id"))
    number: Mapped[int]
    status: Mapped[VersionStatus] = mapped_column(choice(VersionStatus), default=VersionStatus.DRAFT)
    title: Mapped[Texts]
    note: Mapped[str] = mapped_column(default="")
    """What is new, in the platform's words."""
    response_days: Mapped[int | None]
    """Working days within which the platform answers, for offerings that say nothing of their own."""
    valid_through: Mapped[dt.date | None]
    verified_at: Mapped[dt.date | None]
    """When the platform last confirmed that the list holds; no part of what the fingerprint covers."""
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"), index=True)
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    """The file that was read for it and waits to be taken over or left."""
    published_at: Mapped[Moment | None]
    document: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[Code | None]
    created_at: Mapped[Created]
    changed_at: Mapped[Created]
    edits: Mapped[int] = mapped_column(default=1)

    openness_list: Mapped[OpennessList] = relationship()
    batch: Mapped[Batch | None] = relationship(back_populates="versions")
    entries: Mapped[list["ListEntry"]] = relationship(cascade="all, delete-orphan", order_by="ListEntry.external_id")

    # Two people who change a draft at the same time: the later one is told.
    __mapper_args__ = {"version_id_col": edits}

    @property
    def platform_id(self) -> UUID:
        """The platform whose list it is."""
        return self.openness_list.platform_id

    def move(self, to: VersionStatus, actor: Actor, why: str = "", *, at: dt.datetime | None = None) -> "ListMove":
        """Move to another state and return the record of it, which the caller keeps.

        Raise `Conflict` when the table does not have the move or a batch with it waits to be published, `Forbidden`
        when it is another's to make, `Invalid` when there is nothing on the list or a reason is missing.
        """
        if to not in MOVES[self.status]:
            raise Conflict("The list has moved on; this step is not possible any more.")
        side = self._side(actor)
        if side not in MOVES[self.status][to]:
            raise Forbidden("This step is not yours to take.")
        if to == S.DRAFT and self.batch and self.batch.status == BatchStatus.SCHEDULED:
            raise Conflict("A batch with this list waits to be published. The operator takes it back first.")
        if to == S.IN_REVIEW and not self.entries:
            raise Invalid("There is nothing on the list yet.")
        if to == S.DRAFT and side == Side.OPERATOR and not why.strip():
            raise Invalid("Say why, in words.")
        move = ListMove(version_id=self.id, at=at or utc_now(), from_state=self.status, to_state=to, side=side,
                        person_id=actor.person_id if isinstance(actor, Member) else None, why=why.strip())
        self.status, self.changed_at = to, move.at
        if to == S.DRAFT:
            self.batch = None
        return move

    def may_move(self, to: VersionStatus, actor: Actor) -> bool:
        """Tell whether the table lets `actor` make a move now."""
        try:
            return self._side(actor) in MOVES[self.status].get(to, ())
        except Forbidden:
            return False

    def check_edited(self) -> None:
        """Raise `Conflict` unless it is a draft: what is reviewed or published is not changed underneath."""
        if self.status != S.DRAFT:
            raise Conflict("Only a draft can be changed. Take it back first, or begin the next version.")

    def seal(self, slug: str, at: dt.datetime) -> None:
        """Keep what it says now, byte for byte, as the version that is cited from `at` on."""
        said = {"list": slug, "version": self.number, "title": self.title, "note": self.note,
                "response_days": self.response_days, "valid_through": self.valid_through,
                "entries": [entry.public for entry in self.entries]}
        document = orjson.dumps(said, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        self.document, self.content_hash = document.decode(), hashlib.sha256(document).hexdigest()
        self.published_at = at

    @property
    def is_sound(self) -> bool:
        """Tell whether the kept bytes are still those of the fingerprint."""
        return hashlib.sha256((self.document or "").encode()).hexdigest() == self.content_hash

    def is_over(self, today: dt.date) -> bool:
        """Tell whether its last day lies before the day `today`."""
        return self.valid_through is not None and self.valid_through < today

    def _side(self, actor: Actor) -> Side:
        if isinstance(actor, Service):
            return Side.SERVICE
        if isinstance(actor, Member) and self.platform_id in actor.organisations(*EDITING):
            actor.check_standing(self.platform_id)
            return Side.PLATFORM
        if isinstance(actor, Member) and actor.is_operator:
            return Side.OPERATOR
        raise Forbidden("Only the platform's own people and the operator work on its list.")


class ListEntry(Base):
    """One resource on a version of a list. `base` is what the catalogue's offering said when it was put there."""

    __tablename__ = "list_entry"
    __table_args__ = (UniqueConstraint("version_id", "external_id"), Index("ix_list_entry_offering_id", "offering_id"))

    id: Mapped[PrimaryId]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("list_version.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    offering_id: Mapped[UUID | None] = mapped_column(ForeignKey("offering.id", ondelete="SET NULL"))
    content: Mapped[Fields]
    base: Mapped[Fields] = mapped_column(default=dict)

    @property
    def public(self) -> dict[str, Any]:
        """What everybody may read of it, as JSON keeps it."""
        return {name: value for name, value in self.content.items() if name not in PRIVATE_FIELDS}

    @property
    def changes(self) -> dict[str, Any]:
        """What the list says differently from the offering at the time it was put there."""
        return {name: value for name, value in self.content.items() if value != self.base.get(name)}


class ListMove(Base):
    """One step in the life of a version: from where to where, who, when and why."""

    __tablename__ = "list_move"

    id: Mapped[PrimaryId]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("list_version.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment]
    from_state: Mapped[VersionStatus | None] = mapped_column(choice(VersionStatus))
    to_state: Mapped[VersionStatus] = mapped_column(choice(VersionStatus))
    side: Mapped[Side] = mapped_column(choice(Side))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(default="")


class ListReminder(Base):
    """That a platform was reminded of the end of a version, so many days before."""

    __tablename__ = "list_reminder"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("list_version.id", ondelete="CASCADE"), primary_key=True)
    valid_through: Mapped[dt.date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    sent_at: Mapped[Created]
