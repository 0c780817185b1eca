"""What narrows the queue besides its view: state, owner, kind, offering, due date, words."""

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from matchmaker.domain import Actor, Lead, LeadState, Need, Offering, OfferingStatus
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import TO_ANSWER
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

OFFERINGS = 100
"""So many offerings are proposed to narrow the queue by."""


class Due(enum.StrEnum):
    """By when a platform has to answer: it is late, or the day is near."""

    LATE = "late"
    DAY = "day"
    WEEK = "week"


SPANS = {Due.LATE: dt.timedelta(0), Due.DAY: dt.timedelta(days=1), Due.WEEK: dt.timedelta(days=7)}


class Nobody(enum.Enum):
    """Says of an owner that there is none."""

    NOBODY = "nobody"


@dataclass(frozen=True)
class Filter:
    """What is left of a view; None leaves everything."""

    state: LeadState | None = None
    owner: UUID | Nobody | None = None
    kind: str | None = None
    offering: UUID | None = None
    due: Due | None = None
    text: str | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is narrowed at all."""
        return any(value is not None for value in astuple(self))


EVERYTHING = Filter()


def matching(actor: Actor, narrowed: Filter) -> list[ColumnElement[bool]]:
    """Return the conditions that a filter puts on leads.

    The words of a need are searched only where `actor` may read them.
    """
    found: list[ColumnElement[bool]] = []
    if narrowed.state is not None:
        found.append(Lead.state == narrowed.state)
    if narrowed.owner is not None:
        owner = None if isinstance(narrowed.owner, Nobody) else narrowed.owner
        found.append(Lead.assignee_id == owner)
    if narrowed.offering is not None:
        found.append(Lead.offering_id == narrowed.offering)
    if narrowed.kind is not None:
        of_kind = select(Offering.id).where(Offering.kind_code == narrowed.kind, Offering.id == Lead.offering_id)
        found.append(of_kind.exists())
    if narrowed.due is not None:
        found += [Lead.state.in_(sorted(TO_ANSWER)), Lead.due_at < utc_now() + SPANS[narrowed.due]]
    if narrowed.text is not None:
        found.append(_mentions(actor, narrowed.text))
    return found


def offerings_of(session: Session, platform_ids: Iterable[UUID]) -> Sequence[Any]:
    """Return id, title and kind of the offerings of platforms for which leads can have come, the newest first."""
    query = select(Offering.id, Offering.title, Offering.kind_code).where(
        Offering.platform_id.in_(list(platform_ids)), Offering.status != OfferingStatus.DRAFT)
    return session.execute(query.order_by(Offering.id.desc()).limit(OFFERINGS)).all()


def _mentions(actor: Actor, text: str) -> ColumnElement[bool]:
    """Tell whether a lead's number, its offering or what may be read of its need has some words in it."""
    inside = [Need.title.icontains(text, autoescape=True), Need.problem.icontains(text, autoescape=True)]
    titles = [Offering.title[language].as_string().icontains(text, autoescape=True) for language in ("zh", "en")]
    offering = select(Offering.id).where(Offering.id == Lead.offering_id, or_(*titles)).correlate(Lead).exists()
    return or_(Lead.reference.icontains(text, autoescape=True), offering, scope.says(actor, or_(*inside)))
