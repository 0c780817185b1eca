"""Passwords: what makes a good one, how one is changed, and how a forgotten one is set anew by mail.

The rules are those of ASVS 5.0 (6.2): length counts, no mix of signs is asked for, and nothing obvious is taken.
"""

from argon2.exceptions import Argon2Error, InvalidHashError

from matchmaker import jobs
from matchmaker.domain import Person, Purpose
from matchmaker.errors import Invalid
from matchmaker.services import accounts, limits
from matchmaker.services.mail import outbox
from matchmaker.services.people import keys
from matchmaker.storage import Session
from matchmaker.storage.queries import organisations as queries

SHORTEST, FEWEST_SIGNS = 12, 5
TASK = "send_password_link"
AN_HOUR = 3600
RESETS_PER_ADDRESS, RESETS_PER_NETWORK = 3, 20
TRIES, TRIES_WINDOW = 10, 900


def check(password: str, *obvious: str) -> None:
    """Raise `Invalid` unless a password can be taken; `obvious` are texts that must not be most of it."""
    if len(password) < SHORTEST:
        raise Invalid("The password needs at least %(least)s characters; a sentence is easy to remember.",
                      least=SHORTEST)
    if len(password) > accounts.LONGEST_PASSWORD:
        raise Invalid("The password can have at most %(most)s characters.", most=accounts.LONGEST_PASSWORD)
    if len(set(password.lower())) < FEWEST_SIGNS or password.isdecimal():
        raise Invalid("This password is easy to guess: the same few signs again and again. Choose another.")
    plain = password.lower()
    for text in obvious:
        plain = plain.replace(text.lower(), "") if len(text) > 2 else plain
    if len(plain) < SHORTEST // 2:
        raise Invalid("This password is easy to guess: it is mostly your name or address. Choose another.")


def give(person: Person, password: str, *obvious: str) -> None:
    """Give a person a password; raise `Invalid` unless it can be taken."""
    local, _at, domain = person.email.partition("@")
    check(password, person.email, local, domain, person.name, "matchmaker", *obvious)
    person.password_hash = accounts.hashed(password)


def is_right(session: Session, person: Person, password: str) -> bool:
    """Tell whether a signed-in person knows their password; raise `TooMany` after too many wrong ones.

    The caller keeps the count although the try failed.
    """
    limits.count(session, "own_password", str(person.id), TRIES, TRIES_WINDOW)
    try:
        accounts.verify(person.password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False
    limits.uncount(session, "own_password", str(person.id), TRIES_WINDOW)
    return True


def change(session: Session, person: Person, current: str, new: str, *, kept_key: str) -> bool:
    """Change a password, and end all other sign-ins; tell whether `current` was right. Flushes.

    Raise `Invalid` unless the new one can be taken.
    """
    if not is_right(session, person, current):
        return False
    give(person, new)
    accounts.end_sign_ins(session, person.id, except_key=kept_key)
    keys.end(session, person.id, Purpose.PASSWORD)
    outbox.tell_person(session, "password_changed", person.id)
    return True


def ask_reset(session: Session, email: str, address: str | None) -> None:
    """Have a link for a new password sent to an address, if somebody signs in with it. Flushes.

    Whether somebody does shows neither in the answer nor in the time that it takes: a job finds out.
    """
    limits.count(session, "reset_from", limits.network(address), RESETS_PER_NETWORK, AN_HOUR)
    limits.count(session, "reset", email.lower(), RESETS_PER_ADDRESS, AN_HOUR)
    person = queries.person_by_email(session, email)
    jobs.enqueue(session, TASK, person=str(person.id) if person else None)


def send_reset(session: Session, person_id: str | None) -> None:
    """Queue the mail with the link. Who was only invited so far has no password to forget. Flushes."""
    person = queries.person_by_text(session, person_id)
    if person and person.password_hash:
        outbox.tell_person(session, "password_forgotten", person.id)


def owner(session: Session, key: str) -> Person:
    """Return whose password a link sets anew; raise `NotFound` or `Expired`."""
    return queries.person_of(session, keys.opened(session, key, Purpose.PASSWORD).person_id)


def reset(session: Session, key: str, password: str) -> Person:
    """Set a forgotten password anew, and end all sign-ins and links of the person. Flushes.

    Raise `NotFound` or `Expired` for the link, `Invalid` unless the password can be taken.
    """
    found = keys.opened(session, key, Purpose.PASSWORD, locked=True)
    person = queries.person_of(session, found.person_id)
    give(person, password)
    keys.end(session, person.id, Purpose.PASSWORD)
    accounts.end_sign_ins(session, person.id)
    outbox.tell_person(session, "password_changed", person.id)
    return person
