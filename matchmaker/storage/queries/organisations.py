"""What is asked of organisations and the people in them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain import Membership, OpennessList, Organisation, Person


def organisation_by_slug(session: Session, slug: str) -> Organisation | None:
    """Return the organisation with this short name."""
    return session.scalar(select(Organisation).where(Organisation.slug == slug))


def organisations_by_slug(session: Session, slugs: Sequence[str]) -> dict[str, Organisation]:
    """Return the organisations with these short names, by short name; unknown ones are left out."""
    found = session.scalars(select(Organisation).where(Organisation.slug.in_(slugs)))
    return {organisation.slug: organisation for organisation in found if organisation.slug}


def newest_list(session: Session, platform: Organisation) -> OpennessList | None:
    """Return the platform's openness list with the highest version."""
    query = select(OpennessList).where(OpennessList.platform_id == platform.id)
    return session.scalar(query.order_by(OpennessList.version.desc()).limit(1))


def person_by_email(session: Session, email: str) -> Person | None:
    """Return the person who signs in with this address."""
    return session.scalar(select(Person).where(Person.email == email.lower()))


def memberships_of(session: Session, person: Person) -> Sequence[Membership]:
    """Return the person's roles."""
    return session.scalars(select(Membership).where(Membership.person_id == person.id)).all()
