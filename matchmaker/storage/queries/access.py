"""What is asked before anybody is known: links and sign-ins by the hash of their secret. These make the actor."""

from sqlalchemy import select

from matchmaker.domain import PrivateLink, SignIn
from matchmaker.storage import Session


def link_by_hash(session: Session, key_hash: str) -> PrivateLink | None:
    """Return the private link whose key has this hash."""
    return session.scalar(select(PrivateLink).where(PrivateLink.key_hash == key_hash))


def sign_in_by_hash(session: Session, key_hash: str) -> SignIn | None:
    """Return the sign-in whose key has this hash."""
    return session.scalar(select(SignIn).where(SignIn.key_hash == key_hash))
