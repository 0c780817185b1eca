"""Whom and what the demo's stories name: offerings by platform and number, people by address."""

from sqlalchemy.orm import Session

from matchmaker.domain import Member, Offering, Person
from matchmaker.errors import NotFound
from matchmaker.storage.queries import offerings, organisations, standing


def offering(session: Session, name: str) -> Offering:
    """Return the offering ``PLATFORM/NUMBER``; raise `NotFound` where there is none."""
    slug, _slash, external_id = name.partition("/")
    found = offerings.offering_of_platform(session, slug, external_id)
    if found is None:
        raise NotFound("The demo has no offering %(name)s.", name=name)
    return found


def person(session: Session, email: str) -> Person:
    """Return who has an address; raise `NotFound` where nobody has it."""
    found = organisations.person_by_email(session, email)
    if found is None:
        raise NotFound("Nobody in the demo has the address %(email)s.", email=email)
    return found


def member(session: Session, email: str) -> Member:
    """Return who has an address, with the roles of this moment; raise `NotFound` where nobody has it."""
    return standing.member(session, person(session, email))
