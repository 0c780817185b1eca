"""From terms to the end: the firm answers terms, either side says that work has begun and how it ended, both rate it.

Each step that is sent twice happens once.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import FailReason, Holder, Lead, LeadFeedback, LeadState, Member
from matchmaker.domain.base import utc_now
from matchmaker.domain.lead_life import RATED
from matchmaker.errors import Conflict, Invalid
from matchmaker.services.leads import acting, clocks, deadlines, reviewing, slots
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import life

TERMS_DECLINED = "terms_declined"


def accept_terms(session: Session, holder: Holder, lead_id: UUID, seen: int) -> Lead:
    """Accept the terms that a firm saw at version `seen`: the platform gets its contact, and a slot is taken. Flushes.

    Raise `Conflict` when other terms stand there now, the consent is withdrawn, or nothing is free any more.
    """
    lead = acting.lead_of(session, holder, lead_id)
    if lead.state == LeadState.ACCEPTED:
        return lead
    lead.check_version(seen)
    if not reviewing.has_consent(session, lead):
        raise Conflict("You have withdrawn your consent to this platform.")
    if not slots.is_free(session, lead):
        raise Conflict("Nothing of this resource is free any more, so the terms cannot be accepted now. Write to the "
                       "platform, or ask another one.")
    lead.move(LeadState.ACCEPTED, holder)
    slots.settle(session, lead)
    session.flush()
    outbox.tell_assigned(session, "terms_accepted", lead)
    return lead


def decline_terms(session: Session, holder: Holder, lead_id: UUID, why: str = "") -> Lead:
    """Decline the terms, which ends the request. Flushes. Raise `Conflict` when there are none to decline."""
    lead = acting.lead_of(session, holder, lead_id)
    if lead.state == LeadState.WITHDRAWN:
        return lead
    if lead.state != LeadState.TERMS_OFFERED:
        raise Conflict("The lead has moved on; this step is not possible any more.")
    lead.move(LeadState.WITHDRAWN, holder, why)
    session.flush()
    outbox.tell_assigned(session, TERMS_DECLINED, lead)
    return lead


def take_back_terms(session: Session, member: Member, lead_id: UUID, seen: int) -> Lead:
    """Take back terms that the firm has not answered: the lead is in review again, its time begins anew. Flushes.

    The firm is told by mail, colleagues by the history. Raise `Conflict` when the firm has answered in between.
    """
    lead = acting.lead_of(session, member, lead_id)
    lead.check_version(seen)
    if lead.state != LeadState.TERMS_OFFERED:
        raise Conflict("There are no terms to take back: the lead has moved on.")
    lead.move(LeadState.IN_REVIEW, member)
    lead.terms = None
    lead.assignee_id = lead.assignee_id or member.person_id
    lead.due_at = max(lead.due_at, deadlines.due_at(lead.offering, utc_now()))
    session.flush()
    clocks.start(session, lead)
    acting.tell_other(session, member, lead, "terms_taken_back")
    return lead


def resume(session: Session, member: Member, lead_id: UUID) -> Lead:
    """Take a lead from the waiting list, or without the answer that was asked for, back into review. Flushes."""
    lead = acting.lead_of(session, member, lead_id)
    if lead.state == LeadState.TERMS_OFFERED:
        raise Conflict("Terms wait for the firm's answer. Take them back first.")
    if lead.state != LeadState.IN_REVIEW:
        _refuse_pending(session, lead)
        lead.move(LeadState.IN_REVIEW, member)
        lead.assignee_id = lead.assignee_id or member.person_id
    session.flush()
    return lead


def begin(session: Session, actor: acting.Party, lead_id: UUID) -> Lead:
    """Say that the work has begun. Flushes."""
    return _step(session, actor, lead_id, LeadState.IN_DELIVERY, "delivery")


def complete(session: Session, actor: acting.Party, lead_id: UUID) -> Lead:
    """Say that all is delivered. Flushes."""
    return _step(session, actor, lead_id, LeadState.COMPLETED, "completed")


def fail(session: Session, actor: acting.Party, lead_id: UUID, reason: FailReason, words: str = "") -> Lead:
    """Say that it came to nothing, and why; its slot is free again. Flushes.

    Raise `Invalid` when another reason is not said in words.
    """
    if reason == FailReason.OTHER and not words.strip():
        raise Invalid("Say the reason in words.")
    return _step(session, actor, lead_id, LeadState.FAILED, "failed", reason, words)


def rate(session: Session, actor: acting.Party, lead_id: UUID, rating: int, words: str = "") -> LeadFeedback:
    """Say how it went, once. Flushes. The same sent twice is one; raise `Conflict` for another, or before the end."""
    lead = acting.lead_of(session, actor, lead_id)
    if lead.state not in RATED:
        raise Conflict("Say how it went when all is over.")
    side = acting.side_of(actor)
    own = next((given for given in life.feedback_of(session, actor, [lead.id]) if given.side == side), None)
    if own is not None:
        if (own.rating, own.words) == (rating, words):
            return own
        raise Conflict("You have said how it went; that stands.")
    kept = LeadFeedback(lead_id=lead.id, side=side, person_id=acting.person_of(actor), rating=rating, words=words)
    session.add(kept)
    session.flush()
    acting.tell_other(session, actor, lead, "rated")
    return kept


def _step(session: Session, actor: acting.Party, lead_id: UUID, to: LeadState, notice: str,
          reason: FailReason | None = None, words: str = "") -> Lead:
    lead = acting.lead_of(session, actor, lead_id)
    if lead.state == to:
        return lead
    lead.move(to, actor, reason.value if reason else "")
    if to in RATED:
        lead.outcome = {"result": to.value, "reason": reason.value if reason else None, "words": words,
                        "side": acting.side_of(actor).value, "at": utc_now().isoformat()}
    slots.settle(session, lead)
    session.flush()
    acting.tell_other(session, actor, lead, notice)
    return lead


def _refuse_pending(session: Session, lead: Lead) -> None:
    """Raise `Conflict` while a decision waits: it would be carried out on another lead than its maker saw."""
    if queries.pending_decision(session, acting.SERVICE, lead.id) is not None:
        raise Conflict("Another decision on this lead is waiting to take effect.")
