"""Kinds and themes, in the order in which people see them."""

from sqlalchemy import select

from matchmaker.domain import Kind, Theme
from matchmaker.storage import Session


def kinds(session: Session) -> list[Kind]:
    """Return every kind of resource."""
    return list(session.scalars(select(Kind).order_by(Kind.position, Kind.code)))


def themes(session: Session) -> list[Theme]:
    """Return every theme."""
    return list(session.scalars(select(Theme).order_by(Theme.position, Theme.code)))


def kind_codes(session: Session) -> list[str]:
    """Return the codes of the kinds."""
    return list(session.scalars(select(Kind.code)))


def theme_codes(session: Session) -> list[str]:
    """Return the codes of the themes."""
    return list(session.scalars(select(Theme.code)))
