"""What is asked of watches. All of it is asked by an actor (see `scope`)."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from matchmaker.domain import (
    Actor,
    Contact,
    Job,
    JobState,
    Need,
    NeedStatus,
    Offering,
    OfferingStatus,
    Organisation,
    StockWatch,
    Watch,
)
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

WATCHING = (NeedStatus.DRAFT, NeedStatus.OPEN)


def watched_needs(session: Session, actor: Actor, *, limit: int, after: UUID | None = None,
                  only: UUID | None = None) -> Sequence[Need]:
    """Return at most `limit` needs with a watch in force, in the order of their ids, from the one `after` on."""
    watched = scope.watches(actor).where(Watch.need_id == Need.id, Watch.ended_at.is_(None)).exists()
    query = scope.needs(actor).where(watched, Need.status.in_(WATCHING))
    if after is not None:
        query = query.where(Need.id > after)
    if only is not None:
        query = query.where(Need.id == only)
    return session.scalars(query.order_by(Need.id).limit(limit)).all()


def stock_watches(session: Session, actor: Actor, need_id: UUID) -> Sequence[StockWatch]:
    """Return the wishes of a need's firm to be told when something has room again, ended ones too, the oldest first."""
    query = scope.stock_watches(actor).where(StockWatch.need_id == need_id)
    return session.scalars(query.order_by(StockWatch.created_at, StockWatch.offering_id)).all()


def stock_watch(session: Session, actor: Actor, need_id: UUID, offering_id: UUID) -> StockWatch | None:
    """Return the wish of a need's firm to be told when one offering has room again."""
    query = scope.stock_watches(actor).where(StockWatch.need_id == need_id, StockWatch.offering_id == offering_id)
    return session.scalar(query)


def needs_waiting_for_room(session: Session, actor: Actor, now: dt.datetime, *, limit: int,
                           after: UUID | None = None) -> Sequence[UUID]:
    """Return at most `limit` ids of needs whose firms wait for a published offering, in order, from `after` on."""
    query = scope.stock_watches(actor).where(StockWatch.ended_at.is_(None), StockWatch.ends_at > now)
    published = select(Offering.id).join(Offering.platform).where(Offering.status == OfferingStatus.PUBLISHED,
                                                                  Organisation.suspended_at.is_(None))
    query = query.where(StockWatch.offering_id.in_(published))
    if after is not None:
        query = query.where(StockWatch.need_id > after)
    needs = query.with_only_columns(StockWatch.need_id).distinct().order_by(StockWatch.need_id)
    return session.scalars(needs.limit(limit)).all()


def last_told_of_stock(session: Session, actor: Actor, need_id: UUID) -> dt.datetime | None:
    """Return when the firm behind a need, known by its address, was last told that something has room again."""
    address = scope.contacts(actor).where(Contact.need_id == need_id).with_only_columns(Contact.email)
    same = scope.contacts(actor).where(Contact.email.in_(address)).with_only_columns(Contact.need_id)
    query = scope.stock_watches(actor).where(StockWatch.need_id.in_(same))
    return session.scalar(query.with_only_columns(func.max(StockWatch.told_at)))


def is_check_queued(session: Session, task: str, after: dt.datetime) -> bool:
    """Tell whether a job of this kind waits for a moment later than `after`."""
    query = select(Job.id).where(Job.task == task, Job.state == JobState.QUEUED, Job.lease_until > after)
    return session.scalar(query.limit(1)) is not None
