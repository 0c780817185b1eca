"""What is asked of the keys of the API, and of when they were used."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select

from matchmaker.domain import Actor, ApiKey, ApiKeyUse
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_referrals


def key_by_prefix(session: Session, prefix: str) -> ApiKey | None:
    """Return the key that begins so; whoever asks is not known yet, and has to prove that they have the rest of it."""
    return session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))


def use_of(session: Session, api_key_id: UUID) -> ApiKeyUse:
    """Return when a key was last used."""
    return session.get_one(ApiKeyUse, api_key_id)


def maker_of(session: Session, api_key_id: UUID) -> UUID | None:
    """Return who made a key."""
    return session.get_one(ApiKey, api_key_id).made_by


def keys_of(session: Session, actor: Actor) -> Sequence[Row[ApiKey, ApiKeyUse]]:
    """Return the keys that `actor` looks after, each with its last use, the newest first."""
    query = scope_referrals.api_keys(actor).add_columns(ApiKeyUse).join(ApiKeyUse, ApiKeyUse.api_key_id == ApiKey.id)
    return session.execute(query.order_by(ApiKey.id.desc())).all()


def key_by_id(session: Session, actor: Actor, api_key_id: UUID) -> ApiKey:
    """Return a key with its row locked; raise `NotFound` when there is none that `actor` looks after."""
    query = scope_referrals.api_keys(actor).where(ApiKey.id == api_key_id).with_for_update(of=ApiKey)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such key, or not for you.")
    return found
