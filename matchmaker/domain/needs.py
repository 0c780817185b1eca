"""What one firm looks for, in its own words and in structured fields."""

import datetime as dt
import enum
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import (
    Base,
    Code,
    Created,
    Document,
    Fields,
    Items,
    Moment,
    Name,
    PrimaryId,
    choice,
    utc_now,
)
from matchmaker.domain.organisations import Organisation
from matchmaker.errors import Conflict
from matchmaker.i18n import shorten


class NeedStatus(enum.StrEnum):
    """Where a need stands."""

    DRAFT = "draft"
    OPEN = "open"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    EXPIRED = "expired"


class Direction(enum.StrEnum):
    """Which way the firm looks: for a resource, or for a scenario that its own solution fits."""

    SEEKS_RESOURCE = "seeks_resource"
    SEEKS_SCENARIO = "seeks_scenario"


REFERENCE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
HEADLINE = 80


def new_reference(letter: str) -> str:
    """Return a new number to speak of a thing by, such as N-7K3M-2QXP; it opens nothing.

    Thirty signs that are not taken for one another, eight times: 6.6e11 numbers.
    """
    signs = "".join(secrets.choice(REFERENCE_SIGNS) for _ in range(8))
    return f"{letter}-{signs[:4]}-{signs[4:]}"


class Need(Base):
    """One need of one firm. The firm is nameless here: who it is stands in its `Contact`.

    A draft has `answers` only, the form as it was filled in so far; the columns are filled when it is opened.
    """

    __tablename__ = "need"

    id: Mapped[PrimaryId]
    reference: Mapped[Code] = mapped_column(unique=True, default=lambda: new_reference("N"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    status: Mapped[NeedStatus] = mapped_column(choice(NeedStatus), default=NeedStatus.DRAFT)
    direction: Mapped[Direction] = mapped_column(choice(Direction), default=Direction.SEEKS_RESOURCE)
    title: Mapped[str | None]
    problem: Mapped[str] = mapped_column(default="")
    kinds: Mapped[Items]
    industries: Mapped[Items]
    themes: Mapped[Items]
    trl_now: Mapped[int | None]
    trl_target: Mapped[int | None]
    must_haves: Mapped[Items]
    nice_to_haves: Mapped[Items]
    quantity: Mapped[str | None]
    budget_min: Mapped[int | None] = mapped_column(BigInteger)
    budget_max: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    needed_from: Mapped[dt.date | None]
    needed_by: Mapped[dt.date | None]
    region: Mapped[Code | None]
    delivery: Mapped[Items]
    sensitivity: Mapped[Code | None]
    anonymous_until_accepted: Mapped[bool] = mapped_column(default=True)
    excluded_platforms: Mapped[Items]
    vouchers_held: Mapped[Items]
    concepts: Mapped[Items]
    """Concepts of the lexicon that the firm confirmed as meant, by their ids."""
    excluded_concepts: Mapped[Items]
    language: Mapped[Code]
    firm: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """The firm's facts as stated with this need, which decide eligibility; never its name or contact."""
    is_ranked: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether the firm lets a machine rank what it is shown; else it sees what the rules leave, by the alphabet."""
    answers: Mapped[Fields] = mapped_column(default=dict)
    """The form as it was filled in: field → its values as texts."""
    created_at: Mapped[Created]
    changed_at: Mapped[Created]
    opened_at: Mapped[Moment | None]

    organisation: Mapped[Organisation | None] = relationship()

    @property
    def headline(self) -> str:
        """What the need is called in lists: its title, else the beginning of its words."""
        line = self.title or next((line.strip() for line in self.problem.splitlines() if line.strip()), "")
        return shorten(line, HEADLINE)

    def open(self, at: dt.datetime) -> None:
        """Open the need for leads; raise `Conflict` if it is not a draft."""
        if self.status not in (None, NeedStatus.DRAFT):
            raise Conflict("Need %(id)s is already %(status)s.", id=self.reference, status=self.status.value)
        self.status, self.opened_at, self.changed_at = NeedStatus.OPEN, at, at


class Attachment(Base):
    """A file that came with a need. Its content lies outside of the database, under its id."""

    __tablename__ = "attachment"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    name: Mapped[Name]
    media_type: Mapped[Code]
    size: Mapped[int]
    """In bytes."""
    sha256: Mapped[Code]
    created_at: Mapped[Created]


class HumanReading(Base):
    """A firm's request that a person reads its need and says what fits; answered by an operator."""

    __tablename__ = "human_reading"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    at: Mapped[Created]
    due_at: Mapped[Moment]
    note: Mapped[str] = mapped_column(default="")
    """What the firm wants looked at."""
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """The operator who answered."""
    answer: Mapped[str] = mapped_column(default="")
    offerings: Mapped[Items]
    """The ids of the offerings that the operator names."""
    ended_at: Mapped[Moment | None]
    """When it was answered, or taken back by the firm."""

    @property
    def is_answered(self) -> bool:
        """Tell whether somebody has answered it."""
        return self.person_id is not None

    def end(self, person_id: UUID | None, answer: str = "", offerings: Sequence[UUID] = ()) -> None:
        """Answer it, or with nobody take it back; raise `Conflict` when it has ended."""
        if self.ended_at is not None:
            raise Conflict("This request has ended already: it was answered, or the firm has taken it back.")
        self.ended_at, self.person_id, self.answer = utc_now(), person_id, answer
        self.offerings = [str(id) for id in offerings]


class Watch(Base):
    """A firm's wish to be told when something new fits its need; where to stands in its contact."""

    __tablename__ = "watch"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), primary_key=True)
    known: Mapped[Items]
    """The ids of the offerings that the firm has been shown or told of."""
    created_at: Mapped[Created]
    told_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]


class StockWatch(Base):
    """A firm's wish to be told when one offering has room again; it ends by itself when told, or at `ends_at`."""

    __tablename__ = "stock_watch"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), primary_key=True)
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[Created]
    ends_at: Mapped[Moment]
    told_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]

    def is_on(self, now: dt.datetime) -> bool:
        """Tell whether the firm still waits to be told."""
        return self.ended_at is None and self.ends_at > now
