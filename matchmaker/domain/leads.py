"""The lead: a match on which somebody acts, its states, its history, and what both sides say to each other.

`MOVES` is the whole life of a lead: what is not in it is refused, whoever asks. A lead has no way to its need or to
the contact behind it: these are asked for with an actor, in `matchmaker.storage.queries`.
"""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.actors import Actor, Member, Side
from matchmaker.domain.base import Base, Code, Created, Document, Fields, Moment, PrimaryId, choice, utc_now
from matchmaker.domain.offerings import Offering
from matchmaker.domain.organisations import Organisation
from matchmaker.domain.vocabulary import CODE_LENGTH
from matchmaker.errors import Conflict, Forbidden, Invalid


class LeadState(enum.StrEnum):
    """Where a lead stands."""

    SUGGESTED = "suggested"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    INFO_REQUESTED = "info_requested"
    WAITLISTED = "waitlisted"
    TERMS_OFFERED = "terms_offered"
    ACCEPTED = "accepted"
    IN_DELIVERY = "in_delivery"
    COMPLETED = "completed"
    FAILED = "failed"
    DECLINED = "declined"
    APPEALED = "appealed"
    DECLINED_FINAL = "declined_final"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    EXPIRED = "expired"


class Origin(enum.StrEnum):
    """How a lead came about."""

    FORM = "form"
    SEARCH = "search"
    REFERRAL = "referral"
    REROUTE = "reroute"
    INVITATION = "invitation"


S = LeadState
_FIRM, _PLATFORM = frozenset({Side.FIRM}), frozenset({Side.PLATFORM})
_SENDER = frozenset({Side.FIRM, Side.INCUBATOR})
_SERVICE, _BOTH = frozenset({Side.SERVICE}), frozenset({Side.FIRM, Side.PLATFORM})
_OPERATOR = frozenset({Side.OPERATOR})

MOVES: Mapping[LeadState, Mapping[LeadState, frozenset[Side]]] = {
    S.SUGGESTED: {S.SUBMITTED: _FIRM, S.DISMISSED: _FIRM, S.EXPIRED: _SERVICE},
    S.SUBMITTED: {S.IN_REVIEW: _PLATFORM, S.INFO_REQUESTED: _PLATFORM, S.DECLINED: _PLATFORM,
                  S.WITHDRAWN: _SENDER, S.EXPIRED: _SERVICE},
    S.IN_REVIEW: {S.INFO_REQUESTED: _PLATFORM, S.WAITLISTED: _PLATFORM, S.TERMS_OFFERED: _PLATFORM,
                  S.ACCEPTED: _PLATFORM, S.DECLINED: _PLATFORM, S.WITHDRAWN: _SENDER, S.EXPIRED: _SERVICE},
    S.INFO_REQUESTED: {S.IN_REVIEW: _BOTH, S.DECLINED: _PLATFORM, S.WITHDRAWN: _SENDER, S.EXPIRED: _SERVICE},
    S.WAITLISTED: {S.IN_REVIEW: _PLATFORM, S.WITHDRAWN: _SENDER, S.EXPIRED: _SERVICE},
    S.TERMS_OFFERED: {S.IN_REVIEW: _PLATFORM, S.ACCEPTED: _FIRM, S.WITHDRAWN: _BOTH | _SENDER, S.EXPIRED: _SERVICE},
    S.ACCEPTED: {S.IN_DELIVERY: _BOTH, S.WITHDRAWN: _SENDER, S.FAILED: _BOTH},
    S.IN_DELIVERY: {S.COMPLETED: _BOTH, S.FAILED: _BOTH},
    S.DECLINED: {S.APPEALED: _FIRM},
    S.APPEALED: {S.IN_REVIEW: _OPERATOR, S.DECLINED_FINAL: _OPERATOR},
    S.COMPLETED: {}, S.FAILED: {}, S.DECLINED_FINAL: {}, S.WITHDRAWN: {}, S.DISMISSED: {}, S.EXPIRED: {},
}
"""From a state to the states that may follow it, and who may bring each about."""
REVEALED = frozenset({S.ACCEPTED, S.IN_DELIVERY, S.COMPLETED})
"""In these states the platform may see who the firm is, as long as its consent holds."""
TO_ANSWER = frozenset({S.SUBMITTED, S.IN_REVIEW, S.WAITLISTED})
"""In these states the next word is the platform's."""
OPEN = frozenset({S.SUBMITTED, S.IN_REVIEW, S.INFO_REQUESTED, S.WAITLISTED, S.TERMS_OFFERED, S.APPEALED})
"""In these states a lead waits for an answer, from whichever side."""
UNSEEN = frozenset({S.SUGGESTED, S.DISMISSED})
"""In these states a platform does not know of the lead."""
ANSWERS = frozenset({S.INFO_REQUESTED, S.WAITLISTED, S.TERMS_OFFERED, S.ACCEPTED, S.DECLINED})
"""To move a lead into one of these is an answer to the firm."""


