"""Alerts of fairness: a sort of firms that fares worse than chance explains, and the looks that found or cleared it."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Moment, PrimaryId, utc_now
from matchmaker.errors import Conflict, Invalid


class FairnessAlert(Base):
    """One group that was found to fare worse in one outcome; it is open until a look finds that no longer so.

    Its figures are those of the look that raised it, and of at least five firms on either side.
    """

    __tablename__ = "fairness_alert"

    id: Mapped[PrimaryId]
    dimension: Mapped[Code]
    """By what firms are compared, as in `matchmaker.services.fairness.parity`."""
    value: Mapped[Code]
    """The group."""
    outcome: Mapped[Code]
    raised_on: Mapped[dt.date]
    since: Mapped[dt.date]
    """From this day to `raised_on` the leads came that were compared."""
    firms: Mapped[int]
    leads: Mapped[int]
    figure: Mapped[float | None]
    """The group's rate, or the median of its hours; None where half are not answered yet."""
    others: Mapped[float | None]
    """The same of all others."""
    ratio: Mapped[float]
    p: Mapped[float]
    tests: Mapped[int]
    """How many groups and outcomes were tested together."""
    is_within: Mapped[bool]
    """Whether it is so among leads of the same platforms too."""
    acknowledged_at: Mapped[Moment | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    closed_on: Mapped[dt.date | None]
    closing: Mapped[Code | None]
    """Why it was closed: ``over``, or ``few`` where too few firms are left to tell."""

    def acknowledge(self, person_id: UUID, reason: str) -> None:
        """Keep who has taken note of it and what they make of it; raise `Conflict` when it is closed."""
        if self.closed_on is not None:
            raise Conflict("This alert is closed.")
        if not reason.strip():
            raise Invalid("Say what you make of it, or what is done about it.")
        self.acknowledged_at, self.acknowledged_by, self.reason = utc_now(), person_id, reason.strip()

    def close(self, day: dt.date, closing: str) -> None:
        """Close it; raise `Conflict` when it is closed."""
        if self.closed_on is not None:
            raise Conflict("This alert is closed.")
        self.closed_on, self.closing = day, closing


Index("uq_fairness_alert_open", FairnessAlert.dimension, FairnessAlert.value, FairnessAlert.outcome, unique=True,
      sqlite_where=FairnessAlert.closed_on.is_(None), postgresql_where=FairnessAlert.closed_on.is_(None))


class FairnessLook(Base):
    """One look at all groups and outcomes together."""

    __tablename__ = "fairness_look"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    tests: Mapped[int]
    raised: Mapped[int]
    closed: Mapped[int]
    made_at: Mapped[Moment]
