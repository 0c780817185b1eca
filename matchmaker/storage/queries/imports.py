"""What an import asks the database, a few times per import and never per row."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.domain import Job, JobRow, JobState, Offering, OpennessList, Organisation

PAGE = 1_000


def accepted_keys(session: Session, job_id: UUID) -> dict[str, int]:
    """Return the keys of the rows read so far, with their numbers."""
    wanted = select(JobRow.key, JobRow.row).where(JobRow.job_id == job_id, JobRow.key.is_not(None))
    return {key: row for key, row in session.execute(wanted) if key}


def pages(session: Session, job_id: UUID, outcome: str) -> Iterator[Sequence[Row[Any]]]:
    """Yield number, key and content of the rows of a job with this outcome, in order, page by page."""
    last = -1
    while True:
        wanted = select(JobRow.row, JobRow.key, JobRow.content).where(
            JobRow.job_id == job_id, JobRow.outcome == outcome, JobRow.row > last)
        found = session.execute(wanted.order_by(JobRow.row).limit(PAGE)).all()
        if not found:
            return
        last = found[-1][0]
        yield found


def outcome_counts(session: Session, job_id: UUID) -> dict[str, int]:
    """Return how many rows of a job have each outcome."""
    wanted = select(JobRow.outcome, func.count()).where(JobRow.job_id == job_id).group_by(JobRow.outcome)
    return {row.outcome: row[1] for row in session.execute(wanted)}


def refused_rows(session: Session, job_id: UUID) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield number and errors of each refused row of a job, in order."""
    wanted = select(JobRow.row, JobRow.errors).where(JobRow.job_id == job_id, JobRow.errors.is_not(None))
    for row, errors in session.execute(wanted.order_by(JobRow.row)):
        yield row, errors or []


def organisations_named(session: Session, names: Collection[str]) -> Sequence[Organisation]:
    """Return the organisations that carry one of `names` as slug or name, the oldest first."""
    wanted = sorted(names)
    return session.scalars(
        select(Organisation)
        .where(or_(Organisation.slug.in_(wanted), Organisation.name["zh"].as_string().in_(wanted),
                   Organisation.name["en"].as_string().in_(wanted)))
        .order_by(Organisation.created_at, Organisation.id)
    ).all()


def slugs(session: Session) -> set[str]:
    """Return all slugs in use."""
    return {slug for slug in session.scalars(select(Organisation.slug)) if slug}


def newest_lists(session: Session, platform_ids: Collection[UUID]) -> dict[UUID, OpennessList]:
    """Return the newest openness list of each of these platforms."""
    wanted = select(OpennessList).where(OpennessList.platform_id.in_(platform_ids)).order_by(OpennessList.version)
    return {found.platform_id: found for found in session.scalars(wanted)}


def fingerprints(session: Session, platform_id: UUID) -> dict[str, tuple[UUID, str, str]]:
    """Return id, content hash and status of each offering of a platform, by external_id."""
    wanted = select(Offering.external_id, Offering.id, Offering.content_hash, Offering.status)
    return {external_id: (found, fingerprint, status) for external_id, found, fingerprint, status
            in session.execute(wanted.where(Offering.platform_id == platform_id))}


def offerings_by_id(session: Session, ids: Sequence[UUID]) -> dict[UUID, Offering]:
    """Return these offerings, by id."""
    found: dict[UUID, Offering] = {}
    for start in range(0, len(ids), PAGE):
        wanted = select(Offering).where(Offering.id.in_(ids[start:start + PAGE]))
        found |= {offering.id: offering for offering in session.scalars(wanted)}
    return found


def uploads_by_state(session: Session, names: Collection[str]) -> dict[str, JobState]:
    """Return the states of the jobs whose uploads these are, by upload; those of no job are left out."""
    upload = Job.payload["upload"].as_string()
    return {row[0]: row.state for row in session.execute(select(upload, Job.state).where(upload.in_(names)))}
