"""The answer clock of a lead: what was done when its time ran on, step by step.

That a clock runs, and until when it sleeps, is a job row (`matchmaker.services.leads.clocks`). What it has done stands
here, once for each time that was promised, so that a ring that comes twice does nothing twice.
"""

import datetime as dt
import enum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Created, Items, Moment, PrimaryId, choice
from matchmaker.domain.leads import LeadState

RUNNING = frozenset({LeadState.SUBMITTED, LeadState.IN_REVIEW})
"""In these states the clock of a lead runs: the platform owes an answer."""


class StepKind(enum.StrEnum):
    """What is done as the time for an answer runs on."""

    HALF_TIME = "half_time"
    DAY_BEFORE = "day_before"
    LATE = "late"
    SUSPENDED = "suspended"
    NEXT = "next"


REMINDERS = (StepKind.HALF_TIME, StepKind.DAY_BEFORE)


class ClockStep(Base):
    """One step: the platform reminded, its lead managers told that it is late, the firm given whom it could ask next.

    `due_at` is the promise to which the step belongs; when a promise begins anew, so do the steps.
    """

    __tablename__ = "clock_step"
    __table_args__ = (UniqueConstraint("lead_id", "due_at", "kind"),)

    id: Mapped[PrimaryId]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    kind: Mapped[StepKind] = mapped_column(choice(StepKind))
    due_at: Mapped[Moment]
    at: Mapped[Created]
    offerings: Mapped[Items]
    """Whom the firm could ask next: ids of offerings, the best first."""

    def repair(self, now: dt.datetime) -> None:
        """Take a step that a wrong clock has dated into the future as done now."""
        self.at = min(self.at, now)
