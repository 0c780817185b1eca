"""What is asked of leads as a whole, for a team's figures. All of it is asked by an actor (see `scope`)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func

from matchmaker.domain import Actor, Lead, LeadState
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

_ACCEPTED = (LeadState.ACCEPTED, LeadState.IN_DELIVERY, LeadState.COMPLETED, LeadState.FAILED)


def answers_since(session: Session, actor: Actor, since: dt.datetime) -> Sequence[Any]:
    """Return when each lead since then came, was first answered and was due."""
    query = scope.leads(actor).where(Lead.created_at >= since)
    return session.execute(query.with_only_columns(Lead.created_at, Lead.first_response_at, Lead.due_at)).all()


def stages_since(session: Session, actor: Actor, since: dt.datetime) -> dict[str, int]:
    """Return how many leads since then came at least so far, with one query."""
    columns = {
        "received": func.count(), "looked_at": func.count().filter(Lead.state != LeadState.SUBMITTED),
        "answered": func.count().filter(Lead.first_response_at.is_not(None)),
        "accepted": func.count().filter(Lead.state.in_(_ACCEPTED)),
        "completed": func.count().filter(Lead.state == LeadState.COMPLETED),
    }
    query = scope.leads(actor).where(Lead.created_at >= since)
    row = session.execute(query.with_only_columns(*columns.values())).one()
    return dict(zip(columns, row, strict=True))
