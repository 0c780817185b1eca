"""The second step of signing in: a code of an authenticator app (TOTP, RFC 6238), or a recovery code on paper.

The secret that the app shares is derived from the installation's key and a random salt, and stored nowhere. Whoever
reads the database, or a backup of it, can make no code. A new key of the installation makes every second step void.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

import pyotp

from matchmaker.config import Config
from matchmaker.domain import Member, Person, RecoveryCode, Role, SecondStep, SignIn, Stage
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, NotFound
from matchmaker.services import accounts, limits
from matchmaker.services.mail import outbox
from matchmaker.services.people import passwords
from matchmaker.storage import Session
from matchmaker.storage.queries import organisations
from matchmaker.storage.queries import people as queries

ISSUER = "Matchmaker"
PERIOD = 30
"""Seconds for which a code is shown."""
DRIFT = 1
"""How many periods the clock of a telephone may be off."""
TRIES, WINDOW = 5, 900
CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Setup:
    """What an app needs to know: the secret as people type it, and the address that a QR code holds."""

    secret: str
    address: str


@dataclass(frozen=True)
class Standing:
    """How a person's second step stands."""

    step: SecondStep | None
    codes_left: int
    is_asked: bool
    """Whether an organisation asks for it."""

    @property
    def is_on(self) -> bool:
        """Tell whether it is asked for at sign-in."""
        return bool(self.step and self.step.confirmed_at)


def standing(session: Session, person: Person) -> Standing:
    """Return how a person's second step stands."""
    left = sum(code.used_at is None for code in queries.recovery_codes_of(session, person.id))
    return Standing(queries.second_step_of(session, person.id), left, queries.is_second_step_asked(session, person.id))


def begin(session: Session, person: Person) -> None:
    """Begin to set the second step up, with a new secret; raise `Conflict` when it is in force already. Flushes."""
    step = queries.second_step_of(session, person.id, locked=True)
    if step and step.confirmed_at:
        raise Conflict("The second step is set up already.")
    if step is None:
        step = SecondStep(person_id=person.id)
        session.add(step)
    step.salt = secrets.token_hex(16)
    session.flush()


def setup(config: Config, person: Person, step: SecondStep) -> Setup:
    """Return what the person's app needs to know."""
    secret = _secret(config, step)
    return Setup(secret, pyotp.TOTP(secret, name=person.email, issuer=ISSUER).provisioning_uri())


def confirm(session: Session, config: Config, person: Person, code: str, *, kept_key: str) -> list[str] | None:
    """Put the second step in force once the app shows the right code; return the recovery codes, None for a wrong one.

    The browser with `kept_key` stays signed in, all others are signed out. Flushes. Raise `Conflict` when nothing was
    begun, `TooMany` after too many wrong codes: the caller keeps the count although the try failed.
    """
    step = queries.second_step_of(session, person.id, locked=True)
    if step is None or step.confirmed_at:
        raise Conflict("There is nothing to confirm. Load the page again.")
    if not _is_code(session, config, step, code, with_recovery=False):
        return None
    step.confirmed_at = utc_now()
    accounts.end_sign_ins(session, person.id, except_key=kept_key)
    for sign_in in queries.sign_ins_of(session, [person.id], utc_now()):
        sign_in.stage = Stage.WHOLE
    outbox.tell_person(session, "second_step_changed", person.id)
    return _new_codes(session, config, person)


def complete(session: Session, config: Config, waiting: SignIn, code: str) -> str | None:
    """Take the second step of a sign-in; return the key that the browser has to keep from now on, None if it is wrong.

    Raise `TooMany` after too many wrong codes: the caller keeps the count although the try failed. Flushes.
    """
    step = queries.second_step_of(session, waiting.person_id, locked=True)
    if step is None or not step.confirmed_at or not _is_code(session, config, step, code):
        return None
    waiting.ended_at = utc_now()
    person = organisations.person_of(session, waiting.person_id)
    return accounts.open_sign_in(session, config, person, waiting.device, is_whole=True)


def renew_codes(session: Session, config: Config, person: Person, password: str, code: str) -> list[str] | None:
    """Return new recovery codes, which replace the old; None when password or code is wrong. Flushes."""
    if not _is_proven(session, config, person, password, code):
        return None
    outbox.tell_person(session, "second_step_changed", person.id)
    return _new_codes(session, config, person)


def remove(session: Session, config: Config, person: Person, password: str, code: str) -> bool:
    """Take the second step away; tell whether password and code were right. Flushes.

    Raise `Conflict` while an organisation asks for it.
    """
    if queries.is_second_step_asked(session, person.id):
        raise Conflict("Your organisation asks for the second step, so it stays.")
    if not _is_proven(session, config, person, password, code):
        return False
    session.delete(queries.second_step_of(session, person.id))
    _forget_codes(session, person)
    outbox.tell_person(session, "second_step_changed", person.id)
    return True


