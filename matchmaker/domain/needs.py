"""What one firm looks for, in its own words and in structured fields."""

import datetime as dt
import enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Code, Created, Document, Items, PrimaryId, choice
from matchmaker.domain.organisations import Organisation
from matchmaker.errors import Conflict


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


class Need(Base):
    """One need of one firm. The firm may be nameless: `organisation` is empty until it says who it is."""

    __tablename__ = "need"

    id: Mapped[PrimaryId]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    status: Mapped[NeedStatus] = mapped_column(choice(NeedStatus), default=NeedStatus.DRAFT)
    direction: Mapped[Direction] = mapped_column(choice(Direction), default=Direction.SEEKS_RESOURCE)
    title: Mapped[str | None]
    problem: Mapped[str]
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
    language: Mapped[Code]
    firm: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """The firm's facts as stated with this need, which decide eligibility; never its name or contact."""
    created_at: Mapped[Created]

    organisation: Mapped[Organisation | None] = relationship()

    def open(self) -> None:
        """Open the need for matching; raise `Conflict` if it is not a draft."""
        if self.status not in (None, NeedStatus.DRAFT):
            raise Conflict("Need %(id)s is already %(status)s.", id=self.id, status=self.status)
        self.status = NeedStatus.OPEN
