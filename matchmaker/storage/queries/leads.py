"""What is asked of leads and what belongs to them. All of it is asked by an actor (see `scope`)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import selectinload

from matchmaker.domain import Actor, Decision, DecisionStatus, Lead, LeadMessage, LeadNote
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def lead_by_id(session: Session, actor: Actor, lead_id: UUID, *, locked: bool = False) -> Lead:
    """Return a lead as the database has it now; `locked` keeps others from changing it until the transaction ends.

    Raise `NotFound` when there is none that `actor` may know of.
    """
    query = scope.leads(actor).where(Lead.id == lead_id)
    if locked:
        query = query.with_for_update(of=Lead).execution_options(populate_existing=True)
    lead = session.scalar(query)
    if lead is None:
        raise NotFound("There is no such lead, or not for you.")
    return lead


def leads_of_need(session: Session, actor: Actor, need_id: UUID, *, locked: bool = False) -> Sequence[Lead]:
    """Return the leads of a need that `actor` may know of, with offerings and platforms, the oldest first."""
    query = scope.leads(actor).where(Lead.need_id == need_id).order_by(Lead.id)
    if locked:
        query = query.with_for_update(of=Lead).execution_options(populate_existing=True)
    return session.scalars(query.options(selectinload(Lead.offering), selectinload(Lead.platform),
                                         selectinload(Lead.moves))).all()


def messages_of(session: Session, actor: Actor, lead_id: UUID) -> Sequence[LeadMessage]:
    """Return what both sides said about a lead, the oldest first."""
    return session.scalars(scope.messages(actor).where(LeadMessage.lead_id == lead_id).order_by(LeadMessage.id)).all()


def messages_of_need(session: Session, actor: Actor, need_id: UUID) -> Sequence[LeadMessage]:
    """Return what was said about all leads of a need that `actor` may know of, the oldest first."""
    return session.scalars(scope.messages(actor).where(Lead.need_id == need_id).order_by(LeadMessage.id)).all()


def notes_of(session: Session, actor: Actor, lead_id: UUID) -> Sequence[LeadNote]:
    """Return what the actor's own team noted about a lead, the oldest first."""
    return session.scalars(scope.notes(actor).where(LeadNote.lead_id == lead_id).order_by(LeadNote.id)).all()


def decisions_of(session: Session, actor: Actor, lead_id: UUID) -> Sequence[Decision]:
    """Return the decisions that the actor's own team made on a lead, the oldest first."""
    return session.scalars(scope.decisions(actor).where(Decision.lead_id == lead_id).order_by(Decision.id)).all()


def pending_decision(session: Session, actor: Actor, lead_id: UUID) -> Decision | None:
    """Return the decision on a lead that can still be cancelled."""
    return session.scalar(scope.decisions(actor).where(Decision.lead_id == lead_id,
                                                       Decision.status == DecisionStatus.PENDING))


def decision_by_id(session: Session, actor: Actor, decision_id: UUID, *, locked: bool = False) -> Decision:
    """Return a decision of the actor's own team; raise `NotFound` when there is none."""
    query = scope.decisions(actor).where(Decision.id == decision_id)
    if locked:
        query = query.with_for_update(of=Decision).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such decision, or not for you.")
    return found
