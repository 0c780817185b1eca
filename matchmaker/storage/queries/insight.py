"""What is asked of leads as a whole, for a team's figures. All of it is asked by an actor (see `scope`)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, true

from matchmaker.domain import Actor, Lead, LeadState
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

_ACCEPTED = (LeadState.ACCEPTED, LeadState.IN_DELIVERY, LeadState.COMPLETED, LeadState.FAILED)
STAGES: Mapping[str, ColumnElement[bool]] = {
    "received": true(), "looked_at": Lead.state != LeadState.SUBMITTED, "answered": Lead.first_response_at.is_not(None),
    "accepted": Lead.state.in_(_ACCEPTED), "completed": Lead.state == LeadState.COMPLETED,
}
"""What is so of a lead that came at least so far."""
FIGURES = {**STAGES, "in_time": Lead.first_response_at <= Lead.due_at}


def answers_since(session: Session, actor: Actor, since: dt.datetime) -> Sequence[Any]:
    """Return when each lead since then came, was first answered and was due."""
    query = scope.leads(actor).where(Lead.created_at >= since)
    return session.execute(query.with_only_columns(Lead.created_at, Lead.first_response_at, Lead.due_at)).all()


def stages_since(session: Session, actor: Actor, since: dt.datetime) -> dict[str, int]:
    """Return how many leads since then came at least so far, with one query."""
    query = scope.leads(actor).where(Lead.created_at >= since)
    row = session.execute(query.with_only_columns(*(func.count().filter(came) for came in STAGES.values()))).one()
    return dict(zip(STAGES, row, strict=True))


def leads_behind(session: Session, actor: Actor, times: tuple[dt.datetime, dt.datetime], figure: str,
                 limit: int) -> tuple[int, Sequence[Lead]]:
    """Return how many leads that came in a time stand behind a figure, and the newest of them."""
    query = scope.leads(actor).where(Lead.created_at >= times[0], Lead.created_at < times[1], FIGURES[figure])
    found = session.scalars(query.order_by(Lead.created_at.desc(), Lead.id.desc()).limit(limit)).all()
    return session.scalar(query.with_only_columns(func.count())) or 0, found
