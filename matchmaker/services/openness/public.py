"""What everybody may read: batches, lists, their versions, and what changed between any two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Batch, ListEntry, ListVersion, Offering
from matchmaker.errors import Invalid, NotFound
from matchmaker.services.openness import differences
from matchmaker.services.openness.differences import Difference
from matchmaker.storage.queries import published_lists as queries


@dataclass(frozen=True)
class Listed:
    """A version with how much stands on it."""

    version: ListVersion
    count: int


@dataclass(frozen=True)
class Overview:
    """All published batches, the newest first, with the versions in each; and the versions in force."""

    batches: Sequence[tuple[Batch, Sequence[Listed]]]
    in_force: Sequence[Listed]


@dataclass(frozen=True)
class OpenVersion:
    """A published version as its page shows it."""

    version: ListVersion
    numbers: Sequence[int]
    """The published versions of the list, the newest first."""
    before: ListVersion | None
    """What it is compared with."""
    difference: Difference
    still_open: Mapping[UUID, Offering]

    @property
    def is_newest(self) -> bool:
        """Tell whether it is the version in force."""
        return self.version.number == self.numbers[0]

    def is_open(self, entry: ListEntry) -> bool:
        """Tell whether what an entry says is open now."""
        return entry.offering_id in self.still_open


@dataclass(frozen=True)
class OpenBatch:
    """A published batch as its page shows it: its lists with what is new on each; all lists beside another batch."""

    batch: Batch
    lists: Sequence[tuple[Listed, Difference, ListVersion | None]]
    """Each version with what changed since the version before it, which comes last, if there is one."""
    numbers: Sequence[int]
    since: int | None
    """The number of the batch that the whole catalogue of lists is compared with."""
    moved: Sequence[tuple[ListVersion, Difference]]
    """Each list that says something else than after that batch, with what."""


def overview(session: Session) -> Overview:
    """Return all batches and the lists in force, in a constant number of queries."""
    versions = queries.all_versions(session)
    counts = queries.count_entries(session, [version.id for version in versions])
    listed = [Listed(version, counts.get(version.id, 0)) for version in versions]
    in_batch = {batch.id: (batch, [entry for entry in listed if entry.version.batch_id == batch.id])
                for batch in queries.batches(session)}
    newest = {entry.version.list_id: entry for entry in listed}
    in_force = [entry for entry in newest.values() if not entry.version.openness_list.platform.is_suspended]
    return Overview(list(in_batch.values()), sorted(in_force, key=lambda entry: entry.version.published_at or "",
                                                    reverse=True))


def version(session: Session, slug: str, number: int | None = None, since: int | None = None) -> OpenVersion:
    """Return a published version of a list, the one in force without a `number`, beside the one before or `since`.

    Raise `NotFound` when there is none.
    """
    known = queries.versions_of(session, slug)
    numbers = [entry.number for entry in known]
    if not known or (number is not None and number not in numbers):
        raise NotFound("There is no published openness list here.")
    number = number or numbers[0]
    found = queries.version(session, slug, number)
    earlier = [other for other in numbers if other < number]
    if since is not None and since not in earlier:
        raise NotFound("There is no such earlier version of this list.")
    since = since or (earlier[0] if earlier else None)
    before = queries.version(session, slug, since) if since else None
    if found is None:
        raise NotFound("There is no published openness list here.")
    ids = [entry.offering_id for entry in found.entries if entry.offering_id]
    return OpenVersion(found, numbers, before, differences.of_versions(before, found), queries.still_open(session, ids))


def batch(session: Session, number: int, since: int | None = None) -> OpenBatch:
    """Return a published batch, the whole beside the batch `since`, the one before it by default.

    Raise `NotFound` when there is none, `Invalid` when `since` is not an earlier one.
    """
    found = queries.batch(session, number)
    if found is None:
        raise NotFound("There is no such published batch.")
    numbers = [other.number for other in queries.batches(session) if other.number]
    if since is not None and (since not in numbers or since >= number):
        raise Invalid("Compare with an earlier batch.")
    versions = queries.all_versions(session, until=number)
    own = [version for version in versions if version.batch_id == found.id]
    since = since or max((other for other in numbers if other < number), default=None)
    former = _in_force(versions, since or 0)
    before_own = _in_force(versions, number - 1)
    now = _in_force(versions, number)
    touched = {v.id for v in [*own, *former.values(), *before_own.values(), *now.values()]}
    entries = queries.entries_of(session, touched)
    lists = []
    for version_ in own:
        last = before_own.get(version_.list_id)
        lists.append((Listed(version_, len(entries[version_.id])), _compare(last, version_, entries), last))
    moved = [(version_, _compare(former.get(list_id), version_, entries)) for list_id, version_ in now.items()
             if former.get(list_id) is not version_] if since else []
    return OpenBatch(found, lists, numbers, since, [(v, change) for v, change in moved if not change.is_empty])


def newest_batch(session: Session) -> tuple[Batch, Sequence[Listed]] | None:
    """Return the batch that was published last with the lists in it of platforms not suspended; None without any."""
    batches = queries.batches(session)
    if not batches:
        return None
    versions = [version for version in queries.all_versions(session) if version.batch_id == batches[0].id]
    counts = queries.count_entries(session, [version.id for version in versions])
    return batches[0], [Listed(version, counts.get(version.id, 0)) for version in versions
                        if not version.openness_list.platform.is_suspended]


def whole_batch(session: Session, number: int) -> tuple[Batch, Sequence[ListVersion]]:
    """Return a published batch and its versions with all that stands on them; raise `NotFound` when there is none."""
    found = queries.batch(session, number)
    if found is None:
        raise NotFound("There is no such published batch.")
    return found, queries.versions_in(session, found.id)


def _in_force(versions: Sequence[ListVersion], until: int) -> dict[UUID, ListVersion]:
    """Return the version of each list that was in force after a batch."""
    return {version.list_id: version for version in versions if version.batch and (version.batch.number or 0) <= until}


def _compare(before: ListVersion | None, after: ListVersion, entries: Mapping[UUID, Sequence[ListEntry]]) -> Difference:
    old = entries[before.id] if before else ()
    return differences.between(differences.contents(old), differences.contents(entries[after.id]))
