"""What is asked of jobs besides their claims, which stand in `matchmaker.jobs`."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain import Job, JobState


def job_by_id(session: Session, job_id: UUID) -> Job:
    """Return the job as the database has it now."""
    return session.get_one(Job, job_id, populate_existing=True)


def jobs_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Job]:
    """Return those of the jobs with these ids that there are, by id."""
    found = select(Job).where(Job.id.in_(ids)).execution_options(populate_existing=True)
    return {job.id: job for job in session.scalars(found)}


def unfinished_jobs(session: Session, task: str) -> Sequence[Job]:
    """Return the jobs of this kind that wait or run, the oldest first."""
    query = select(Job).where(Job.task == task, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    return session.scalars(query.order_by(Job.created_at, Job.id)).all()


def newest_job(session: Session, task: str) -> Job | None:
    """Return the job of this kind that was queued last, in whatever state; None when there was none."""
    return session.scalar(select(Job).where(Job.task == task).order_by(Job.created_at.desc(), Job.id.desc()).limit(1))


def failed_jobs(session: Session, limit: int = 20) -> Sequence[Job]:
    """Return the jobs that failed for good, the newest first."""
    query = select(Job).where(Job.state == JobState.FAILED).order_by(Job.finished_at.desc(), Job.id).limit(limit)
    return session.scalars(query).all()


def is_waiting(session: Session, task: str, name: str, value: str) -> bool:
    """Tell whether a job of this kind, with this entry in its payload, waits and has not begun."""
    query = select(Job.id).where(Job.task == task, Job.state == JobState.QUEUED, Job.cursor.is_(None),
                                 Job.payload[name].as_string() == value)
    return session.scalar(query.limit(1)) is not None
