"""What is asked of saved views and of who has a lead open. All of it is asked by an actor (see `scope`)."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from matchmaker.domain import Actor, LeadPresence, SavedView
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def saved_views(session: Session, actor: Actor) -> Sequence[SavedView]:
    """Return the views that `actor` has saved, by name."""
    return session.scalars(scope.saved_views(actor).order_by(SavedView.name)).all()


def presences_on(session: Session, actor: Actor, lead_id: UUID, since: dt.datetime) -> Sequence[LeadPresence]:
    """Return who of the team has said since then that they have a lead open."""
    query = scope.presences(actor).where(LeadPresence.lead_id == lead_id, LeadPresence.at > since)
    return session.scalars(query.order_by(LeadPresence.person_id)).all()


def presence_of(session: Session, actor: Actor, lead_id: UUID, person_id: UUID) -> LeadPresence | None:
    """Return when somebody last said that they have a lead open."""
    query = scope.presences(actor).where(LeadPresence.lead_id == lead_id, LeadPresence.person_id == person_id)
    return session.scalar(query)
