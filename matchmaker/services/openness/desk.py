"""What those who work on openness lists see: all versions, and one with what changed and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Batch, BatchStatus, ListMove, ListVersion, Member, Offering, Organisation, VersionStatus
from matchmaker.domain.actors import EDITING
from matchmaker.services.openness import differences, reading, stepping
from matchmaker.services.openness.differences import Difference
from matchmaker.services.openness.public import Listed
from matchmaker.services.openness.reading import Preview
from matchmaker.services.openness.stepping import Step
from matchmaker.storage.queries import openness as queries
from matchmaker.storage.queries import organisations, published_lists
from matchmaker.storage.queries import queue as names


@dataclass(frozen=True)
class Page:
    """The versions that somebody works on, the newest first; those that wait for the reader by themselves."""

    versions: Sequence[Listed]
    platforms: Sequence[Organisation]
    """The platforms for which the reader may begin a version."""
    is_operator: bool

    @property
    def waiting(self) -> Sequence[Listed]:
        """The versions that the operator is to look at, or the drafts of a platform."""
        wanted = VersionStatus.IN_REVIEW if self.is_operator else VersionStatus.DRAFT
        return [listed for listed in self.versions if listed.version.status == wanted]


@dataclass(frozen=True)
class Open:
    """One version as those see it who work on it."""

    version: ListVersion
    before: ListVersion | None
    """The published version before it."""
    difference: Difference
    preview: Preview | None
    steps: Sequence[Step]
    moves: Sequence[ListMove]
    names: Mapping[UUID, str]
    can_edit: bool
    """Whether the reader may change it now."""
    is_own: bool
    others: Sequence[Offering]
    """What could stand on it and does not."""

    @property
    def stamp(self) -> str:
        """How it stands, for forms to carry."""
        return stepping.stamp(self.version)

    @property
    def is_in_force(self) -> bool:
        """Tell whether it is the published version that counts now."""
        return (self.version.status == VersionStatus.PUBLISHED
                and self.version.number == self.version.openness_list.version)


@dataclass(frozen=True)
class OpenBatch:
    """A batch as the operator sees it, with the versions that can be in it."""

    batch: Batch
    versions: Sequence[Listed]

    @property
    def is_planned(self) -> bool:
        """Tell whether it can be changed."""
        return self.batch.status == BatchStatus.PLANNED


def page(session: Session, member: Member) -> Page:
    """Return the versions that `member` works on, in a constant number of queries."""
    found = queries.versions(session, member)
    counts = queries.count_entries(session, member, [version.id for version in found])
    platforms = organisations.organisations_by_id(session, list(member.organisations(*EDITING)))
    return Page([Listed(version, counts.get(version.id, 0)) for version in found],
                [place for place in platforms if "platform" in place.roles], member.is_operator)


def open_version(session: Session, member: Member, version_id: UUID) -> Open:
    """Return a version that `member` works on; raise `NotFound` when there is none for them."""
    version = queries.version_by_id(session, member, version_id)
    is_own = version.platform_id in member.organisations(*EDITING)
    can_edit = is_own and version.status == VersionStatus.DRAFT
    before = published_lists.version_before(session, version)
    moves = queries.moves_of(session, member, version_id)
    known = {entry.external_id for entry in version.entries}
    others = [offering for offering in queries.listable(session, version.platform_id)
              if offering.external_id not in known] if can_edit else []
    return Open(version, before, differences.of_versions(before, version),
                reading.preview(session, version) if can_edit else None, stepping.possible_steps(member, version),
                moves, names.names_of(session, [move.person_id for move in moves]), can_edit, is_own, others)


def form_of(version: ListVersion) -> dict[str, Any]:
    """Return what the form about a version as a whole is filled with."""
    return {"title_zh": version.title.get("zh", ""), "title_en": version.title.get("en", ""), "note": version.note,
            "response_days": version.response_days or "", "valid_through": version.valid_through or ""}


def open_batch(session: Session, member: Member, batch_id: UUID) -> OpenBatch:
    """Return a batch with the versions in it and, while it is planned, those that could be; raise `NotFound`."""
    batch = queries.batch_by_id(session, batch_id)
    versions = batch.versions if batch.status != BatchStatus.PLANNED else [
        version for version in queries.accepted_versions(session, member) if version.batch_id in (None, batch.id)]
    counts = queries.count_entries(session, member, [version.id for version in versions])
    return OpenBatch(batch, [Listed(version, counts.get(version.id, 0)) for version in versions])
