"""What is asked before anybody is known: links and sign-ins by the hash of their secret. These make the actor."""

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from matchmaker.domain import Attempts, PrivateLink, SignIn
from matchmaker.storage import Session


def link_by_hash(session: Session, key_hash: str) -> PrivateLink | None:
    """Return the private link whose key has this hash."""
    return session.scalar(select(PrivateLink).where(PrivateLink.key_hash == key_hash))


def sign_in_by_hash(session: Session, key_hash: str) -> SignIn | None:
    """Return the sign-in whose key has this hash, with the person."""
    query = select(SignIn).where(SignIn.key_hash == key_hash)
    return session.scalar(query.options(joinedload(SignIn.person, innerjoin=True)))


def count_attempt(session: Session, key: str, window: int, most: int) -> int | None:
    """Count one more attempt in a window; return which one it was, None when it was not among the first `most`.

    One statement decides and counts, so that of many at once exactly `most` get through; one that does not changes
    nothing, and so nothing has to be kept of it.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = insert(Attempts).values(key=key, window=window, count=1).on_conflict_do_update(
        index_elements=[Attempts.key, Attempts.window], set_={"count": Attempts.count + 1},
        where=Attempts.count < most).returning(Attempts.count)
    return session.scalar(counted)


def uncount_attempt(session: Session, key: str, window: int) -> None:
    """Count one attempt less in a window."""
    session.execute(update(Attempts).where(Attempts.key == key, Attempts.window == window, Attempts.count > 0)
                    .values(count=Attempts.count - 1))
