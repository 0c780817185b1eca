"""Appeals: a firm asks the operator, once, to look at a decline; the operator returns the lead or confirms it.

The operator reads the appeal and how the match came about, but not what the firm wrote to the platform.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Appeal, Holder, Lead, LeadState, Member, Side
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Forbidden, Invalid
from matchmaker.services.leads import acting, deadlines, reviewing
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import life, needs

DAYS = 10
"""Within so many working days the operator decides on an appeal."""


@dataclass(frozen=True)
class Appeals:
    """The appeals before an operator, with their leads."""

    waiting: Sequence[Appeal]
    ended: Sequence[Appeal]
    leads: Mapping[UUID, Lead]


def appeal(session: Session, holder: Holder, lead_id: UUID, words: str) -> Appeal:
    """Appeal to the operator against a decline. Flushes. The same sent twice is one.

    Raise `Conflict` when there is no decline to appeal against, or there was an appeal before.
    """
    lead = acting.lead_of(session, holder, lead_id)
    known = life.appeals_of(session, holder, [lead.id])
    if known and known[0].words == words:
        return known[0]
    if not words.strip():
        raise Invalid("Say why the operator should look at it again.")
    if not reviewing.has_consent(session, lead):
        raise Conflict("You have withdrawn your consent to this platform, so it could not look at your need again.")
    lead.move(LeadState.APPEALED, holder)
    now = utc_now()
    kept = Appeal(lead_id=lead.id, words=words, at=now, due_at=deadlines.after(now, DAYS))
    session.add(kept)
    session.flush()
    outbox.tell_operators(session, "appeal_made", lead=str(lead.id))
    return kept


def listed(session: Session, member: Member) -> Appeals:
    """Return the appeals that wait, the one due first at the top, and the newest that were decided."""
    waiting, ended = life.open_appeals(session, member), life.ended_appeals(session, member)
    return Appeals(waiting, ended, life.leads_by_id(session, member, [entry.lead_id for entry in [*waiting, *ended]]))


def find(session: Session, member: Member, lead_id: UUID) -> Appeal:
    """Return the appeal about a lead; raise `NotFound` when there is none for `member`."""
    return life.appeal_of(session, member, lead_id)


def return_to_review(session: Session, member: Member, lead_id: UUID, why: str) -> Lead:
    """Return a declined lead to its platform, as an override with the reason; its time to answer begins anew. Flushes.

    Raise `Conflict` when it was decided already or the firm has withdrawn its consent.
    """
    lead, held = _held(session, member, lead_id, why)
    if not reviewing.has_consent(session, lead):
        raise Conflict(reviewing.CONSENT_GONE)
    held.end(member.person_id, why, is_granted=True)
    lead.move(LeadState.IN_REVIEW, member, why, is_override=True)
    lead.decline_reason, lead.due_at = None, deadlines.due_at(lead.offering, utc_now())
    session.flush()
    outbox.tell_firm(session, "appeal_granted", lead.need_id, lead=str(lead.id))
    outbox.tell_assigned(session, "lead_returned", lead)
    return lead


def confirm(session: Session, member: Member, lead_id: UUID, why: str) -> Lead:
    """Confirm a decline for good, with the reason for the firm. Flushes. Raise `Conflict` when that was decided."""
    lead, held = _held(session, member, lead_id, why)
    held.end(member.person_id, why, is_granted=False)
    lead.move(LeadState.DECLINED_FINAL, member, why, is_override=member.side != Side.OPERATOR)
    session.flush()
    outbox.tell_firm(session, "appeal_refused", lead.need_id, lead=str(lead.id))
    return lead


def check_impartial(member: Member, lead: Lead) -> None:
    """Raise `Forbidden` when an operator belongs to the platform that the matter is about."""
    if reviewing.answers_for(member, lead):
        raise Forbidden("You belong to this platform yourself. Leave this to another operator.")


def _held(session: Session, member: Member, lead_id: UUID, why: str) -> tuple[Lead, Appeal]:
    """Return a lead and its appeal, both locked after the need, for an operator who decides on it."""
    need_id = lead_queries.lead_by_id(session, member, lead_id).need_id
    life.appeal_of(session, member, lead_id)
    needs.need_by_id(session, acting.SERVICE, need_id, locked=True)
    lead = lead_queries.lead_by_id(session, member, lead_id, locked=True)
    check_impartial(member, lead)
    if not why.strip():
        raise Invalid("Give your reason: the firm reads it.")
    return lead, life.appeal_of(session, member, lead_id, locked=True)
