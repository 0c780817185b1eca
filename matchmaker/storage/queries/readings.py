"""What is asked of requests for a human reading, by an actor (see `scope_readings`)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from matchmaker.domain import Actor, HumanReading, Need
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_readings

LISTED = 100
"""How many requests are listed at a time."""


def readings_of(session: Session, actor: Actor, need_id: UUID) -> Sequence[HumanReading]:
    """Return the requests of a need, the newest first."""
    query = scope_readings.human_readings(actor).where(HumanReading.need_id == need_id)
    return session.scalars(query.order_by(HumanReading.id.desc())).all()


def waiting(session: Session, actor: Actor) -> Sequence[HumanReading]:
    """Return the requests that wait for an answer, the one due first at the top."""
    query = scope_readings.human_readings(actor).where(HumanReading.ended_at.is_(None))
    return session.scalars(query.order_by(HumanReading.due_at, HumanReading.id).limit(LISTED)).all()


def answered(session: Session, actor: Actor) -> Sequence[HumanReading]:
    """Return the requests that were answered, the newest first."""
    query = scope_readings.human_readings(actor).where(HumanReading.person_id.is_not(None))
    return session.scalars(query.order_by(HumanReading.ended_at.desc()).limit(LISTED)).all()


def reading_by_id(session: Session, actor: Actor, reading_id: UUID) -> HumanReading:
    """Return a request as the database has it now, with its row locked; raise `NotFound` when it is not the actor's."""
    query = scope_readings.human_readings(actor).where(HumanReading.id == reading_id).with_for_update(of=HumanReading)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such request, or not for you.")
    return found


def needs_to_read(session: Session, actor: Actor, need_ids: Collection[UUID]) -> dict[UUID, Need]:
    """Return those of these needs that their firms want to be read, by their ids."""
    query = scope_readings.needs_to_read(actor).where(Need.id.in_(need_ids))
    return {need.id: need for need in session.scalars(query)}
