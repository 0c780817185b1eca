"""What is asked of leads as a whole, for a team's figures. All of it is asked by an actor (see `scope`)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, extract, func, true

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


def answers_since(session: Session, actor: Actor, weeks: Sequence[dt.datetime]) -> Sequence[Any]:
    """Return of each lead: its week, the seconds to the first answer, if there was one, and whether that was in time.

    `weeks` are the moments, one after the other, at which weeks begin, counted from 0; the last goes on.
    """
    week = case(*((Lead.created_at < ends, number) for number, ends in enumerate(weeks[1:])), else_=len(weeks) - 1)
    # To make moments of a hundred thousand rows takes longer than all else: the database subtracts them.
    seconds = cast(extract("epoch", Lead.first_response_at) - extract("epoch", Lead.created_at), Integer)
    query = scope.leads(actor).where(Lead.created_at >= weeks[0])
    return session.execute(query.with_only_columns(week, seconds, FIGURES["in_time"])).all()


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
