"""Work that outlives a request: the job row is the only truth about it (see `matchmaker.jobs`)."""

import datetime as dt
import enum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Document, Fields, Moment, PrimaryId, choice


class JobState(enum.StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of work, its place in it (`cursor`), and who holds it until when (`lease_token`, `lease_until`)."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_lease_until", "state", "lease_until"),)

    id: Mapped[PrimaryId]
    task: Mapped[Code]
    payload: Mapped[Fields]
    state: Mapped[JobState] = mapped_column(choice(JobState), default=JobState.QUEUED)
    cursor: Mapped[dict[str, Any] | None] = mapped_column(Document)
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[Code | None]
    lease_until: Mapped[Moment | None]
    woken_at: Mapped[Moment | None]
    """When a worker was last woken for it by a message, which may not have arrived."""
    result: Mapped[dict[str, Any] | None] = mapped_column(Document)
    error: Mapped[str | None]
    created_at: Mapped[Created]
    finished_at: Mapped[Moment | None]

    def is_held(self, now: dt.datetime) -> bool:
        """Tell whether a worker holds the job: one that died, or was paused too long, holds it no more."""
        return self.state == JobState.RUNNING and self.lease_until is not None and self.lease_until > now


class JobRow(Base):
    """What became of one row of a job's input; the key (job, row) makes a second answer impossible."""

    __tablename__ = "job_row"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[Code]
    key: Mapped[str | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(Document)
    errors: Mapped[list[Any] | None] = mapped_column(Document)
