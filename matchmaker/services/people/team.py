"""The people of an organisation, as its administrators change them: invite, give roles, remove.

Each change holds the organisation's row, so that of two administrators who remove each other one is refused: the last
administrator stays. Roles are read anew at each request: one that is taken away ends at once.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from matchmaker.domain import (
    Actor,
    Invitation,
    Member,
    Membership,
    Organisation,
    Person,
    Purpose,
    Role,
)
from matchmaker.domain.base import utc_now
from matchmaker.domain.people import grantable
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.i18n import marked as _
from matchmaker.services import accounts, limits
from matchmaker.services.mail import outbox
from matchmaker.services.people import keys
from matchmaker.storage import Session
from matchmaker.storage.queries import organisations
from matchmaker.storage.queries import people as queries

LASTS = dt.timedelta(days=7)
"""How long an invitation can be accepted."""
A_DAY, MOST_A_DAY, MOST_TO_ONE = 86_400, 100, 5
NOBODY = _("There is no such person in this organisation.")
LAST_ADMIN = _("Somebody has to administer the organisation. Make somebody else administrator first.")


@dataclass(frozen=True)
class Colleague:
    """Somebody of an organisation, with their roles there."""

    person: Person
    roles: list[Role]
    has_second_step: bool


@dataclass(frozen=True)
class Team:
    """The people of an organisation, as an administrator sees them."""

    organisation: Organisation
    colleagues: list[Colleague]
    invitations: Sequence[Invitation]
    roles: list[Role]
    """The roles that the organisation can give."""
    places: Sequence[Organisation]
    """All organisations that the reader administers."""


def team(session: Session, actor: Member, organisation_id: UUID | None) -> Team:
    """Return the people of an organisation that `actor` administers, by default of the first; raise `NotFound`."""
    places = queries.organisations_managed(session, actor)
    place = next((found for found in places if organisation_id in (None, found.id)), None)
    if place is None:
        raise NotFound(queries.NO_ORGANISATION)
    held: dict[Person, set[Role]] = {}
    for membership in queries.memberships_in(session, actor, place.id):
        held.setdefault(membership.person, set()).add(membership.role)
    secured = queries.with_second_step(session, [person.id for person in held])
    colleagues = [Colleague(person, [role for role in Role if role in roles], person.id in secured)
                  for person, roles in held.items()]
    return Team(place, colleagues, queries.open_invitations(session, actor, place.id), grantable(place), places)


def invite(session: Session, actor: Actor, organisation_id: UUID, email: str, roles: Collection[Role],
           language: str) -> Invitation:
    """Invite somebody by mail; raise `Conflict` for who is there or invited already. Flushes.

    Nothing tells whether the address belongs to somebody whom the service knows from elsewhere.
    """
    place = queries.organisation_managed(session, actor, organisation_id, locked=True)
    _check_roles(place, roles)
    limits.count(session, "invite", str(place.id), MOST_A_DAY, A_DAY)
    person = organisations.person_by_email(session, email)
    if person is None:
        person = Person(name=email, email=email.lower(), language=language)
        session.add(person)
        session.flush()
    if any(held.person_id == person.id for held in queries.memberships_in(session, actor, place.id)):
        raise Conflict("This person belongs to the organisation already. Change their roles below instead.")
    if any(sent.person_id == person.id for sent in queries.open_invitations(session, actor, place.id)):
        raise Conflict("This address has been invited already. Send the invitation again below.")
    invitation = Invitation(organisation_id=place.id, person_id=person.id, roles=[role.value for role in roles],
                            invited_by=getattr(actor, "person_id", None), expires_at=utc_now() + LASTS)
    session.add(invitation)
    session.flush()
    _send(session, invitation)
    return invitation


def resend(session: Session, actor: Actor, organisation_id: UUID, invitation_id: UUID) -> None:
    """Send an invitation again with a new link, valid as long as the first was; earlier links end. Flushes."""
    queries.organisation_managed(session, actor, organisation_id, locked=True)
    invitation = queries.invitation_by_id(session, actor, organisation_id, invitation_id)
    keys.end(session, invitation.person_id, Purpose.INVITATION, invitation.id)
    invitation.expires_at = utc_now() + LASTS
    _send(session, invitation)


def withdraw(session: Session, actor: Actor, organisation_id: UUID, invitation_id: UUID) -> None:
    """Withdraw an invitation; its links end, and an address that came here only by it is forgotten. Flushes."""
    queries.organisation_managed(session, actor, organisation_id, locked=True)
    invitation = queries.invitation_by_id(session, actor, organisation_id, invitation_id)
    close(session, invitation)
    person = organisations.person_of(session, invitation.person_id)
    if not person.password_hash and not organisations.memberships_of(session, person) \
            and not queries.invitations_of(session, person.id):
        session.delete(invitation)
        session.flush()
        session.delete(person)
    session.flush()


def close(session: Session, invitation: Invitation) -> None:
    """End an invitation and its links. Flushes."""
    invitation.ended_at = utc_now()
    keys.end(session, invitation.person_id, Purpose.INVITATION, invitation.id)
    session.flush()


def change_roles(session: Session, actor: Actor, organisation_id: UUID, person_id: UUID,
                 roles: Collection[Role]) -> None:
    """Give a person exactly these roles in an organisation. Flushes.

    Raise `NotFound` for who is not there, `Conflict` when nobody would administer the organisation any more.
    """
    place = queries.organisation_managed(session, actor, organisation_id, locked=True)
    _check_roles(place, roles)
    held = _held(session, actor, place, person_id)
    if Role.ADMIN not in roles:
        _keep_an_admin(session, actor, place, person_id)
    for membership in held:
        if membership.role not in roles:
            session.delete(membership)
    known = {membership.role for membership in held}
    session.add_all([Membership(person_id=person_id, organisation_id=place.id, role=role)
                     for role in roles if role not in known])
    session.flush()


def remove(session: Session, actor: Actor, organisation_id: UUID, person_id: UUID) -> None:
    """Take a person out of an organisation: all their roles there end at once, their open leads go back to the team.

    Who has no role anywhere any more is signed out everywhere. Flushes. Raise as `change_roles` does.
    """
    place = queries.organisation_managed(session, actor, organisation_id, locked=True)
    held = _held(session, actor, place, person_id)
    _keep_an_admin(session, actor, place, person_id)
    for membership in held:
        session.delete(membership)
    for lead in queries.leads_of_assignee(session, place.id, person_id):
        lead.assignee_id = None
    for absence in queries.absences_with(session, place.id, person_id):
        session.delete(absence)
    session.flush()
    if not organisations.memberships_of(session, organisations.person_of(session, person_id)):
        accounts.end_sign_ins(session, person_id)


def _send(session: Session, invitation: Invitation) -> None:
    limits.count(session, "invite_to", f"{invitation.organisation_id} {invitation.person_id}", MOST_TO_ONE, A_DAY)
    outbox.tell_person(session, "invited", invitation.person_id, invitation=str(invitation.id))


def _check_roles(place: Organisation, roles: Collection[Role]) -> None:
    if not roles:
        raise Invalid("Choose at least one role.")
    if not set(roles) <= set(grantable(place)):
        raise Invalid("This organisation cannot give that role. Choose among the roles on the page.")


def _held(session: Session, actor: Actor, place: Organisation, person_id: UUID) -> list[Membership]:
    held = [found for found in queries.memberships_in(session, actor, place.id) if found.person_id == person_id]
    if not held:
        raise NotFound(NOBODY)
    return held


def _keep_an_admin(session: Session, actor: Actor, place: Organisation, leaving: UUID) -> None:
    """Raise `Conflict` when the person who leaves is the only administrator."""
    admins = {held.person_id for held in queries.memberships_in(session, actor, place.id) if held.role == Role.ADMIN}
    if admins == {leaving}:
        raise Conflict(LAST_ADMIN)
