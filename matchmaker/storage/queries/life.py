"""What is asked of the later life of leads: readings, feedback, appeals, complaints. All of it is asked by an actor."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import selectinload

from matchmaker.domain import Actor, Appeal, Complaint, Lead, LeadFeedback, LeadReading, Member
from matchmaker.domain.lead_life import ENDED
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

LISTED = 100
"""How many appeals or complaints are listed at a time."""


def readings_of(session: Session, actor: Actor, lead_ids: Sequence[UUID]) -> Sequence[LeadReading]:
    """Return until when each side of these leads has read."""
    return session.scalars(scope.readings(actor).where(LeadReading.lead_id.in_(lead_ids))).all()


def feedback_of(session: Session, actor: Actor, lead_ids: Sequence[UUID]) -> Sequence[LeadFeedback]:
    """Return what the sides of these leads said of each other, as far as `actor` may read it yet."""
    return session.scalars(scope.feedback(actor).where(LeadFeedback.lead_id.in_(lead_ids))
                           .order_by(LeadFeedback.id)).all()


def appeals_of(session: Session, actor: Actor, lead_ids: Sequence[UUID]) -> Sequence[Appeal]:
    """Return the appeals about these leads; for a platform, which reads none, the database is not asked."""
    if isinstance(actor, Member) and not actor.is_operator:
        return []
    return session.scalars(scope.appeals(actor).where(Appeal.lead_id.in_(lead_ids))).all()


def complaints_of(session: Session, actor: Actor, lead_ids: Sequence[UUID]) -> Sequence[Complaint]:
    """Return the complaints about these leads, the oldest first."""
    return session.scalars(scope.complaints(actor).where(Complaint.lead_id.in_(lead_ids))
                           .order_by(Complaint.id)).all()


def open_appeals(session: Session, actor: Actor) -> Sequence[Appeal]:
    """Return the appeals that wait for an operator, the one due first at the top."""
    return session.scalars(scope.appeals(actor).where(Appeal.ended_at.is_(None))
                           .order_by(Appeal.due_at, Appeal.id).limit(LISTED)).all()


def ended_appeals(session: Session, actor: Actor) -> Sequence[Appeal]:
    """Return the appeals that were decided, the newest first."""
    return session.scalars(scope.appeals(actor).where(Appeal.ended_at.is_not(None))
                           .order_by(Appeal.ended_at.desc()).limit(LISTED)).all()


def open_complaints(session: Session, actor: Actor) -> Sequence[Complaint]:
    """Return the complaints that wait for an outcome, the one due first at the top."""
    return session.scalars(scope.complaints(actor).where(Complaint.state.not_in(ENDED))
                           .order_by(Complaint.due_at, Complaint.id).limit(LISTED)).all()


def ended_complaints(session: Session, actor: Actor) -> Sequence[Complaint]:
    """Return the complaints that were decided, the newest first."""
    return session.scalars(scope.complaints(actor).where(Complaint.state.in_(ENDED))
                           .order_by(Complaint.ended_at.desc()).limit(LISTED)).all()


def appeal_of(session: Session, actor: Actor, lead_id: UUID, *, locked: bool = False) -> Appeal:
    """Return the appeal about a lead; raise `NotFound` when there is none for `actor`."""
    query = scope.appeals(actor).where(Appeal.lead_id == lead_id)
    if locked:
        query = query.with_for_update(of=Appeal).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such appeal, or not for you.")
    return found


def complaint_by_id(session: Session, actor: Actor, complaint_id: UUID, *, locked: bool = False) -> Complaint:
    """Return a complaint; raise `NotFound` when there is none for `actor`."""
    query = scope.complaints(actor).where(Complaint.id == complaint_id)
    if locked:
        query = query.with_for_update(of=Complaint).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such complaint, or not for you.")
    return found


def leads_by_id(session: Session, actor: Actor, lead_ids: Sequence[UUID]) -> dict[UUID, Lead]:
    """Return those of the leads that `actor` may know of, with offerings, platforms and moves, by id."""
    query = scope.leads(actor).where(Lead.id.in_(lead_ids)).options(
        selectinload(Lead.offering), selectinload(Lead.platform), selectinload(Lead.moves))
    return {lead.id: lead for lead in session.scalars(query)}
