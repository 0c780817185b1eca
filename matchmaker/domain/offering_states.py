"""The states of an offering, and of a change to one that is being prepared: one table says who may move it where.

`MOVES` binds everybody, imports and jobs too. A platform's people edit and submit; what was submitted is published by
somebody else of the platform, or by the operator: four eyes see whatever firms are shown.
"""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.actors import EDITING, Actor, Member, Service, Side
from matchmaker.domain.base import Base, Moment, PrimaryId, choice, utc_now
from matchmaker.errors import Conflict, Forbidden, Invalid


class OfferingStatus(enum.StrEnum):
    """Where an offering stands; only published ones match."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


S = OfferingStatus
_PLATFORM, _BOTH = frozenset({Side.PLATFORM}), frozenset({Side.PLATFORM, Side.OPERATOR})
_SERVICE = frozenset({Side.SERVICE})
_LISTED = _PLATFORM | _SERVICE
"""Who withdraws what firms have seen: its platform, or the service when a new version of its list leaves it out."""

MOVES: Mapping[S, Mapping[S, frozenset[Side]]] = {
    S.DRAFT: {S.IN_REVIEW: _PLATFORM, S.PUBLISHED: _SERVICE, S.WITHDRAWN: _PLATFORM},
    S.IN_REVIEW: {S.DRAFT: _BOTH, S.PUBLISHED: _BOTH | _SERVICE},
    S.PUBLISHED: {S.SUSPENDED: _BOTH, S.WITHDRAWN: _LISTED, S.EXPIRED: _SERVICE},
    S.SUSPENDED: {S.PUBLISHED: _BOTH, S.WITHDRAWN: _LISTED, S.EXPIRED: _SERVICE},
    S.EXPIRED: {S.PUBLISHED: _PLATFORM | _SERVICE, S.WITHDRAWN: _LISTED},
    S.WITHDRAWN: {},
}
"""From a state to the states that may follow it, and who may bring each about. The service acts in imports and jobs,
and when a batch is published, whose lists the operator has accepted."""
LIVE = frozenset({S.PUBLISHED, S.SUSPENDED, S.EXPIRED})
"""In these states firms have seen the offering: what is changed of it waits beside it until it is published."""
NEED_REASON = frozenset({S.SUSPENDED, S.WITHDRAWN})
"""To move what firms have seen into one of these needs a reason in words."""


def side_on(actor: Actor, platform_id: UUID) -> Side:
    """Return for whom somebody acts on an offering of a platform; raise `Forbidden` when it is not theirs at all."""
    if isinstance(actor, Service):
        return Side.SERVICE
    if isinstance(actor, Member) and platform_id in actor.organisations(*EDITING):
        return Side.PLATFORM
    if isinstance(actor, Member) and actor.is_operator:
        return Side.OPERATOR
    raise Forbidden("Only the platform's own people work on its offerings.")


class Staged:
    """What an offering and a change to one have in common: a state, who submitted it, and the moves between states."""

    if TYPE_CHECKING:  # Of both; a change alone has the second.
        id: Mapped[UUID]
        offering_id: Mapped[UUID]

        @property
        def platform_id(self) -> UUID:
            """The platform whose offering it is."""

    is_change: ClassVar[bool] = False
    status: Mapped[OfferingStatus] = mapped_column(choice(OfferingStatus), default=OfferingStatus.DRAFT)
    submitted_by: Mapped[UUID | None]
    """The person who submitted what is in review now."""

    def move(self, to: OfferingStatus, actor: Actor, why: str = "", *, at: dt.datetime | None = None) -> "OfferingMove":
        """Move to another state and return the record of it, which the caller keeps.

        Raise `Conflict` when the table does not have the move, `Forbidden` when it is another's to make, `Invalid`
        when a reason is missing.
        """
        if to not in MOVES[self.status]:
            raise Conflict("The offering has moved on; this step is not possible any more.")
        side = side_on(actor, self.platform_id)
        if side not in MOVES[self.status][to] or not self._may_lift(to, side):
            raise Forbidden("This step is not yours to take.")
        person_id = actor.person_id if isinstance(actor, Member) else None
        if isinstance(actor, Member) and side == Side.PLATFORM:
            actor.check_standing(self.platform_id)
        if self._is_own_work(to, side, person_id):
            raise Forbidden("Somebody else than who submitted it publishes it. Ask a colleague or the operator.")
        if not why.strip() and self._needs_reason(to, person_id):
            raise Invalid("Say why, in words.")
        move = OfferingMove(offering_id=self._offering_id, at=at or utc_now(), from_state=self.status, to_state=to,
                            side=side, person_id=person_id, why=why.strip(), is_change=self.is_change)
        self.status = to
        self.submitted_by = person_id if to == S.IN_REVIEW else None
        if not self.is_change:
            self.suspended_by = side if to == S.SUSPENDED else None
        return move

    def may_move(self, to: OfferingStatus, actor: Actor) -> bool:
        """Tell whether `actor` could make a move now, given a reason where one is needed."""
        try:
            side = side_on(actor, self.platform_id)
            if isinstance(actor, Member) and side == Side.PLATFORM:
                actor.check_standing(self.platform_id)
        except Forbidden:
            return False
        person_id = actor.person_id if isinstance(actor, Member) else None
        return (side in MOVES[self.status].get(to, ()) and self._may_lift(to, side)
                and not self._is_own_work(to, side, person_id))

    @property
    def _offering_id(self) -> UUID:
        found: UUID = self.offering_id if self.is_change else self.id
        return found

    def _may_lift(self, to: OfferingStatus, side: Side) -> bool:
        is_lifting = self.status == S.SUSPENDED and to == S.PUBLISHED
        return not is_lifting or getattr(self, "suspended_by", None) in (None, side)

    def _is_own_work(self, to: OfferingStatus, side: Side, person_id: UUID | None) -> bool:
        is_publishing = self.status == S.IN_REVIEW and to == S.PUBLISHED
        return is_publishing and side == Side.PLATFORM and person_id == self.submitted_by

    def _needs_reason(self, to: OfferingStatus, person_id: UUID | None) -> bool:
        is_returned = self.status == S.IN_REVIEW and to == S.DRAFT and person_id != self.submitted_by
        return is_returned or (self.status in LIVE and to in NEED_REASON)


class OfferingMove(Base):
    """One step in the life of an offering, or of a change to it: from where to where, who, when and why."""

    __tablename__ = "offering_move"

    id: Mapped[PrimaryId]
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment]
    from_state: Mapped[OfferingStatus | None] = mapped_column(choice(OfferingStatus))
    to_state: Mapped[OfferingStatus] = mapped_column(choice(OfferingStatus))
    side: Mapped[Side] = mapped_column(choice(Side))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(default="")
    is_change: Mapped[bool] = mapped_column(default=False)
    """Whether it was a change to the offering that moved, and not the offering itself."""
