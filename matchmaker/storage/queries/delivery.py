"""What became of promises: counts over leads, asked by the service for figures that name no firm."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func

from matchmaker.domain import Lead, Service
from matchmaker.domain.leads import UNSEEN
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

SERVICE = Service()


def answers(session: Session, platform_id: UUID, since: dt.datetime, now: dt.datetime) -> Any:
    """Return of a platform's leads since then: ``firms``, those ``due`` by now or answered, and ``in_time``."""
    query = scope.leads(SERVICE).where(_of(platform_id, since)).with_only_columns(
        func.count(Lead.need_id.distinct()).label("firms"),
        func.count().filter(Lead.first_response_at.is_not(None) | (Lead.due_at <= now)).label("due"),
        func.count().filter(Lead.first_response_at <= Lead.due_at).label("in_time"))
    return session.execute(query).one()


def answer_spans(session: Session, since: dt.datetime, *, platform_id: UUID | None = None,
                 limit: int = 1000) -> Sequence[Any]:
    """Return need, coming and first answer of the newest answered leads since then, at most `limit`."""
    query = scope.leads(SERVICE).where(Lead.created_at >= since, Lead.first_response_at.is_not(None))
    if platform_id is not None:
        query = query.where(Lead.platform_id == platform_id)
    spans = query.with_only_columns(Lead.need_id, Lead.created_at, Lead.first_response_at)
    return session.execute(spans.order_by(Lead.id.desc()).limit(limit)).all()


def slots_taken(session: Session, platform_id: UUID, since: dt.datetime) -> dict[UUID, int]:
    """Return how many leads since then took a slot of each offering of a platform."""
    query = scope.leads(SERVICE).where(_of(platform_id, since), Lead.slot_taken_at.is_not(None))
    counted = query.with_only_columns(Lead.offering_id, func.count()).group_by(Lead.offering_id)
    return {row[0]: row[1] for row in session.execute(counted)}


def terms_offered(session: Session, platform_id: UUID, since: dt.datetime) -> Sequence[Any]:
    """Return offering, need and terms of a platform's leads since then in which terms were offered."""
    query = scope.leads(SERVICE).where(_of(platform_id, since), Lead.terms.is_not(None))
    return session.execute(query.with_only_columns(Lead.offering_id, Lead.need_id, Lead.terms)).all()


def _of(platform_id: UUID, since: dt.datetime) -> ColumnElement[bool]:
    return (Lead.platform_id == platform_id) & (Lead.created_at >= since) & Lead.state.not_in(UNSEEN)
