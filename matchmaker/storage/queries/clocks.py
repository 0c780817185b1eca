"""What is asked of answer clocks: what they have done, and the leads for which one must run."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker.domain import Actor, ClockStep, Lead, Offering, Organisation
from matchmaker.domain.clocks import RUNNING
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def steps_of(session: Session, actor: Actor, lead_id: UUID) -> Sequence[ClockStep]:
    """Return what the clock of a lead has done, the oldest first."""
    return session.scalars(scope.clock_steps(actor).where(ClockStep.lead_id == lead_id).order_by(ClockStep.id)).all()


def steps_of_need(session: Session, actor: Actor, need_id: UUID) -> Sequence[ClockStep]:
    """Return what the clocks of all leads of a need have done, the oldest first."""
    return session.scalars(scope.clock_steps(actor).where(Lead.need_id == need_id).order_by(ClockStep.id)).all()


def running_leads(session: Session, actor: Actor, *, limit: int, after: UUID | None = None) -> Sequence[Lead]:
    """Return at most `limit` leads that platforms owe an answer to, by id, from `after` on; suspended ones owe none."""
    standing = select(Organisation.id).where(Organisation.suspended_at.is_(None))
    query = scope.leads(actor).where(Lead.state.in_(RUNNING), Lead.platform_id.in_(standing))
    if after is not None:
        query = query.where(Lead.id > after)
    loaded = selectinload(Lead.offering).selectinload(Offering.openness_list)
    return session.scalars(query.options(loaded, selectinload(Lead.platform)).order_by(Lead.id).limit(limit)).all()


def leads_at(session: Session, actor: Actor, platform_id: UUID, *, limit: int,
             after: UUID | None = None) -> Sequence[Lead]:
    """Return at most `limit` leads of a platform, by id, from `after` on."""
    query = scope.leads(actor).where(Lead.platform_id == platform_id)
    if after is not None:
        query = query.where(Lead.id > after)
    return session.scalars(query.order_by(Lead.id).limit(limit)).all()
