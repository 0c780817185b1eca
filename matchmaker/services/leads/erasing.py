"""Erasing: a firm has its need deleted, and nothing of it stays (PIPL, article 47).

The row of the need takes with it, by the cascades of the schema, everything that hangs on it: leads with their moves,
messages, notes and decisions, consents, the contact, attachments, ranking records, links, the watch, mail to the
firm, and what is kept of the row in which an incubator referred it. What teams are told is the reference alone.

A job finishes the work once that is committed: it removes the attached files, and the mails that a demo keeps in place
of sending them; on SQLite it empties the write-ahead log into the database, where ``secure_delete`` has overwritten the
deleted text with zeros. While somebody reads the log it cannot be emptied; then the job is queued again for a minute
later. PostgreSQL frees what was deleted at its next vacuum.
"""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import GatheredNeed, Holder, LeadState, Service
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import OPEN
from matchmaker.services import attachments
from matchmaker.services.leads import slots
from matchmaker.services.mail import demo_mail, outbox
from matchmaker.storage import Session, empty_log, wall
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import needs, own_data, scope_firms

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
        if lead.state != LeadState.COMPLETED:
            slots.give_back(session, lead)
    files = [str(attachment.id) for attachment in needs.attachments_of(session, holder, need.id)]
    mails = [str(mail.id) for mail in own_data.mails_of(session, holder)]
    gathered = scope_firms.gathered_need(session, holder, need.id)
    session.delete(need)
    session.flush()
    _forget_empty(session, gathered)
    jobs.enqueue(session, TASK, files=files, mails=mails)


def finish(config: Config, files: Iterable[UUID], mails: Iterable[UUID] = ()) -> bool:
    """Remove the files, and the mails that a demo keeps; empty the log, outside of any transaction.

    Tell whether the log could be emptied.
    """
    attachments.remove_files(config, files)
    demo_mail.forget(config.mailbox, set(mails))
    return empty_log()


def finish_later(session: Session) -> None:
    """Queue another try at emptying the log. Flushes."""
    jobs.enqueue(session, TASK, after=utc_now() + PAUSE, files=[])


def _forget_empty(session: Session, gathered: GatheredNeed | None) -> None:
    """Delete the account from which the last need has gone: it says nothing any more but that there was somebody."""
    if gathered is None or scope_firms.gathered_in(session, Service(), gathered.account_id):
        return
    if account := scope_firms.account_by_id(session, Service(), gathered.account_id):
        with wall.as_service(session):
            session.delete(account)
