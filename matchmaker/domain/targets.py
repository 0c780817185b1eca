"""Units that count towards the targets of a programme, each with its evidence and a state."""

import enum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Code, Created, Items, Moment, PrimaryId, Texts, choice
from matchmaker.domain.organisations import Organisation
from matchmaker.errors import Conflict, Invalid


class UnitState(enum.StrEnum):
    """Whether a unit counts: not yet, verified, or no longer."""

    PROPOSED = "proposed"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"


class TargetUnit(Base):
    """One thing that counts towards a target, with links to its evidence ({"title", "url"}).

    `source` names what the service itself proposed it from, so that it proposes nothing twice.
    """

    __tablename__ = "target_unit"
    __table_args__ = (UniqueConstraint("target", "source"),
                      Index("ix_target_unit_target_state", "target", "state", "year"))

    id: Mapped[PrimaryId]
    target: Mapped[Code]
    title: Mapped[Texts]
    state: Mapped[UnitState] = mapped_column(choice(UnitState), default=UnitState.PROPOSED)
    year: Mapped[int]
    """The year for which it counts."""
    region: Mapped[Code | None]
    theme: Mapped[Code | None] = mapped_column(ForeignKey("theme.code"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    evidence: Mapped[Items]
    source: Mapped[str | None]
    why: Mapped[str] = mapped_column(default="")
    """Why it was withdrawn, while it is."""
    created_at: Mapped[Created]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None]

    organisation: Mapped[Organisation | None] = relationship()

    def verify(self) -> None:
        """Let it count; raise `Invalid` without evidence, `Conflict` when it counts already."""
        if self.state == UnitState.VERIFIED:
            raise Conflict("This is verified already.")
        if not self.evidence:
            raise Invalid("Give at least one link to evidence first.")
        self.state, self.why = UnitState.VERIFIED, ""

    def withdraw(self, why: str) -> None:
        """Let it count no longer; raise `Invalid` without a reason, `Conflict` when it does not count already."""
        if self.state == UnitState.WITHDRAWN:
            raise Conflict("This is withdrawn already.")
        if not why.strip():
            raise Invalid("Say why, in words.")
        self.state, self.why = UnitState.WITHDRAWN, why.strip()
