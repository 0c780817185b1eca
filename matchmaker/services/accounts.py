"""People who sign in: their password, their browsers, and what they may do at this moment."""

import datetime as dt
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Member, Organisation, Person, Role, SignIn
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.services import limits
from matchmaker.storage.queries import access as sign_ins
from matchmaker.storage.queries import organisations as queries

KEY_BYTES = 32
LONGEST_PASSWORD = 1000
WINDOW = 15 * 60
"""Seconds in which tries to sign in are counted together."""
TRIES_PER_PERSON, TRIES_PER_NETWORK = 10, 50
_hasher = PasswordHasher()
# Somebody who does not exist is checked against this, so that the answer takes as long as for others.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Account:
    """A signed-in person, and the actor they are at this moment."""

    person: Person
    actor: Member


@dataclass(frozen=True)
class Place:
    """An organisation in which a person has roles, in the order in which they are listed everywhere."""

    organisation: Organisation
    roles: list[Role]


def sign_in(session: Session, config: Config, email: str, password: str) -> str | None:
    """Sign a person in; return the key that their browser has to keep, or None when address or password is wrong.

    Both faults take the same time. Flushes.
    """
    person = queries.person_by_email(session, email) if len(password) <= LONGEST_PASSWORD else None
    known = person.password_hash if person and person.password_hash else _nobody
    try:
        _hasher.verify(known, password[:LONGEST_PASSWORD])
    except (Argon2Error, InvalidHashError):
        return None
    if person is None or not person.password_hash:
        return None
    if _hasher.check_needs_rehash(person.password_hash):
        person.password_hash = _hasher.hash(password)
    key = secrets.token_urlsafe(KEY_BYTES)
    session.add(SignIn(person_id=person.id, key_hash=hash_secret(key),
                       expires_at=utc_now() + dt.timedelta(hours=config.sign_in_hours)))
    session.flush()
    return key


def try_to_sign_in(session: Session, config: Config, email: str, password: str, address: str | None) -> str | None:
    """Sign in from a network address as `sign_in` does; raise `TooMany` after too many failures.

    Failures are counted for the network and for the e-mail address, whether it is known or not. The caller keeps the
    count although the try failed. Flushes.
    """
    who = ("sign_in_from", limits.network(address)), ("sign_in", email.lower())
    for (name, counted), most in zip(who, (TRIES_PER_NETWORK, TRIES_PER_PERSON), strict=True):
        limits.count(session, name, counted, most, WINDOW)
    key = sign_in(session, config, email, password)
    if key:
        for name, counted in who:
            limits.uncount(session, name, counted, WINDOW)
    return key


def account(session: Session, key: str) -> Account | None:
    """Return who is signed in by `key`, with the roles they have now; None once it has ended or expired."""
    found = sign_ins.sign_in_by_hash(session, hash_secret(key))
    if found is None or found.ended_at or found.expires_at <= utc_now():
        return None
    person = queries.person_by_id(session, found.person_id)
    return Account(person, Member(person.id, queries.roles_of(session, person))) if person else None


def places(session: Session, member: Member) -> list[Place]:
    """Return where a person has which roles at this moment."""
    found = queries.organisations_by_id(session, list(member.roles))
    return [Place(organisation, [role for role in Role if role in member.roles[organisation.id]])
            for organisation in found]


def sign_out(session: Session, key: str) -> None:
    """End the sign-in of one browser; what is not signed in stays so."""
    found = sign_ins.sign_in_by_hash(session, hash_secret(key))
    if found and found.ended_at is None:
        found.ended_at = utc_now()
