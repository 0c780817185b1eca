"""What is asked of organisations and the people in them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain import Membership, OpennessList, Organisation, Person, Role


def organisation_by_slug(session: Session, slug: str) -> Organisation | None:
    """Return the organisation with this short name."""
    return session.scalar(select(Organisation).where(Organisation.slug == slug))


def organisation_by_code(session: Session, code: str) -> Organisation | None:
    """Return the organisation with this unified social credit code."""
    return session.scalar(select(Organisation).where(Organisation.unified_social_credit_code == code))


def organisations_by_slug(session: Session, slugs: Sequence[str]) -> dict[str, Organisation]:
    """Return the organisations with these short names, by short name; unknown ones are left out."""
    found = session.scalars(select(Organisation).where(Organisation.slug.in_(slugs)))
    return {organisation.slug: organisation for organisation in found if organisation.slug}


def organisations_by_id(session: Session, ids: Sequence[UUID]) -> Sequence[Organisation]:
    """Return the organisations with these ids, in the order in which they were added."""
    return session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)).all()


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


def person_by_id(session: Session, person_id: UUID) -> Person | None:
    """Return the person with this id."""
    return session.get(Person, person_id)


def person_of(session: Session, person_id: UUID) -> Person:
    """Return the person with this id, who must be there."""
    return session.get_one(Person, person_id)


def person_by_text(session: Session, person_id: str | None) -> Person | None:
    """Return the person whose id a job carries as text, None for none."""
    return session.get(Person, UUID(person_id)) if person_id else None


def roles_of(session: Session, person: Person) -> dict[UUID, frozenset[Role]]:
    """Return the person's roles in each organisation, as they are at this moment."""
    roles: dict[UUID, set[Role]] = {}
    for membership in memberships_of(session, person):
        roles.setdefault(membership.organisation_id, set()).add(membership.role)
    return {place: frozenset(held) for place, held in roles.items()}


def people_with(session: Session, role: Role) -> Sequence[Person]:
    """Return the people who have a role in any organisation, in the order in which they joined."""
    query = select(Person).join(Membership).where(Membership.role == role)
    return session.scalars(query.distinct().order_by(Person.id)).all()


def people_of(session: Session, organisation_id: UUID, roles: frozenset[Role]) -> Sequence[Person]:
    """Return the people who have any of `roles` in an organisation, in the order in which they joined."""
    return people_of_all(session, [organisation_id], roles)


def people_of_all(session: Session, organisation_ids: Collection[UUID], roles: frozenset[Role]) -> Sequence[Person]:
    """Return the people who have any of `roles` in some organisations, each once, in the order in which they joined."""
    has_one = select(Membership.person_id).where(Membership.organisation_id.in_(organisation_ids),
                                                 Membership.role.in_(sorted(roles)))
    return session.scalars(select(Person).where(Person.id.in_(has_one)).order_by(Person.id)).all()
