"""What is asked of watches. All of it is asked by an actor (see `scope`)."""

from collections.abc import Sequence
from uuid import UUID

from matchmaker.domain import Actor, Need, NeedStatus, Watch
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

WATCHING = (NeedStatus.DRAFT, NeedStatus.OPEN)


def watched_needs(session: Session, actor: Actor, *, limit: int, after: UUID | None = None,
                  only: UUID | None = None) -> Sequence[Need]:
    """Return at most `limit` needs with a watch in force, in the order of their ids, from the one `after` on."""
    watched = scope.watches(actor).where(Watch.need_id == Need.id, Watch.ended_at.is_(None)).exists()
    query = scope.needs(actor).where(watched, Need.status.in_(WATCHING))
    if after is not None:
        query = query.where(Need.id > after)
    if only is not None:
        query = query.where(Need.id == only)
    return session.scalars(query.order_by(Need.id).limit(limit)).all()
