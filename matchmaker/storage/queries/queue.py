"""The queue of a team's leads: views, counts, an order, and one page after another. All of it is asked by an actor."""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, defer, load_only, selectinload

from matchmaker.domain import (
    Actor,
    Decision,
    DecisionStatus,
    Lead,
    LeadState,
    Member,
    Need,
    Offering,
    Organisation,
    Person,
)
from matchmaker.domain.leads import OPEN, REVEALED, TO_ANSWER, UNSEEN
from matchmaker.storage import Session
from matchmaker.storage.queries import scope
from matchmaker.storage.queries.filters import EVERYTHING, Filter, matching


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
             after: tuple[Any, UUID] | None = None, narrowed: Filter = EVERYTHING) -> Sequence[Lead]:
    """Return at most `limit` leads of a view with offerings, those behind the place `after`.

    A place is the sort's key (`place_of`) and the id of a lead. Their ids are found by an index alone, so that only the
    rows that are shown are read.
    """
    column, rises = _KEYS[sort]
    wanted = scope.leads(actor).where(_in(view, person_id), *matching(actor, narrowed)).with_only_columns(Lead.id)
    if after is not None:
        key, lead_id = after
        wanted = wanted.where(or_(column > key if rises else column < key, and_(column == key, Lead.id > lead_id)))
    order = (column if rises else column.desc(), Lead.id)
    ids = wanted.order_by(*order).limit(limit).subquery()
    shown = scope.leads(actor).where(Lead.id.in_(select(ids.c.id))).order_by(*order)
    return session.scalars(_with_names(actor, shown)).all()


def companions(session: Session, actor: Actor, view: View, sort: Sort, leads: Sequence[Lead], *,
               person_id: UUID | None, narrowed: Filter = EVERYTHING) -> Sequence[Lead]:
    """Return the other leads of a view that came with the same needs, in its order."""
    column, rises = _KEYS[sort]
    query = scope.leads(actor).where(_in(view, person_id), *matching(actor, narrowed),
                                     Lead.need_id.in_([lead.need_id for lead in leads]),
                                     Lead.id.not_in([lead.id for lead in leads]))
    return session.scalars(_with_names(actor, query.order_by(column if rises else column.desc(), Lead.id))).all()


def comes_before(one: Lead, other: Lead, sort: Sort) -> bool:
    """Tell whether a lead comes before another in an order."""
    ours, theirs = place_of(one, sort), place_of(other, sort)
    if ours == theirs:
        return one.id < other.id
    return ours < theirs if _KEYS[sort][1] else ours > theirs  # type: ignore[operator]


def leads_for(session: Session, actor: Actor, view: View, sort: Sort, *, person_id: UUID | None, narrowed: Filter,
              limit: int) -> Sequence[Lead]:
    """Return at most `limit` leads of a view in its order, each for itself."""
    column, rises = _KEYS[sort]
    query = scope.leads(actor).where(_in(view, person_id), *matching(actor, narrowed))
    order = (column if rises else column.desc(), Lead.id)
    return session.scalars(_with_names(actor, query.order_by(*order).limit(limit))).all()


def count_in(session: Session, actor: Actor, view: View, person_id: UUID | None, narrowed: Filter) -> int:
    """Return how many leads of a view a filter leaves."""
    query = scope.leads(actor).where(_in(view, person_id), *matching(actor, narrowed))
    return session.scalar(query.with_only_columns(func.count())) or 0


def place_of(lead: Lead, sort: Sort) -> float | dt.datetime:
    """Return the key of a lead in an order."""
    key: float | dt.datetime = getattr(lead, _KEYS[sort][0].key)
    return key


def counts(session: Session, actor: Actor, person_id: UUID | None, now: dt.datetime) -> tuple[dict[View, int], int]:
    """Return how many leads each view has, and how many wait for the platform beyond their day, with one query."""
    mine, late = func.count().filter(_owned_by(person_id)), func.count().filter(Lead.due_at < now)
    query = scope.leads(actor).with_only_columns(Lead.state, func.count(), mine, late).group_by(Lead.state)
    rows = session.execute(query).all()
    views = {view: sum((own if view == View.MINE else number) for state, number, own, _late in rows if state in states)
             for view, states in STATES.items()}
    return views, sum(late for state, _number, _own, late in rows if state in TO_ANSWER)


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


def leads_by_id(session: Session, actor: Actor, lead_ids: Iterable[UUID]) -> Sequence[Lead]:
    """Return those of the leads that `actor` may know of, with offerings and moves, as they are now."""
    query = scope.leads(actor).where(Lead.id.in_(list(lead_ids))).order_by(Lead.id)
    return session.scalars(_with_names(actor, query).options(selectinload(Lead.moves))).all()


def decisions_by_id(session: Session, actor: Actor, decision_ids: Iterable[UUID]) -> Sequence[Decision]:
    """Return those of the decisions that the actor's own team made, the oldest first."""
    return session.scalars(scope.decisions(actor).where(Decision.id.in_(list(decision_ids)))
                           .order_by(Decision.id)).all()


def names_of(session: Session, person_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of people, by id."""
    wanted = {person_id for person_id in person_ids if person_id}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))) if wanted else ()
    return {row.id: row.name for row in rows}


def _in(view: View, person_id: UUID | None) -> ColumnElement[bool]:
    owned = _owned_by(person_id) if view == View.MINE else true()
    return Lead.state.in_(sorted(STATES[view])) & owned


def _owned_by(person_id: UUID | None) -> ColumnElement[bool]:
    return Lead.assignee_id == person_id


def _with_names(actor: Actor, query: Select[Lead]) -> Select[Lead]:
    """Load offerings with the leads, as far as a list shows them; platforms for who sees those of several."""
    found = query.options(defer(Lead.breakdown), defer(Lead.terms), defer(Lead.outcome),
                          selectinload(Lead.offering).load_only(Offering.title, Offering.kind_code))
    if isinstance(actor, Member) and not actor.is_operator:
        return found
    return found.options(selectinload(Lead.platform).load_only(Organisation.name))


def platforms(session: Session, platform_ids: Iterable[UUID]) -> Sequence[Organisation]:
    """Return platforms by id, in the order in which they joined."""
    query = select(Organisation).where(Organisation.id.in_(list(platform_ids))).order_by(Organisation.id)
    return session.scalars(query).all()
