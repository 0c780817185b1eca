"""What a platform's team does with its leads: decide, take a decision back, share the work, take notes.

A decision waits for `config.decision_seconds`, in which anybody of the team can cancel it. Then a job carries it out:
only at that moment the lead moves, the firm is told and a contact is revealed. Whatever stands against it by then (the
consent is gone, the lead has moved, the person has left the team) ends it as refused, with the reason.

Locks are taken in the order need, lead, decision, here and wherever a firm acts, so that nobody waits in a circle.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import (
    Action,
    Decision,
    DecisionStatus,
    DeclineReason,
    Lead,
    LeadMessage,
    LeadNote,
    LeadState,
    Member,
    Person,
    Service,
    Side,
)
from matchmaker.domain.actors import ANSWERING
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import LEADS_TO, MOVES, OPEN
from matchmaker.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.i18n import marked as _
from matchmaker.services.leads import contact_words, passing, slots
from matchmaker.services.mail import outbox
from matchmaker.services.people import covering
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import needs, organisations, standing

TASK = "mature_decision"
NOTICES = {Action.ACCEPT: "lead_accepted", Action.ASK: "question_asked", Action.DECLINE: "lead_declined",
           Action.OFFER_TERMS: "terms_offered", Action.WAITLIST: "lead_waitlisted"}
"""What the firm is told of; that a lead is taken from the waiting list again, it reads on its page."""
SERVICE = Service()

Terms = Mapping[str, Any]
"""What a platform offers: its price, when it starts, how long it takes."""

log = structlog.get_logger(__name__)

CONSENT_GONE = _("The firm has withdrawn its consent.")
MOVED_ON = _("The lead had moved on by then.")
ROLE_GONE = _("Whoever decided this no longer answers for the platform.")


def possible_actions(lead: Lead) -> list[Action]:
    """Return what can be decided on a lead as it stands; the first decision on a new one takes it into review.

    A lead that waits for the firm is taken up again by the firm's answer alone.
    """
    start = LeadState.IN_REVIEW if lead.state == LeadState.SUBMITTED else lead.state
    return [action for action, state in LEADS_TO.items() if Side.PLATFORM in MOVES[start].get(state, ())
            and (action != Action.RESUME or start == LeadState.WAITLISTED)]


def decide(session: Session, config: Config, member: Member, lead_id: UUID, action: Action, *,
           reason: str | None = None, words: str = "", terms: Terms | None = None, seen: int) -> Decision:
    """Decide on a lead that was seen at version `seen`, and queue the job that carries it out later. Flushes.

    The same decision sent twice is one. Raise `Invalid` when a question or a reason is missing, `Conflict` when the
    lead has changed, another decision waits or the firm has withdrawn its consent.
    """
    lead = _own_lead(session, member, lead_id)
    _check_words(action, reason, words, terms)
    pending = queries.pending_decision(session, member, lead.id)
    if pending is not None:
        if (pending.person_id, pending.action, pending.reason, pending.words, pending.terms) == (
                member.person_id, action, reason, words, terms):
            return pending
        raise Conflict("Another decision on this lead is waiting to take effect.")
    lead.check_version(seen)
    if not has_consent(session, lead):
        raise Conflict(CONSENT_GONE)
    if action not in possible_actions(lead):
        raise Conflict("The lead has moved on; this step is not possible any more.")
    if action == Action.ACCEPT:
        slots.check(session, lead)
    take_up(lead, member)
    now = utc_now()
    decision = Decision(lead_id=lead.id, person_id=member.person_id, action=action, reason=reason, words=words,
                        terms=terms, made_at=now, matures_at=now + dt.timedelta(seconds=config.decision_seconds))
    session.add(decision)
    session.flush()
    jobs.enqueue(session, TASK, after=decision.matures_at, decision=str(decision.id))
    return decision


def cancel(session: Session, member: Member, decision_id: UUID, lead_id: UUID | None = None) -> Decision:
    """Take back a decision of the team before it takes effect; twice is once. Raise `Conflict` when it is too late.

    With `lead_id`, a decision on another lead is not found.
    """
    found = queries.decision_by_id(session, member, decision_id).lead_id
    if lead_id not in (None, found):
        raise NotFound("There is no such decision, or not for you.")
    _own_lead(session, member, found)
    decision = queries.decision_by_id(session, member, decision_id, locked=True)
    if decision.status != DecisionStatus.CANCELLED:
        decision.end(DecisionStatus.CANCELLED)
    return decision


def mature(session: Session, decision_id: UUID) -> Decision | None:
    """Carry a waiting decision out, or end it as refused with the reason. Flushes.

    One that was cancelled stays so; None when it was erased with its need.
    """
    try:
        lead, decision = _lock(session, decision_id)
    except NotFound:
        return None
    if decision.status != DecisionStatus.PENDING:
        return decision
    member = _member(session, decision.person_id)
    refusal = _refusal(session, lead, decision, member)
    if refusal:
        log.info("decision refused", lead=str(lead.id), reason=refusal)
        decision.end(DecisionStatus.REFUSED, refusal)
    else:
        _carry_out(session, lead, decision, member)
    session.flush()
    return decision


def assign(session: Session, member: Member, lead_id: UUID, person_id: UUID, *, seen: int) -> Lead:
    """Give an open lead to somebody of its platform's team; the first time takes it into review. Flushes.

    Who is away today is stood in for by their deputy. Raise `Conflict` when the lead has changed since version `seen`,
    `Invalid` for somebody outside of the team.
    """
    lead = _own_lead(session, member, lead_id)
    if lead.assignee_id == person_id:
        return lead
    lead.check_version(seen)
    if lead.state not in OPEN:
        raise Conflict("The lead is closed; nobody needs to answer it any more.")
    if person_id not in {person.id for person in colleagues(session, member, lead)}:
        raise Invalid("Choose somebody of your team.")
    lead.assignee_id = covering.stand_in(session, lead.platform_id, person_id)
    take_up(lead, member)
    session.flush()
    return lead


def note(session: Session, member: Member, lead_id: UUID, words: str) -> LeadNote:
    """Keep a note on a lead for one's own team; the same note sent twice in a row is one. Flushes."""
    lead = _own_lead(session, member, lead_id)
    if not words.strip():
        raise Invalid("Write the note first.")
    if not has_consent(session, lead):
        raise Conflict(CONSENT_GONE)
    newest = [*queries.notes_of(session, member, lead.id)][-1:]
    if newest and (newest[0].person_id, newest[0].words) == (member.person_id, words):
        return newest[0]
    kept = LeadNote(lead_id=lead.id, person_id=member.person_id, words=words)
    session.add(kept)
    session.flush()
    return kept


