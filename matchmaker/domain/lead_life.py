"""What hangs on a lead beside its moves: what was read, what both sides think of it, its appeal, complaints about it.

All of it belongs to the firm's need and is erased with it.
"""

import datetime as dt
import enum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.actors import Side
from matchmaker.domain.base import Base, Created, Moment, PrimaryId, choice, utc_now
from matchmaker.domain.leads import LeadState
from matchmaker.errors import Conflict

BLIND = dt.timedelta(days=14)
"""For so long a feedback is kept from the other side, unless that one has given its own: nobody answers in kind."""
LEAST, MOST = 1, 5
"""The worst and the best that one side can say of the other."""
TALKING = frozenset({LeadState.SUBMITTED, LeadState.IN_REVIEW, LeadState.INFO_REQUESTED, LeadState.WAITLISTED,
                     LeadState.TERMS_OFFERED, LeadState.ACCEPTED, LeadState.IN_DELIVERY})
"""In these states the two sides write to each other."""
RATED = frozenset({LeadState.COMPLETED, LeadState.FAILED})
"""In these states both sides say how it went."""
WITH_SLOT = frozenset({LeadState.ACCEPTED, LeadState.IN_DELIVERY, LeadState.COMPLETED})
"""In these states a lead holds a slot of its offering's capacity."""


class FailReason(enum.StrEnum):
    """Why an accepted lead came to nothing."""

    NO_AGREEMENT = "no_agreement"
    UNREACHABLE = "unreachable"
    TOO_LATE = "too_late"
    NOT_AS_AGREED = "not_as_agreed"
    BUDGET = "budget"
    OTHER = "other"


class Ground(enum.StrEnum):
    """What a complaint is about."""

    FEE = "fee"
    CONDUCT = "conduct"
    CONTACT = "contact"
    OTHER = "other"


class ComplaintState(enum.StrEnum):
    """How a complaint stands."""

    OPEN = "open"
    IN_HAND = "in_hand"
    UPHELD = "upheld"
    REJECTED = "rejected"


ENDED = frozenset({ComplaintState.UPHELD, ComplaintState.REJECTED})


class LeadReading(Base):
    """Until when one side has read what was said about a lead."""

    __tablename__ = "lead_reading"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True)
    side: Mapped[Side] = mapped_column(choice(Side), primary_key=True)
    at: Mapped[Moment]


class LeadFeedback(Base):
    """What one side says of the other when all is over, once."""

    __tablename__ = "lead_feedback"
    __table_args__ = (UniqueConstraint("lead_id", "side"),
                      CheckConstraint(f"rating BETWEEN {LEAST} AND {MOST}", name="rating"))

    id: Mapped[PrimaryId]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    rating: Mapped[int]
    words: Mapped[str] = mapped_column(default="")
    at: Mapped[Created]


class Appeal(Base):
    """A firm's appeal to the operator after a decline: heard once."""

    __tablename__ = "appeal"

    id: Mapped[PrimaryId]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), unique=True)
    words: Mapped[str]
    at: Mapped[Created]
    due_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """The operator who decided on it."""
    is_granted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")
    """The operator's reason, for both sides."""

    def end(self, person_id: UUID, answer: str, *, is_granted: bool) -> None:
        """Decide on the appeal; raise `Conflict` when that was done."""
        if self.ended_at is not None:
            raise Conflict("This appeal has been decided already.")
        self.ended_at, self.person_id, self.answer, self.is_granted = utc_now(), person_id, answer, is_granted


class Complaint(Base):
    """A firm's complaint about how a platform dealt with a lead; it belongs to the operator."""

    __tablename__ = "complaint"

    id: Mapped[PrimaryId]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    ground: Mapped[Ground] = mapped_column(choice(Ground))
    words: Mapped[str]
    at: Mapped[Created]
    due_at: Mapped[Moment]
    state: Mapped[ComplaintState] = mapped_column(choice(ComplaintState), default=ComplaintState.OPEN)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """The operator who has it in hand."""
    put_at: Mapped[Moment | None]
    """When the operator put it to the platform; until then the platform does not know of it."""
    question: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    """What the platform says to it."""
    answered_at: Mapped[Moment | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(default="")
    """What the operator tells the firm in the end."""
    ended_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_over(self) -> bool:
        """Tell whether the operator has decided."""
        return self.state in ENDED

    def check_open(self) -> None:
        """Raise `Conflict` when the complaint has been decided."""
        if self.is_over:
            raise Conflict("This complaint has been decided already.")

    def take(self, person_id: UUID) -> None:
        """Take it in hand, or over from a colleague."""
        self.check_open()
        self.state, self.person_id = ComplaintState.IN_HAND, person_id

    def put(self, person_id: UUID, question: str) -> None:
        """Put it to the platform, once."""
        if self.put_at is not None:
            raise Conflict("This complaint has been put to the platform already.")
        self.take(person_id)
        self.put_at, self.question = utc_now(), question

    def reply(self, person_id: UUID, words: str) -> None:
        """Keep the platform's answer, given once."""
        self.check_open()
        if self.put_at is None or self.answered_at is not None:
            raise Conflict("This complaint has been answered already.")
        self.answered_at, self.answered_by, self.answer = utc_now(), person_id, words

    def end(self, person_id: UUID, state: ComplaintState, outcome: str) -> None:
        """Decide on it."""
        self.take(person_id)
        self.state, self.outcome, self.ended_at = state, outcome, utc_now()
