"""Draft a list from a file: a job reads and checks its rows, a preview says what they change, and somebody decides.

Rows are read as in an import of a catalogue, with the same mapping files and the same errors.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.domain import Job, JobRow, JobState, ListVersion, Member, Organisation
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import applying
from matchmaker.services.mapping import Mapping
from matchmaker.services.openness import differences, drafting
from matchmaker.services.openness.differences import Difference
from matchmaker.storage.queries import imports
from matchmaker.storage.queries import openness as queries

TASK = "read_list"
SHOWN = 200
"""How many refused rows a preview shows."""
GONE = _("This resource was withdrawn for good. Give it a new number to open it again.")


class Take(enum.StrEnum):
    """What becomes of a file that was read."""

    REPLACE = "replace"
    """The list is what the file says."""
    ADD = "add"
    """What the file says is put on the list; all else stays."""
    LEAVE = "leave"


@dataclass(frozen=True)
class Preview:
    """What a file would change on a draft."""

    state: JobState
    error: str
    """Why it could not be read at all."""
    rows: int
    difference: Difference
    """Beside the draft, if the file were to replace it."""
    refused: Sequence[tuple[int, str, str]]
    """Rows that cannot be taken: number, column, words; the first of them."""
    refused_count: int
    foreign: Sequence[int]
    """The rows of other platforms, which are left alone."""

    @property
    def is_ready(self) -> bool:
        """Tell whether it has been read."""
        return self.state == JobState.DONE


def queue(session: Session, member: Member, version_id: UUID, upload: str, *, mapping: str | None,
          language: str) -> Job:
    """Let a file be read for a draft, in place of one that was read before. Flushes.

    Raise `Conflict` when it is no draft, `Invalid` when the mapping file cannot be used.
    """
    version = drafting.edited(session, member, version_id)
    if mapping is not None:
        Mapping.parse(mapping)
    platform = queries.platform_by_id(session, version.platform_id)
    job = jobs.enqueue(session, TASK, upload=upload, mapping=mapping, platform=platform.slug, language=language,
                       strict=False, dry_run=True, publish=False)
    version.import_id = job.id
    session.flush()
    return job


def close(session: Session, job: Job) -> dict[str, Any]:
    """End the reading of a file: its rows stay as they were read until somebody decides."""
    counts = imports.outcome_counts(session, job.id)
    return {"read": counts.get(applying.READ, 0), "refused": counts.get(applying.REFUSED, 0)}


def preview(session: Session, version: ListVersion) -> Preview | None:
    """Return what the file that was read for a draft would change; None when there is none."""
    job = queries.import_job(session, version.import_id) if version.import_id else None
    if job is None:
        return None
    if job.state != JobState.DONE:
        return Preview(job.state, job.error or "", 0, Difference(), (), 0, ())
    own, foreign, refused = _sorted_rows(session, job, queries.platform_by_id(session, version.platform_id))
    found = differences.between(differences.contents(version.entries), [_public(content) for content in own])
    return Preview(job.state, "", len(own), found, refused[:SHOWN], len({row for row, _column, _words in refused}),
                   foreign)


def take(session: Session, member: Member, version_id: UUID, how: Take) -> ListVersion:
    """Put what a file says on a draft, or leave it. Flushes; raise `Conflict` when there is nothing to take."""
    version = drafting.edited(session, member, version_id)
    job = queries.import_job(session, version.import_id) if version.import_id else None
    if job is None or (how != Take.LEAVE and job.state != JobState.DONE):
        raise Conflict("There is no file to take over any more. Send it again.")
    if how != Take.LEAVE:
        own, _others, _faulty = _sorted_rows(session, job, queries.platform_by_id(session, version.platform_id))
        numbers = {content["external_id"] for content in own}
        if how == Take.REPLACE:
            version.entries = [entry for entry in version.entries if entry.external_id in numbers]
        drafting.put(version, own, queries.offerings_numbered(session, version.platform_id, numbers))
        version.changed_at = utc_now()
    version.import_id = None
    session.flush()
    return version


def _sorted_rows(session: Session, job: Job, platform: Organisation,
                 ) -> tuple[list[dict[str, Any]], list[int], list[tuple[int, str, str]]]:
    """Return the contents of a platform's own good rows, the numbers of others', and the errors of refused ones."""
    names = {name.casefold() for name in (platform.slug, *platform.name.values()) if name}
    own: list[dict[str, Any]] = []
    foreign: list[int] = []
    refused: list[tuple[int, str, str]] = []
    gone = queries.withdrawn_numbers(session, platform.id)
    for row in queries.read_rows(session, job.id):
        if row.content is None:
            refused += [(row.row, error["column"], error["words"]) for error in row.errors or ()]
        elif applying.platform_key(row.content["platform"]) in names:
            content = _content(row)
            if content["external_id"] in gone:
                refused.append((row.row, "external_id", gettext(GONE)))
            else:
                own.append(content)
        else:
            foreign.append(row.row)
    return own, foreign, refused


def _content(row: JobRow) -> dict[str, Any]:
    found: dict[str, Any] = (row.content or {})["offering"]
    return found


def _public(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != "contact"}
