"""Saved views: the parts of the queue to which a person comes back, under names of their own."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Member, SavedView
from matchmaker.errors import Invalid
from matchmaker.storage.queries import views as queries

MOST = 20
"""So many views one person can keep; more would not be found again."""


def saved(session: Session, member: Member) -> Sequence[SavedView]:
    """Return what a person has saved, by name."""
    return queries.saved_views(session, member)


def save(session: Session, member: Member, name: str, asked: Mapping[str, Any]) -> SavedView:
    """Keep a part of the queue under a name; one of the same name becomes this one. Flushes.

    Raise `Invalid` when the person keeps as many as they can.
    """
    kept = {view.name: view for view in queries.saved_views(session, member)}
    found = kept.get(name)
    if found is None:
        if len(kept) >= MOST:
            raise Invalid("You keep %(most)s views. Delete one first.", most=MOST)
        found = SavedView(person_id=member.person_id, name=name)
        session.add(found)
    found.asked = dict(asked)
    session.flush()
    return found


def delete(session: Session, member: Member, view_id: UUID) -> None:
    """Delete a view of one's own; one that is gone, or another's, stays as it is. Flushes."""
    for view in queries.saved_views(session, member):
        if view.id == view_id:
            session.delete(view)
    session.flush()
