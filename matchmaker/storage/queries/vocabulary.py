"""Kinds, themes and reasons to decline, in the order in which people see them."""

import functools
from collections.abc import Iterable

from sqlalchemy import CompoundSelect, func, literal, select, union_all

from matchmaker.domain import AddedConcept, Kind, Reason, Theme
from matchmaker.errors import NotFound
from matchmaker.storage import Session

Term = Kind | Theme | Reason


def kinds(session: Session) -> list[Kind]:
    """Return every kind of resource, retired ones included."""
    return list(session.scalars(select(Kind).order_by(Kind.position, Kind.code)))


def themes(session: Session) -> list[Theme]:
    """Return every theme, retired ones included."""
    return list(session.scalars(select(Theme).order_by(Theme.position, Theme.code)))


def reasons(session: Session) -> list[Reason]:
    """Return every reason to decline, retired ones included."""
    return list(session.scalars(select(Reason).order_by(Reason.position, Reason.code)))


def codes(session: Session, kind: type[Term]) -> frozenset[str]:
    """Return the codes of a list, retired ones included."""
    return frozenset(session.scalars(select(kind.code)))


def all_codes(session: Session, kinds: Iterable[type[Term | AddedConcept]]) -> list[frozenset[str]]:
    """Return the codes of several lists, retired ones included, with one query."""
    listed = tuple(kinds)
    rows = session.execute(_codes_of(listed)).all()
    return [frozenset(code for at, code in rows if at == place) for place in range(len(listed))]


@functools.cache
def _codes_of(kinds: tuple[type[Term | AddedConcept], ...]) -> CompoundSelect[int, str]:
    # Asked for by many a request: to put it together takes as long as to run it.
    return union_all(*(select(literal(place), kind.code) for place, kind in enumerate(kinds)))


def term(session: Session, kind: type[Term], code: str) -> Term:
    """Return one entry with its row locked; raise `NotFound` when there is none."""
    query = select(kind).where(kind.code == code).with_for_update().execution_options(populate_existing=True)
    found: Term | None = session.scalar(query)  # type: ignore[assignment]
    if found is None:
        raise NotFound("There is no such entry in the vocabulary.")
    return found


def added_concepts(session: Session) -> list[AddedConcept]:
    """Return the concepts that the operator added, in the order of their codes, retired ones included."""
    return list(session.scalars(select(AddedConcept).order_by(AddedConcept.code)))


def find_concept(session: Session, code: str) -> AddedConcept | None:
    """Return one concept that the operator added, None when there is none."""
    return session.get(AddedConcept, code)


def added_concept(session: Session, code: str) -> AddedConcept:
    """Return one concept that the operator added with its row locked; raise `NotFound` when there is none."""
    found = session.get(AddedConcept, code, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such concept.")
    return found


def others_offered(session: Session, kind: type[Term], code: str) -> int:
    """Return how many entries of a list are offered besides one."""
    query = select(func.count()).select_from(kind).where(kind.code != code, kind.retired_at.is_(None))
    return session.scalar(query) or 0


def last_position(session: Session, kind: type[Term]) -> int:
    """Return the position of a list's last entry, 0 for an empty one."""
    return session.scalar(select(func.max(kind.position))) or 0
