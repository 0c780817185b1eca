"""Queue what is to be told: a mail is a row, and a job sends it. Both appear with the change that causes them."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.domain import Lead, Mail, Role
from matchmaker.domain.actors import ANSWERING, EDITING
from matchmaker.storage.queries import organisations as queries

TASK, IN_BULK = "send_mail", "send_mail_in_bulk"
"""The jobs that send a mail: somebody waits for it, or it is one of the thousands that a batch writes."""


def tell_firm(session: Session, notice: str, need_id: UUID, *, in_bulk: bool = False, **details: Any) -> None:
    """Queue a mail to the firm behind a need; `details` are ids and codes, never words or names. Flushes.

    What is written `in_bulk` is sent after the other work, so that no mail that somebody waits for stands behind it.
    """
    _queue(session, Mail(notice=notice, need_id=need_id, details=details), IN_BULK if in_bulk else TASK)


def tell_person(session: Session, notice: str, person_id: UUID, **details: Any) -> None:
    """Queue a mail to a person who signs in. Flushes."""
    _queue(session, Mail(notice=notice, person_id=person_id, details=details))


def tell_team(session: Session, notice: str, platform_id: UUID, **details: Any) -> None:
    """Queue a mail to each person who answers for a platform. Flushes.

    Who has left the team when it is sent gets none.
    """
    _tell(session, notice, platform_id, ANSWERING, details)


def tell_editors(session: Session, notice: str, platform_id: UUID, **details: Any) -> None:
    """Queue a mail to each person who edits a platform's offerings and lists, as in `tell_team`. Flushes."""
    _tell(session, notice, platform_id, EDITING, details)


def tell_operators(session: Session, notice: str, **details: Any) -> None:
    """Queue a mail to each operator. Flushes."""
    for person in queries.people_with(session, Role.OPERATOR):
        tell_person(session, notice, person.id, **details)


def tell_assigned(session: Session, notice: str, lead: Lead) -> None:
    """Queue a mail to whoever of the platform's team owns a lead, or to all of them while nobody does. Flushes."""
    if lead.assignee_id:
        tell_person(session, notice, lead.assignee_id, lead=str(lead.id))
    else:
        tell_team(session, notice, lead.platform_id, lead=str(lead.id))


def _tell(session: Session, notice: str, platform_id: UUID, roles: frozenset[Role], details: dict[str, Any]) -> None:
    for person in queries.people_of(session, platform_id, roles):
        tell_person(session, notice, person.id, **{"platform": str(platform_id)} | details)


def _queue(session: Session, mail: Mail, task: str = TASK) -> None:
    session.add(mail)
    session.flush()
    jobs.enqueue(session, task, mail=str(mail.id))