def ask_of_team(session: Session, actor: Member, organisation_id: UUID, *, is_asked: bool) -> None:
    """Let an organisation ask its people for a second step, or no longer. Flushes.

    Who has none is signed out, and at the next sign-in has no roles before it is set up. Raise `NotFound` when the
    actor does not administer the organisation, `Conflict` when they have no second step themselves.
    """
    place = queries.organisation_managed(session, actor, organisation_id, locked=True)
    if is_asked and actor.person_id not in queries.with_second_step(session, [actor.person_id]):
        raise Conflict("Set up your own second step first, on your account page.")
    place.asks_second_step = is_asked
    members = {held.person_id for held in queries.memberships_in(session, actor, place.id)}
    if is_asked:
        for person_id in members - queries.with_second_step(session, members):
            accounts.end_sign_ins(session, person_id)
    session.flush()


def take_from(session: Session, actor: Member, organisation_id: UUID, person_id: UUID) -> None:
    """Take the second step away from a colleague who has lost telephone and codes, and sign them out. Flushes.

    Raise `NotFound` for who is not there, `Conflict` when there is none, or when the person belongs to an organisation
    that the actor does not administer: nobody weakens what protects others.
    """
    queries.organisation_managed(session, actor, organisation_id, locked=True)
    if person_id not in {held.person_id for held in queries.memberships_in(session, actor, organisation_id)}:
        raise NotFound("There is no such person in this organisation.")
    person = organisations.person_of(session, person_id)
    places = {held.organisation_id for held in organisations.memberships_of(session, person)}
    if not places <= actor.organisations(Role.ADMIN):
        raise Conflict("This person belongs to another organisation too. Only who administers all of theirs can do "
                       "this.")
    step = queries.second_step_of(session, person_id, locked=True)
    if step is None:
        raise Conflict("There is no second step. Load the page again.")
    session.delete(step)
    _forget_codes(session, person)
    accounts.end_sign_ins(session, person_id)
    outbox.tell_person(session, "second_step_changed", person_id)


def _is_proven(session: Session, config: Config, person: Person, password: str, code: str) -> bool:
    step = queries.second_step_of(session, person.id, locked=True)
    if step is None or not step.confirmed_at:
        raise Conflict("There is no second step. Load the page again.")
    return passwords.is_right(session, person, password) and _is_code(session, config, step, code)


def _is_code(session: Session, config: Config, step: SecondStep, code: str, *, with_recovery: bool = True) -> bool:
    """Tell whether a code is right and was not taken before; from now on it is taken."""
    who = str(step.person_id)
    limits.count(session, "second_step", who, TRIES, WINDOW)
    text = code.lower().replace(" ", "").replace("-", "")
    is_right = _takes(step, _secret(config, step), text)
    if not is_right and with_recovery:
        is_right = _takes_recovery(session, config, step, text)
    if is_right:
        limits.uncount(session, "second_step", who, WINDOW)
        session.flush()
    return is_right


def _takes(step: SecondStep, secret: str, text: str) -> bool:
    app, now = pyotp.TOTP(secret, interval=PERIOD), int(utc_now().timestamp()) // PERIOD
    for period in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(app.at(period * PERIOD).encode(), text.encode()) and period > step.last_step:
            step.last_step = period
            return True
    return False


def _takes_recovery(session: Session, config: Config, step: SecondStep, text: str) -> bool:
    known = _code_hash(config, step.person_id, text)
    for code in queries.recovery_codes_of(session, step.person_id):
        if code.used_at is None and hmac.compare_digest(code.code_hash, known):
            code.used_at = utc_now()
            return True
    return False


def _new_codes(session: Session, config: Config, person: Person) -> list[str]:
    """Replace the recovery codes; return the new ones, which are kept as keyed hashes alone."""
    _forget_codes(session, person)
    codes = ["".join(secrets.choice(_LETTERS) for _sign in range(10)) for _code in range(CODES)]
    session.add_all([RecoveryCode(person_id=person.id, code_hash=_code_hash(config, person.id, code))
                     for code in codes])
    session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _forget_codes(session: Session, person: Person) -> None:
    for code in queries.recovery_codes_of(session, person.id):
        session.delete(code)
    session.flush()


def _secret(config: Config, step: SecondStep) -> str:
    return base64.b32encode(_keyed(config, f"second step\n{step.person_id}\n{step.salt}")[:20]).decode()


def _code_hash(config: Config, person_id: UUID, text: str) -> str:
    return _keyed(config, f"recovery code\n{person_id}\n{text}").hex()


def _keyed(config: Config, text: str) -> bytes:
    return hmac.digest(config.checked_secret().encode(), text.encode(), hashlib.sha256)