class Lead(Base):
    """A match on which somebody acts. `version` rises with every change, so that nobody decides on an old view."""

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("need_id", "offering_id"),
        Index("ix_lead_due", "platform_id", "state", "due_at", "id"),
        Index("ix_lead_fit", "platform_id", "state", "fit", "id"),
        Index("ix_lead_age", "platform_id", "state", "created_at", "id"),
        Index("ix_lead_owner", "platform_id", "state", "assignee_id", "due_at"),
        # Whether a platform may read a need: without it, SQLite looks for that among all leads of the platform.
        Index("ix_lead_need_id", "need_id", "platform_id", "state"),
        # The figures of all platforms are counted from the index alone: the rows behind it hold whole breakdowns.
        Index("ix_lead_answers", "created_at", "state", "platform_id", "first_response_at", "due_at"),
    )

    id: Mapped[PrimaryId]
    reference: Mapped[Code] = mapped_column(unique=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"))
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id"), index=True)
    offering_version: Mapped[int]
    platform_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    origin: Mapped[Origin] = mapped_column(choice(Origin), default=Origin.FORM)
    ranking_id: Mapped[UUID | None] = mapped_column(ForeignKey("ranking.id", ondelete="CASCADE"), index=True)
    place: Mapped[int | None]
    """Its place in the list that was shown, from 1."""
    fit: Mapped[float]
    breakdown: Mapped[Fields]
    """The match as both sides see it: score, factors, open conditions, the words that carried it; texts in both
    languages. It speaks of this offering alone, so that no platform reads of another in it."""
    state: Mapped[LeadState] = mapped_column(choice(LeadState), default=LeadState.SUBMITTED)
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[Moment]
    first_response_at: Mapped[Moment | None]
    decline_reason: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    terms: Mapped[dict[str, Any] | None] = mapped_column(Document)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(Document)
    slot_taken_at: Mapped[Moment | None]
    """Since when it holds a slot of the offering's capacity, if it does."""
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("lead.id", ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Created]
    changed_at: Mapped[Created]

    offering: Mapped[Offering] = relationship()
    platform: Mapped[Organisation] = relationship()
    moves: Mapped[list["LeadMove"]] = relationship(order_by="LeadMove.id", cascade="all, delete-orphan",
                                                   passive_deletes=True)

    __mapper_args__ = {"version_id_col": version}

    def move(self, to: LeadState, actor: Actor, why: str = "", *, at: dt.datetime | None = None,
             is_override: bool = False) -> "LeadMove":
        """Move the lead to another state, and keep who did it, when and why.

        An operator may override who is entitled to a move, with a reason, and the move is marked; the table of moves
        binds them too. Raise `Conflict` when the table does not have the move, `Forbidden` when it is another's to
        make, `Invalid` for an override without a reason.
        """
        if not self.can_move(to):
            raise Conflict("The lead has moved on; this step is not possible any more.")
        if is_override and not (isinstance(actor, Member) and actor.is_operator):
            raise Forbidden("Only an operator may override.")
        if is_override and not why.strip():
            raise Invalid("Say why you override.")
        if not is_override and actor.side not in MOVES[self.state][to]:
            raise Forbidden("This step is not yours to take.")
        moment = at or utc_now()
        move = LeadMove(at=moment, from_state=self.state, to_state=to, why=why, is_override=is_override,
                        side=Side.OPERATOR if is_override else actor.side,
                        person_id=actor.person_id if isinstance(actor, Member) else None)
        self.moves.append(move)
        self.state, self.changed_at = to, moment
        if to in ANSWERS and self.first_response_at is None:
            self.first_response_at = moment
        return move

    def can_move(self, to: LeadState) -> bool:
        """Tell whether the table has this move; an appeal is heard once."""
        has_appealed = any(move.to_state == LeadState.APPEALED for move in self.moves)
        return to in MOVES[self.state] and not (to == LeadState.APPEALED and has_appealed)

    def check_version(self, seen: int) -> None:
        """Raise `Conflict` when the lead has changed since somebody saw it at version `seen`."""
        if seen != self.version:
            raise Conflict("The lead has changed since you opened it. Look at it again, then decide.")


class LeadMove(Base):
    """One step in the life of a lead: from where to where, who, when and why."""

    __tablename__ = "lead_move"

    id: Mapped[PrimaryId]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment]
    from_state: Mapped[LeadState | None] = mapped_column(choice(LeadState))
    to_state: Mapped[LeadState] = mapped_column(choice(LeadState))
    side: Mapped[Side] = mapped_column(choice(Side))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(default="")
    is_override: Mapped[bool] = mapped_column(default=False)


