"""What is asked when a firm wants to have all that is stored about its need. All of it is asked by its holder."""

from collections.abc import Sequence

from sqlalchemy import select

from matchmaker.domain import (
    Appeal,
    ClockStep,
    Complaint,
    FindConsent,
    GatheredNeed,
    Holder,
    HumanReading,
    LeadFeedback,
    Mail,
    PrivateLink,
    Ranking,
    Service,
    StockWatch,
)
from matchmaker.storage import Session
from matchmaker.storage.queries import scope, scope_firms, scope_readings


def human_readings_of(session: Session, holder: Holder) -> Sequence[HumanReading]:
    """Return the holder's requests for a human reading, the oldest first."""
    return session.scalars(scope_readings.human_readings(holder).order_by(HumanReading.id)).all()


def rankings_of(session: Session, holder: Holder) -> Sequence[Ranking]:
    """Return the lists that were made for the holder's need, the oldest first."""
    return session.scalars(scope.rankings(holder).order_by(Ranking.id)).all()


def stock_watches_of(session: Session, holder: Holder) -> Sequence[StockWatch]:
    """Return the offerings for whose room the holder waits."""
    return session.scalars(scope.stock_watches(holder).order_by(StockWatch.created_at)).all()


def links_of(session: Session, holder: Holder) -> Sequence[PrivateLink]:
    """Return the private links of the holder's need, the oldest first."""
    return session.scalars(select(PrivateLink).where(PrivateLink.need_id == holder.need_id)
                           .order_by(PrivateLink.id)).all()


def mails_of(session: Session, holder: Holder) -> Sequence[Mail]:
    """Return the mail about the holder's need that was or will be sent to its firm, the oldest first."""
    return session.scalars(scope.mails(Service()).where(Mail.need_id == holder.need_id).order_by(Mail.id)).all()


def appeals_of(session: Session, holder: Holder) -> Sequence[Appeal]:
    """Return the holder's appeals to the operator."""
    return session.scalars(scope.appeals(holder).order_by(Appeal.id)).all()


def complaints_of(session: Session, holder: Holder) -> Sequence[Complaint]:
    """Return the holder's complaints, as far as they concern the holder."""
    return session.scalars(scope.complaints(holder).order_by(Complaint.id)).all()


def feedback_of(session: Session, holder: Holder) -> Sequence[LeadFeedback]:
    """Return what both sides said at the end, as far as the holder may read it."""
    return session.scalars(scope.feedback(holder).order_by(LeadFeedback.lead_id)).all()


def clock_steps_of(session: Session, holder: Holder) -> Sequence[ClockStep]:
    """Return what the clocks of the holder's leads did."""
    return session.scalars(scope.clock_steps(holder).order_by(ClockStep.lead_id)).all()


def find_consents_of(session: Session, holder: Holder) -> Sequence[FindConsent]:
    """Return whether the holder let platforms find the need."""
    return session.scalars(scope.find_consents(holder)).all()


def gathered_of(session: Session, holder: Holder) -> Sequence[GatheredNeed]:
    """Return whether the holder's need is gathered in an account."""
    return session.scalars(scope_firms.gathered(holder)).all()
