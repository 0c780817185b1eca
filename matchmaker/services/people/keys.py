"""Links in mails to people that open one thing, once: an invitation, or a new password.

The key in a link has 192 random bits, and is stored as a hash. It is made when the mail is written; all keys for the
same thing end together.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import OneTimeKey, Purpose
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.errors import Expired, NotFound
from matchmaker.services.links import new_key
from matchmaker.storage.queries import people as queries

RESET_LASTS = dt.timedelta(hours=1)
"""How long a link for a new password can be used."""


def mint(session: Session, person_id: UUID, purpose: Purpose, expires_at: dt.datetime,
         invitation_id: UUID | None = None) -> str:
    """Add a key for a person; return it. Flushes."""
    key = new_key()
    session.add(OneTimeKey(person_id=person_id, purpose=purpose, invitation_id=invitation_id,
                           key_hash=hash_secret(key), expires_at=expires_at))
    session.flush()
    return key


def opened(session: Session, key: str, purpose: Purpose, *, locked: bool = False) -> OneTimeKey:
    """Return what a key is good for; raise `NotFound` when it was used or never was, `Expired` when its time is over.

    `locked` keeps it from being used twice at once.
    """
    found = queries.key_by_hash(session, hash_secret(key), purpose, locked=locked)
    if found is None:
        raise NotFound("This link has been used, was replaced by a newer one, or was cut short on its way to you.")
    if found.expires_at <= utc_now():
        raise Expired("This link has expired. Ask for a new one.")
    return found


def end(session: Session, person_id: UUID, purpose: Purpose, invitation_id: UUID | None = None) -> None:
    """End all keys of a person for a purpose, or those of one invitation. Executes at once."""
    queries.end_keys(session, person_id, purpose, invitation_id)


def forget(session: Session, expired_before: dt.datetime) -> int:
    """Delete the keys that expired before a moment; return how many."""
    return queries.delete_keys(session, expired_before)
