"""Counts of what there is, for those who watch over the service."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain import Job, JobState, Lead, Mail, Service
from matchmaker.storage.queries import scope

UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


def leads_by_state(session: Session) -> dict[str, int]:
    """Return how many leads there are in each state."""
    counted = scope.leads(Service()).with_only_columns(Lead.state, func.count()).group_by(Lead.state)
    return {str(state): count for state, count in session.execute(counted)}


def mails_by_status(session: Session) -> dict[str, int]:
    """Return how many mails there are in each status."""
    counted = scope.mails(Service()).with_only_columns(Mail.status, func.count()).group_by(Mail.status)
    return {str(status): count for status, count in session.execute(counted)}


def jobs_by_task_and_state(session: Session) -> dict[tuple[str, str], int]:
    """Return how many jobs there are of each kind and state."""
    counted = select(Job.task, Job.state, func.count()).group_by(Job.task, Job.state)
    return {(task, str(state)): count for task, state, count in session.execute(counted)}


def oldest_due_job(session: Session, now: dt.datetime) -> dt.datetime | None:
    """Return since when the job has been waiting that any worker could take and that waits longest."""
    is_due = Job.state.in_(UNFINISHED) & ((Job.lease_until < now) | Job.lease_until.is_(None))
    return session.scalar(select(func.min(func.coalesce(Job.lease_until, Job.created_at))).where(is_due))