class Action(enum.StrEnum):
    """What a reviewer can decide."""

    ACCEPT = "accept"
    ASK = "ask"
    WAITLIST = "waitlist"
    RESUME = "resume"
    DECLINE = "decline"
    OFFER_TERMS = "offer_terms"


LEADS_TO = {Action.ACCEPT: S.ACCEPTED, Action.ASK: S.INFO_REQUESTED, Action.DECLINE: S.DECLINED,
            Action.OFFER_TERMS: S.TERMS_OFFERED, Action.WAITLIST: S.WAITLISTED, Action.RESUME: S.IN_REVIEW}
"""The state into which a decision brings the lead when it matures."""


class DecisionStatus(enum.StrEnum):
    """What became of a decision."""

    PENDING = "pending"
    CANCELLED = "cancelled"
    DONE = "done"
    REFUSED = "refused"


class Decision(Base):
    """A reviewer's decision: pending for a while, in which it can be cancelled, and then carried out by a job."""

    __tablename__ = "decision"

    id: Mapped[PrimaryId]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    action: Mapped[Action] = mapped_column(choice(Action))
    reason: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    words: Mapped[str] = mapped_column(default="")
    """The question to the firm, or what is to be said with the answer."""
    terms: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """The terms that are offered, as `Lead.terms` will have them."""
    status: Mapped[DecisionStatus] = mapped_column(choice(DecisionStatus), default=DecisionStatus.PENDING)
    refusal: Mapped[str | None]
    """Why it could not be carried out when it matured."""
    made_at: Mapped[Created]
    matures_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]

    def end(self, status: DecisionStatus, refusal: str | None = None) -> None:
        """End a pending decision; raise `Conflict` when it has ended already."""
        if self.status != DecisionStatus.PENDING:
            raise Conflict("The decision has already taken effect or been cancelled.")
        self.status, self.refusal, self.ended_at = status, refusal, utc_now()


Index("uq_decision_lead_id_pending", Decision.lead_id, unique=True,
      sqlite_where=Decision.status == DecisionStatus.PENDING,
      postgresql_where=Decision.status == DecisionStatus.PENDING)


class LeadMessage(Base):
    """What one side says to the other about a lead; both read it."""

    __tablename__ = "lead_message"

    id: Mapped[PrimaryId]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    at: Mapped[Created]
    side: Mapped[Side] = mapped_column(choice(Side))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str]


class LeadNote(Base):
    """What a platform's team notes about a lead for itself; the firm and the operator never read it."""

    __tablename__ = "lead_note"

    id: Mapped[PrimaryId]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    at: Mapped[Created]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str]
