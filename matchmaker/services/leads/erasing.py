"""Erasing: a firm has its need deleted, and nothing of it stays (PIPL, article 47).

The row of the need takes with it, by the cascades of the schema, everything that hangs on it: leads with their moves,
messages, notes and decisions, consents, the contact, attachments, ranking records, links, the watch and mail to the
firm. What teams are told is the reference alone.

A job finishes the work once that is committed: it removes the attached files, and on SQLite it empties the write-ahead
log into the database, where ``secure_delete`` has overwritten the deleted text with zeros. While somebody reads the
log it cannot be emptied; then the job is queued again for a minute later. PostgreSQL frees what was deleted at its next
vacuum.
"""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import Holder, LeadState
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import OPEN
from matchmaker.services import attachments
from matchmaker.services.mail import outbox
from matchmaker.storage import Session, empty_log
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import needs

TASK = "finish_erasing"
PAUSE = dt.timedelta(minutes=1)
CONCERNED = OPEN | {LeadState.ACCEPTED, LeadState.IN_DELIVERY}
"""In these states a team works on the lead, and is told that it is gone."""


def erase(session: Session, holder: Holder) -> None:
    """Delete a need with all that belongs to it, and tell the teams that work on it. Flushes.

    Raise `NotFound` when it is gone already.
    """
    need = needs.need_by_id(session, holder, holder.need_id, locked=True)
    for lead in queries.leads_of_need(session, holder, need.id, locked=True):
        if lead.state in CONCERNED:
            outbox.tell_team(session, "need_erased", lead.platform_id, reference=lead.reference)
    files = [str(attachment.id) for attachment in needs.attachments_of(session, holder, need.id)]
    session.delete(need)
    session.flush()
    jobs.enqueue(session, TASK, files=files)


def finish(config: Config, files: Iterable[UUID]) -> bool:
    """Remove the files and empty the log, outside of any transaction; tell whether the log could be emptied."""
    attachments.remove_files(config, files)
    return empty_log()


def finish_later(session: Session) -> None:
    """Queue another try at emptying the log. Flushes."""
    jobs.enqueue(session, TASK, after=utc_now() + PAUSE, files=[])
