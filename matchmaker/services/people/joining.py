"""How somebody accepts an invitation, and how the operator founds an organisation with its first administrator."""

from collections.abc import Mapping
from typing import Any

from matchmaker.domain import Invitation, Membership, Organisation, Person, Purpose, Role, Service
from matchmaker.domain.people import grantable
from matchmaker.errors import Conflict, NotFound
from matchmaker.services import accounts
from matchmaker.services.people import keys, passwords, team
from matchmaker.storage import Session
from matchmaker.storage.queries import organisations, people

SERVICE = Service()


def invitation(session: Session, key: str, *, locked: bool = False) -> Invitation:
    """Return the invitation that a link opens; raise `NotFound` or `Expired`."""
    found = keys.opened(session, key, Purpose.INVITATION, locked=locked)
    if found.invitation_id is None:
        raise NotFound("This link has been used, was replaced by a newer one, or was cut short on its way to you.")
    return people.invitation_of_key(session, found)


def is_new(invitation: Invitation) -> bool:
    """Tell whether the person has to choose name and password; who signs in here already has both."""
    return not invitation.person.password_hash


def accept(session: Session, key: str, name: str | None, password: str | None) -> Person:
    """Accept an invitation: the person gets its roles, and with them name and password if they are new. Flushes.

    Raise `NotFound` or `Expired` for the link, `Invalid` unless the password can be taken.
    """
    found = invitation(session, key, locked=True)
    place = people.organisation_managed(session, SERVICE, found.organisation_id, locked=True)
    person = found.person
    if is_new(found):
        person.name = name or person.email
        passwords.give(person, password or "", *place.name.values())
    held = {membership.role for membership in organisations.memberships_of(session, person)
            if membership.organisation_id == place.id}
    session.add_all([Membership(person_id=person.id, organisation_id=place.id, role=role)
                     for role in grantable(place) if role in found.roles and role not in held])
    team.close(session, found)
    if place.asks_second_step:
        # Who signed in before this organisation had a say signs in again, and is asked for the second step.
        accounts.end_sign_ins(session, person.id)
    return person


def found_organisation(session: Session, organisation: Mapping[str, Any], email: str, language: str) -> Organisation:
    """Add an organisation, verified by the operator who does so, and invite its first administrator. Flushes.

    Raise `Conflict` when its short name or its credit code is taken.
    """
    if organisations.organisation_by_slug(session, organisation["slug"]) is not None:
        raise Conflict("Another organisation has this short name. Choose another.")
    code = organisation.get("unified_social_credit_code")
    if code and organisations.organisation_by_code(session, code) is not None:
        raise Conflict("An organisation with this credit code is there already.")
    place = Organisation(**organisation, verified=True)
    session.add(place)
    session.flush()
    team.invite(session, SERVICE, place.id, email, [Role.ADMIN], language)
    return place
