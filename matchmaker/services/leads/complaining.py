"""Complaints: a firm tells the operator what went wrong with a platform, about one lead, also after its end.

The operator owns a complaint from its first day to its outcome. The platform hears of it when the operator puts it to
it, and answers the operator alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Complaint, ComplaintState, Ground, Holder, Lead, Member
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.services.leads import acting, appealing, deadlines, reviewing
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import life, needs
from matchmaker.storage.queries import queue as people

DAYS = 10
"""Within so many working days the operator decides on a complaint."""
MOST = 5
"""How many complaints a firm may make about one lead; one is open at a time."""


@dataclass(frozen=True)
class Complaints:
    """The complaints before an operator, with their leads and the names of those who have them in hand."""

    waiting: Sequence[Complaint]
    ended: Sequence[Complaint]
    leads: Mapping[UUID, Lead]
    names: Mapping[UUID, str]


def complain(session: Session, holder: Holder, lead_id: UUID, ground: Ground, words: str) -> Complaint:
    """Complain to the operator about the platform of a lead. Flushes. The same sent twice is one.

    Raise `Conflict` while another complaint about it is open, or after too many.
    """
    lead = acting.lead_of(session, holder, lead_id)
    if not words.strip():
        raise Invalid("Say what happened.")
    known = life.complaints_of(session, holder, [lead.id])
    if known and (known[-1].ground, known[-1].words) == (ground, words):
        return known[-1]
    if known and not known[-1].is_over:
        raise Conflict("The operator is looking at your complaint about this request already.")
    if len(known) >= MOST:
        raise Conflict("You have made %(most)s complaints about this request; it stays at that.", most=MOST)
    now = utc_now()
    kept = Complaint(lead_id=lead.id, ground=ground, words=words, at=now, due_at=deadlines.after(now, DAYS))
    session.add(kept)
    session.flush()
    outbox.tell_operators(session, "complaint_made", lead=str(lead.id))
    return kept


def listed(session: Session, member: Member) -> Complaints:
    """Return the complaints that are open, the one due first at the top, and the newest that were decided."""
    waiting, ended = life.open_complaints(session, member), life.ended_complaints(session, member)
    entries = [*waiting, *ended]
    return Complaints(waiting, ended, life.leads_by_id(session, member, [entry.lead_id for entry in entries]),
                      people.names_of(session, (entry.person_id for entry in entries)))


def find(session: Session, member: Member, complaint_id: UUID) -> Complaint:
    """Return a complaint; raise `NotFound` when there is none for `member`."""
    return life.complaint_by_id(session, member, complaint_id)


def take(session: Session, member: Member, complaint_id: UUID) -> Complaint:
    """Take a complaint in hand, or over from a colleague. Flushes. Raise `Conflict` when it was decided."""
    complaint, _lead = _held(session, member, complaint_id)
    complaint.take(member.person_id)
    session.flush()
    return complaint


def put(session: Session, member: Member, complaint_id: UUID, question: str) -> Complaint:
    """Put a complaint to the platform for its answer, once. Flushes."""
    complaint, lead = _held(session, member, complaint_id)
    if not question.strip():
        raise Invalid("Say what the platform is to answer.")
    complaint.put(member.person_id, question)
    session.flush()
    outbox.tell_team(session, "complaint_put", lead.platform_id, lead=str(lead.id))
    return complaint


def end(session: Session, member: Member, complaint_id: UUID, state: ComplaintState, outcome: str) -> Complaint:
    """Decide on a complaint, and tell the firm in words. Flushes. The same sent twice is one."""
    complaint, lead = _held(session, member, complaint_id)
    if (complaint.state, complaint.outcome) == (state, outcome):
        return complaint
    if not outcome.strip():
        raise Invalid("Tell the firm what came of it.")
    complaint.end(member.person_id, state, outcome)
    session.flush()
    outbox.tell_firm(session, "complaint_ended", lead.need_id, lead=str(lead.id))
    return complaint


def answer(session: Session, member: Member, lead_id: UUID, complaint_id: UUID, words: str) -> Complaint:
    """Answer a complaint that the operator has put to the member's platform, once. Flushes."""
    lead = lead_queries.lead_by_id(session, member, lead_id)
    if not reviewing.answers_for(member, lead):
        raise Forbidden("Only the platform's own team answers its leads.")
    complaint = life.complaint_by_id(session, member, complaint_id)
    if complaint.lead_id != lead.id:
        raise NotFound("There is no such complaint, or not for you.")
    needs.need_by_id(session, acting.SERVICE, lead.need_id, locked=True)
    complaint = life.complaint_by_id(session, member, complaint_id, locked=True)
    if complaint.answer and complaint.answer == words:
        return complaint
    if not words.strip():
        raise Invalid("Write the answer first.")
    complaint.reply(member.person_id, words)
    session.flush()
    outbox.tell_operators(session, "complaint_answered", lead=str(lead.id))
    return complaint


def _held(session: Session, member: Member, complaint_id: UUID) -> tuple[Complaint, Lead]:
    """Return a complaint, locked after its need, and its lead, for an operator who has nothing to do with it."""
    found = life.complaint_by_id(session, member, complaint_id)
    lead = lead_queries.lead_by_id(session, member, found.lead_id)
    appealing.check_impartial(member, lead)
    needs.need_by_id(session, acting.SERVICE, lead.need_id, locked=True)
    return life.complaint_by_id(session, member, complaint_id, locked=True), lead
