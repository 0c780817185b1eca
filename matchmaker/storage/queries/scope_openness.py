"""What each actor may see of the versions of openness lists, as `matchmaker.storage.queries.scope` says it of all else.

- Everybody sees what is published, and it stays so.
- Whoever edits a platform's offerings sees all versions of its list. An operator sees those that are or were submitted:
  what has been returned is the platform's own again.
- The service sees all, in its jobs.
"""

from sqlalchemy import ColumnElement, Select, false, select, true

from matchmaker.domain import Batch, ListEntry, ListMove, ListVersion, OpennessList, VersionStatus
from matchmaker.domain.actors import EDITING, Actor, Member, Service

IS_PUBLISHED = ListVersion.status == VersionStatus.PUBLISHED


def versions(actor: Actor) -> Select[ListVersion]:
    """Select the versions that `actor` works on, with their lists."""
    return select(ListVersion).join(OpennessList, OpennessList.id == ListVersion.list_id).where(_listed_for(actor))


def moves(actor: Actor) -> Select[ListMove]:
    """Select the moves of these versions."""
    found = select(ListMove).join(ListVersion, ListVersion.id == ListMove.version_id)
    return found.join(OpennessList, OpennessList.id == ListVersion.list_id).where(_listed_for(actor))


def entries(actor: Actor) -> Select[ListEntry]:
    """Select what stands on these versions."""
    found = select(ListEntry).join(ListVersion, ListVersion.id == ListEntry.version_id)
    return found.join(OpennessList, OpennessList.id == ListVersion.list_id).where(_listed_for(actor))


def published_versions() -> Select[ListVersion]:
    """Select the versions that everybody may read, with their lists and batches."""
    found = select(ListVersion).join(OpennessList, OpennessList.id == ListVersion.list_id)
    return found.join(Batch, Batch.id == ListVersion.batch_id).where(IS_PUBLISHED)


def published_entries() -> Select[ListEntry]:
    """Select what stands on the versions that everybody may read."""
    return select(ListEntry).join(ListVersion, ListVersion.id == ListEntry.version_id).where(IS_PUBLISHED)


def _listed_for(actor: Actor) -> ColumnElement[bool]:
    if isinstance(actor, Member):
        edited = OpennessList.platform_id.in_(actor.organisations(*EDITING))
        return edited | (ListVersion.status != VersionStatus.DRAFT) if actor.is_operator else edited
    return true() if isinstance(actor, Service) else false()
