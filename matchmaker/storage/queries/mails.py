"""What is asked of the outbox. All of it is asked by an actor (see `scope`), and only the service gets an answer."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import String, cast, func, select

from matchmaker.domain import Actor, Job, JobState, Mail, MailStatus
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def mail_by_id(session: Session, actor: Actor, mail_id: UUID, *, locked: bool = False) -> Mail | None:
    """Return a mail as the database has it now, None once it is gone; `locked` keeps others from changing it."""
    query = scope.mails(actor).where(Mail.id == mail_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def stray_mails(session: Session, actor: Actor, tasks: Collection[str], limit: int) -> Sequence[Mail]:
    """Return mails that wait although no unfinished job of the kinds `tasks` would send them, the oldest first."""
    # Both databases write an id as text; SQLite keeps it without hyphens.
    written = func.replace(cast(Mail.id, String), "-", "")
    named = func.replace(Job.payload["mail"].as_string(), "-", "")
    # Asked once for all, not once a mail: a batch may leave thousands of either.
    sent = select(named).where(Job.task.in_(tasks), Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
                               named.is_not(None))
    query = scope.mails(actor).where(Mail.status == MailStatus.QUEUED, written.not_in(sent))
    return session.scalars(query.order_by(Mail.id).limit(limit)).all()
