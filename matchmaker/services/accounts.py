"""People who sign in: their password, their browsers, and what they may do at this moment."""

import datetime as dt
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Member, Person, SignIn
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.storage.queries import access as sign_ins
from matchmaker.storage.queries import organisations as queries

KEY_BYTES = 32
_hasher = PasswordHasher()
# Somebody who does not exist is checked against this, so that the answer takes as long as for others.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Account:
    """A signed-in person, and the actor they are at this moment."""

    person: Person
    actor: Member


def sign_in(session: Session, config: Config, email: str, password: str) -> str | None:
    """Sign a person in; return the key that their browser has to keep, or None when address or password is wrong.

    Both faults take the same time. Flushes.
    """
    person = queries.person_by_email(session, email)
    known = person.password_hash if person and person.password_hash else _nobody
    try:
        _hasher.verify(known, password)
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


def account(session: Session, key: str) -> Account | None:
    """Return who is signed in by `key`, with the roles they have now; None once it has ended or expired."""
    found = sign_ins.sign_in_by_hash(session, hash_secret(key))
    if found is None or found.ended_at or found.expires_at <= utc_now():
        return None
    person = queries.person_by_id(session, found.person_id)
    return Account(person, Member(person.id, queries.roles_of(session, person))) if person else None


def sign_out(session: Session, key: str) -> None:
    """End the sign-in of one browser; what is not signed in stays so."""
    found = sign_ins.sign_in_by_hash(session, hash_secret(key))
    if found and found.ended_at is None:
        found.ended_at = utc_now()
