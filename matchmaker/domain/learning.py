"""Weights that were learnt: what was proposed and why, and what an operator made of it."""

import datetime as dt
import enum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Document, Fields, Items, PrimaryId, Texts, choice
from matchmaker.errors import Conflict


class ProposalState(enum.StrEnum):
    """How a proposal stands."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    PROMOTED = "promoted"


class WeightsProposal(Base):
    """Weights that were learnt, with all that speaks for and against them; it holds counts and measures alone."""

    __tablename__ = "weights_proposal"

    id: Mapped[PrimaryId]
    state: Mapped[ProposalState] = mapped_column(choice(ProposalState))
    base: Mapped[Code]
    """The version in force when they were learnt."""
    weights: Mapped[Fields]
    """``{"text": ..., "channels": {...}, "factors": {...}}``"""
    evidence: Mapped[Fields]
    """How much was judged, by how many."""
    left_out: Mapped[Items]
    """Platforms, by id, whose decisions and devoted firms were left out."""
    found: Mapped[Fields]
    """What was measured."""
    reasons: Mapped[Items]
    """Why they were refused, each a check with what it found and its limit."""
    made_at: Mapped[Created]

    def promote(self) -> None:
        """Let it become a version; raise `Conflict` when it was refused, or promoted before."""
        if self.state != ProposalState.PROPOSED:
            raise Conflict("Only what is proposed can be promoted, once.")
        self.state = ProposalState.PROMOTED


class WeightsVersion(Base):
    """A version of the weights that an operator promoted: announced, in force from a day, perhaps rolled back."""

    __tablename__ = "weights_version"

    id: Mapped[PrimaryId]
    version: Mapped[Code] = mapped_column(unique=True)
    base: Mapped[Code]
    """The version that it changes."""
    announced: Mapped[dt.date]
    in_force_from: Mapped[dt.date]
    weights: Mapped[Fields]
    why: Mapped[Texts]
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("weights_proposal.id"), unique=True)
    """None where nothing was learnt: an operator changed what is said of the page."""
    promoted_by: Mapped[UUID | None]
    """None where that was done by command line."""
    promoted_at: Mapped[Created]
    ended: Mapped[dt.date | None]
    """The first day on which it no longer counts, where it was rolled back."""
    ended_why: Mapped[dict[str, Any] | None] = mapped_column(Document)
    ended_by: Mapped[UUID | None]

    def end(self, day: dt.date, why: dict[str, str], person_id: UUID | None) -> None:
        """Let it count no longer; raise `Conflict` when it was rolled back before."""
        if self.ended is not None:
            raise Conflict("This version has been rolled back already.")
        self.ended, self.ended_why, self.ended_by = day, why, person_id
