"""Private links: an unguessable key in an address, by which a firm without an account gets at its need.

The key has 192 random bits and is stored as a hash. A need may have several links; a new one is made whenever one
has to be mailed.
"""

import datetime as dt
import secrets

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Holder, Need, PrivateLink
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.errors import Expired, NotFound
from matchmaker.storage.queries import access as queries

KEY_BYTES = 24


def new_key() -> str:
    """Return a new key: 32 signs of URL-safe Base64."""
    return secrets.token_urlsafe(KEY_BYTES)


def add_link(session: Session, config: Config, need: Need, key: str | None = None) -> str:
    """Give the need another link, valid for the days that the settings say; return its key. Flushes."""
    key = key or new_key()
    expires_at = utc_now() + dt.timedelta(days=config.link_days)
    session.add(PrivateLink(need_id=need.id, key_hash=hash_secret(key), expires_at=expires_at))
    session.flush()
    return key


def holder(session: Session, key: str) -> Holder:
    """Return who acts by a link; raise `NotFound` when there is none, `Expired` when its time is over."""
    link = queries.link_by_hash(session, hash_secret(key))
    if link is None:
        raise NotFound("There is no such private page. Perhaps the link was cut short on its way to you.")
    if link.has_expired(utc_now()):
        raise Expired("This private link has expired.")
    return Holder(link.need_id)


def forget(session: Session, key: str) -> None:
    """Take a link away again that reached nobody; one that is gone already stays so."""
    link = queries.link_by_hash(session, hash_secret(key))
    if link is not None:
        session.delete(link)
