"""People who sign in: their password, their browsers, and what they may do at this moment."""

import datetime as dt
import secrets
from dataclasses import dataclass
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Member, Organisation, Person, Role, SignIn, Stage
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.services import limits
from matchmaker.storage.queries import access as sign_ins
from matchmaker.storage.queries import organisations as queries
from matchmaker.storage.queries import people, standing

KEY_BYTES = 32
LONGEST_PASSWORD = 1000
WINDOW = 15 * 60
"""Seconds in which tries to sign in are counted together."""
TRIES_PER_PERSON, TRIES_PER_NETWORK = 10, 50
CODE_LASTS = dt.timedelta(minutes=10)
"""How long the second step of a sign-in is waited for."""
_hasher = PasswordHasher()
# Somebody who does not exist is checked against this, so that the answer takes as long as for others.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Account:
    """A signed-in person, the actor they are at this moment, and the sign-in of their browser."""

    person: Person
    actor: Member
    sign_in: SignIn


@dataclass(frozen=True)
class Place:
    """An organisation in which a person has roles, in the order in which they are listed everywhere."""

    organisation: Organisation
    roles: list[Role]


def hashed(password: str) -> str:
    """Return a password as it is stored (Argon2id, RFC 9106)."""
    return _hasher.hash(password)


def verify(known: str | None, password: str) -> None:
    """Raise an error of Argon2 unless `password` is the one that is stored; for nobody it takes as long."""
    _hasher.verify(known or _nobody, password[:LONGEST_PASSWORD])


def sign_in(session: Session, config: Config, email: str, password: str, device: str = "") -> str | None:
    """Sign a person in; return the key that their browser has to keep, or None when address or password is wrong.

    Both faults take the same time. With the key, nothing is open before the second step is taken, if there is one.
    Flushes.
    """
    person = queries.person_by_email(session, email) if len(password) <= LONGEST_PASSWORD else None
    try:
        verify(person.password_hash if person else None, password)
    except (Argon2Error, InvalidHashError):
        return None
    if person is None or not person.password_hash:
        return None
    if _hasher.check_needs_rehash(person.password_hash):
        person.password_hash = hashed(password)
    return open_sign_in(session, config, person, device)


def open_sign_in(session: Session, config: Config, person: Person, device: str = "", *, is_whole: bool = False) -> str:
    """Begin the sign-in of a person who has shown who they are; return its key. Flushes.

    Unless it `is_whole`, the second step is still to come where there is one.
    """
    key, now = secrets.token_urlsafe(KEY_BYTES), utc_now()
    step = None if is_whole else people.second_step_of(session, person.id)
    stage, lasts = Stage.WHOLE, dt.timedelta(hours=config.sign_in_hours)
    if step and step.confirmed_at:
        stage, lasts = Stage.CODE, CODE_LASTS
    elif not is_whole and people.is_second_step_asked(session, person.id):
        stage = Stage.SET_UP
    session.add(SignIn(person_id=person.id, key_hash=hash_secret(key), expires_at=now + lasts, stage=stage,
                       device=device, seen_at=now))
    session.flush()
    return key


def try_to_sign_in(session: Session, config: Config, email: str, password: str, address: str | None,
                   device: str = "") -> str | None:
    """Sign in from a network address as `sign_in` does; raise `TooMany` after too many failures.

    Failures are counted for the network and for the e-mail address, whether it is known or not. The caller keeps the
    count although the try failed. Flushes.
    """
    who = ("sign_in_from", limits.network(address)), ("sign_in", email.lower())
    for (name, counted), most in zip(who, (TRIES_PER_NETWORK, TRIES_PER_PERSON), strict=True):
        limits.count(session, name, counted, most, WINDOW)
    key = sign_in(session, config, email, password, device)
    if key:
        for name, counted in who:
            limits.uncount(session, name, counted, WINDOW)
    return key


def account(session: Session, key: str) -> Account | None:
    """Return who is signed in by `key`, with the roles they have now; None once it has ended or expired.

    Who has yet to set up the second step that an organisation asks for has no roles until then.
    """
    found = _in_force(session, key)
    if found is None or found.stage == Stage.CODE:
        return None
    actor = standing.member(session, found.person) if found.stage == Stage.WHOLE else Member(found.person_id, {})
    return Account(found.person, actor, found)


def waiting(session: Session, key: str) -> SignIn | None:
    """Return the sign-in with `key` that waits for its second step."""
    found = _in_force(session, key)
    return found if found and found.stage == Stage.CODE else None


def end_sign_ins(session: Session, person_id: UUID, *, except_key: str | None = None) -> int:
    """End the sign-ins of a person in all browsers but the one that has `except_key`; return how many."""
    kept = hash_secret(except_key) if except_key else None
    found = [sign_in for sign_in in people.sign_ins_of(session, [person_id], utc_now()) if sign_in.key_hash != kept]
    for sign_in in found:
        sign_in.ended_at = utc_now()
    return len(found)


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


def _in_force(session: Session, key: str) -> SignIn | None:
    found = sign_ins.sign_in_by_hash(session, hash_secret(key))
    return found if found and found.ended_at is None and found.expires_at > utc_now() else None
