"""What is deleted because its time is over. Times are compared with those stored; nothing is computed from files."""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import CursorResult, Delete, delete, or_

from matchmaker.domain import (
    Actor,
    Attachment,
    Attempts,
    Job,
    JobState,
    Mail,
    MailStatus,
    Need,
    NeedStatus,
    PrivateLink,
    SignIn,
    StockWatch,
    Watch,
)
from matchmaker.domain.base import utc_now
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def old_drafts(session: Session, actor: Actor, before: dt.datetime, limit: int) -> Sequence[Need]:
    """Return drafts that nobody has changed since `before` and no watch keeps, locked; the oldest first."""
    watched = scope.watches(actor).where(Watch.need_id == Need.id, Watch.ended_at.is_(None)).exists()
    waiting = scope.stock_watches(actor).where(StockWatch.need_id == Need.id, StockWatch.ended_at.is_(None),
                                               StockWatch.ends_at > utc_now()).exists()
    query = scope.needs(actor).where(Need.status == NeedStatus.DRAFT, Need.changed_at < before, ~watched, ~waiting)
    return session.scalars(query.order_by(Need.id).limit(limit).with_for_update(of=Need, skip_locked=True)).all()


def old_mails(session: Session, actor: Actor, before: dt.datetime, limit: int) -> Sequence[Mail]:
    """Return mails that were made before `before` and do not wait any more, the oldest first."""
    query = scope.mails(actor).where(Mail.status != MailStatus.QUEUED, Mail.created_at < before)
    return session.scalars(query.order_by(Mail.id).limit(limit)).all()


def known_attachments(session: Session, actor: Actor, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these ids are those of attachments."""
    return {found.id for found in session.scalars(scope.attachments(actor).where(Attachment.id.in_(ids)))}


def delete_links(session: Session, expired_before: dt.datetime) -> int:
    """Delete the private links that expired before this moment; return how many."""
    return _deleted(session, delete(PrivateLink).where(PrivateLink.expires_at < expired_before))


def delete_sign_ins(session: Session, now: dt.datetime) -> int:
    """Delete the sign-ins that have ended or expired; return how many."""
    return _deleted(session, delete(SignIn).where(or_(SignIn.ended_at.is_not(None), SignIn.expires_at <= now)))


def delete_attempts(session: Session, now: dt.datetime) -> int:
    """Delete the counts of windows that are over; return how many."""
    return _deleted(session, delete(Attempts).where(Attempts.window < int(now.timestamp())))


def delete_jobs(session: Session, tasks: Collection[str], finished_before: dt.datetime) -> int:
    """Delete the jobs of these kinds that ended before this moment; return how many."""
    over = Job.state.in_((JobState.DONE, JobState.FAILED))
    return _deleted(session, delete(Job).where(Job.task.in_(tasks), over, Job.finished_at < finished_before))


def _deleted(session: Session, statement: Delete) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0