def colleagues(session: Session, member: Member, lead: Lead) -> Sequence[Person]:
    """Return the people who may answer a lead, the asking person among them; nobody to who is not one of them."""
    if not answers_for(member, lead):
        return []
    return organisations.people_of(session, lead.platform_id, ANSWERING)


def answers_for(member: Member, lead: Lead) -> bool:
    """Tell whether a person belongs to the team that answers a lead."""
    return lead.platform_id in member.organisations(*ANSWERING)


def _own_lead(session: Session, member: Member, lead_id: UUID) -> Lead:
    """Return a lead of the member's platform, locked; raise `Forbidden` to an operator, who only looks on."""
    lead = queries.lead_by_id(session, member, lead_id, locked=True)
    if not answers_for(member, lead):
        raise Forbidden("Only the platform's own team answers its leads.")
    member.check_standing(lead.platform_id)
    return lead


def _check_words(action: Action, reason: str | None, words: str, terms: Terms | None) -> None:
    if action == Action.ASK and not words.strip():
        raise Invalid("Write the question to the firm.")
    if action == Action.DECLINE and reason is None:
        raise Invalid("Choose the reason for declining.")
    if reason == DeclineReason.OTHER and not words.strip():
        raise Invalid("Say the reason in words.")
    if action != Action.DECLINE and reason is not None:
        raise Invalid("A reason belongs to declining alone.")
    if (action == Action.OFFER_TERMS) != (terms is not None):
        raise Invalid("State the terms that you offer: at least a price, a start or a duration.")
    if action != Action.ACCEPT:
        contact_words.check(" ".join([words, str((terms or {}).get("duration") or "")]))


def take_up(lead: Lead, member: Member) -> None:
    """Take a new lead into review, and let whoever comes first own it."""
    if lead.state == LeadState.SUBMITTED:
        lead.move(LeadState.IN_REVIEW, member)
    lead.assignee_id = lead.assignee_id or member.person_id


def _lock(session: Session, decision_id: UUID) -> tuple[Lead, Decision]:
    """Lock need, lead and decision in the order that all keep, and return the last two as they are now."""
    lead_id = queries.decision_by_id(session, SERVICE, decision_id).lead_id
    need_id = queries.lead_by_id(session, SERVICE, lead_id).need_id
    needs.need_by_id(session, SERVICE, need_id, locked=True)
    lead = queries.lead_by_id(session, SERVICE, lead_id, locked=True)
    return lead, queries.decision_by_id(session, SERVICE, decision_id, locked=True)


def _refusal(session: Session, lead: Lead, decision: Decision, member: Member) -> str | None:
    """Return what stands against a decision at this moment."""
    if not has_consent(session, lead):
        return CONSENT_GONE
    if not answers_for(member, lead):
        return ROLE_GONE
    if lead.platform.is_suspended:
        return passing.SUSPENDED
    if decision.action == Action.ACCEPT and not slots.is_free(session, lead):
        return slots.NO_ROOM
    return None if lead.can_move(LEADS_TO[decision.action]) else MOVED_ON


def _carry_out(session: Session, lead: Lead, decision: Decision, member: Member) -> None:
    lead.move(LEADS_TO[decision.action], member, decision.reason if decision.reason else "")
    if decision.action == Action.DECLINE:
        lead.decline_reason = decision.reason
        passing.after_decline(session, lead)
    if decision.action == Action.OFFER_TERMS:
        lead.terms = {**(decision.terms or {}), "words": decision.words}
    elif decision.words:
        session.add(LeadMessage(lead_id=lead.id, side=Side.PLATFORM, person_id=member.person_id,
                                words=decision.words))
    decision.end(DecisionStatus.DONE)
    slots.settle(session, lead)
    if decision.action in NOTICES:
        outbox.tell_firm(session, NOTICES[decision.action], lead.need_id, lead=str(lead.id))


def has_consent(session: Session, lead: Lead) -> bool:
    """Tell whether the firm's consent to the lead's platform is in force; another recipient's does not help."""
    given = needs.consents_of(session, SERVICE, lead.need_id)
    return any(consent.recipient_id == lead.platform_id and consent.withdrawn_at is None for consent in given)


def _member(session: Session, person_id: UUID) -> Member:
    """Return a person as an actor with the roles of this moment."""
    person = organisations.person_by_id(session, person_id)
    return standing.member(session, person) if person else Member(person_id)
