"""The queue of a team's leads: views, counts, an order, and one page after another. All of it is asked by an actor."""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, load_only, selectinload

from matchmaker.domain import Actor, Decision, DecisionStatus, Lead, LeadState, Need, Offering, Organisation, Person
from matchmaker.domain.leads import OPEN, REVEALED, TO_ANSWER, UNSEEN
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


class View(enum.StrEnum):
    """Which leads of a team a reader looks at."""

    TO_ANSWER = "to_answer"
    MINE = "mine"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    ALL = "all"


class Sort(enum.StrEnum):
    """What comes first: what is due soonest, what fits best, or what has waited longest."""

    DUE = "due"
    FIT = "fit"
    AGE = "age"


_SEEN = frozenset(LeadState) - UNSEEN
STATES: Mapping[View, frozenset[LeadState]] = {
    View.TO_ANSWER: TO_ANSWER, View.MINE: OPEN, View.WAITING: OPEN - TO_ANSWER, View.ACCEPTED: REVEALED,
    View.CLOSED: _SEEN - OPEN - REVEALED, View.ALL: _SEEN,
}
_KEYS: Mapping[Sort, tuple[InstrumentedAttribute[Any], bool]] = {
    Sort.DUE: (Lead.due_at, True), Sort.FIT: (Lead.fit, False), Sort.AGE: (Lead.created_at, True),
}
"""By what a sort orders, and whether it rises."""


def leads_in(session: Session, actor: Actor, view: View, sort: Sort, *, person_id: UUID | None, limit: int,
             after: tuple[Any, UUID] | None = None) -> Sequence[Lead]:
    """Return at most `limit` leads of a view with offerings and platforms, those behind the place `after`.

    A place is the sort's key (`place_of`) and the id of a lead.
    """
    column, rises = _KEYS[sort]
    query = scope.leads(actor).where(_in(view, person_id))
    if after is not None:
        key, lead_id = after
        behind = column > key if rises else column < key
        query = query.where(or_(behind, and_(column == key, Lead.id > lead_id)))
    query = query.order_by(column if rises else column.desc(), Lead.id).limit(limit)
    return session.scalars(query.options(
        selectinload(Lead.offering).load_only(Offering.title, Offering.kind_code),
        selectinload(Lead.platform).load_only(Organisation.name))).all()


def place_of(lead: Lead, sort: Sort) -> float | dt.datetime:
    """Return the key of a lead in an order."""
    key: float | dt.datetime = getattr(lead, _KEYS[sort][0].key)
    return key


def counts(session: Session, actor: Actor, person_id: UUID | None) -> dict[View, int]:
    """Return how many leads each view has, with one query."""
    mine = func.count().filter(_owned_by(person_id))
    query = scope.leads(actor).with_only_columns(Lead.state, func.count(), mine).group_by(Lead.state)
    rows = session.execute(query).all()
    return {view: sum((own if view == View.MINE else number) for state, number, own in rows if state in states)
            for view, states in STATES.items()}


def late(session: Session, actor: Actor, now: dt.datetime) -> int:
    """Return how many leads wait for the platform beyond the day by which an answer was promised."""
    query = scope.leads(actor).where(Lead.state.in_(TO_ANSWER), Lead.due_at < now)
    return session.scalar(query.with_only_columns(func.count())) or 0


def readable_needs(session: Session, actor: Actor, need_ids: Iterable[UUID]) -> dict[UUID, Need]:
    """Return those of the needs that `actor` may read, by id, with what a list shows of them."""
    query = scope.needs(actor).where(Need.id.in_(list(need_ids)))
    shown = load_only(Need.title, Need.problem, Need.firm, Need.region, Need.language)
    return {need.id: need for need in session.scalars(query.options(shown))}


def pending_on(session: Session, actor: Actor, lead_ids: Iterable[UUID]) -> dict[UUID, Decision]:
    """Return the waiting decision of each of these leads, by lead."""
    query = scope.decisions(actor).where(Decision.lead_id.in_(list(lead_ids)),
                                         Decision.status == DecisionStatus.PENDING)
    return {decision.lead_id: decision for decision in session.scalars(query)}


def names_of(session: Session, person_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of people, by id."""
    wanted = {person_id for person_id in person_ids if person_id}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))) if wanted else ()
    return {row.id: row.name for row in rows}


def _in(view: View, person_id: UUID | None) -> ColumnElement[bool]:
    owned = _owned_by(person_id) if view == View.MINE else true()
    return Lead.state.in_(STATES[view]) & owned


def _owned_by(person_id: UUID | None) -> ColumnElement[bool]:
    return Lead.assignee_id == person_id


def platforms(session: Session, platform_ids: Iterable[UUID]) -> Sequence[Organisation]:
    """Return platforms by id, in the order in which they joined."""
    query = select(Organisation).where(Organisation.id.in_(list(platform_ids))).order_by(Organisation.id)
    return session.scalars(query).all()
