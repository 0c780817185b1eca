"""What is asked of organisations by the operator, and how the organisations of a person stand."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from matchmaker.domain import (
    Actor,
    Lead,
    Member,
    Membership,
    Offering,
    OfferingStatus,
    OpennessList,
    Organisation,
    Person,
    Role,
)
from matchmaker.domain.leads import OPEN
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def member(session: Session, person: Person) -> Member:
    """Return a person as an actor, with the roles of this moment, and which of their organisations are suspended."""
    query = select(Membership.organisation_id, Membership.role, Organisation.suspended_at)
    held = session.execute(query.join(Membership.organisation).where(Membership.person_id == person.id)).all()
    roles: dict[UUID, set[Role]] = defaultdict(set)
    for place, role, _suspended_at in held:
        roles[place].add(role)
    return Member(person.id, {place: frozenset(its) for place, its in roles.items()},
                  frozenset(place for place, _role, suspended_at in held if suspended_at))


def organisations_listed(session: Session) -> Sequence[Organisation]:
    """Return all organisations: the suspended ones first, then those that nobody has verified, then in their order."""
    query = select(Organisation).order_by(Organisation.suspended_at.is_(None), Organisation.verified, Organisation.id)
    return session.scalars(query).all()


def organisation_by_id(session: Session, organisation_id: UUID, *, locked: bool = False) -> Organisation:
    """Return an organisation as the database has it now; raise `NotFound` when there is none."""
    query = select(Organisation).where(Organisation.id == organisation_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such organisation.")
    return found


def published_by_platform(session: Session) -> dict[UUID, int]:
    """Return how many offerings each platform has published, shown or not."""
    query = select(Offering.platform_id, func.count()).where(Offering.status == OfferingStatus.PUBLISHED)
    return {row[0]: row[1] for row in session.execute(query.group_by(Offering.platform_id))}


def waiting_by_platform(session: Session, actor: Actor) -> dict[UUID, int]:
    """Return how many leads wait for an answer at each platform."""
    query = scope.leads(actor).where(Lead.state.in_(OPEN))
    counted = query.with_only_columns(Lead.platform_id, func.count()).group_by(Lead.platform_id)
    return {row[0]: row[1] for row in session.execute(counted)}


def newest_lists(session: Session) -> dict[UUID, OpennessList]:
    """Return the newest openness list of each platform."""
    query = select(OpennessList).order_by(OpennessList.platform_id, OpennessList.version)
    return {found.platform_id: found for found in session.scalars(query)}
