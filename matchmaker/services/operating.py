"""What an operator sees of the running service: the indexes, the jobs, the newest entries of the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Actor, AuditEntry, Job
from matchmaker.errors import Conflict, MatchmakerError
from matchmaker.services import live, matching, publishing
from matchmaker.storage.queries import audit, figures, life, readings
from matchmaker.storage.queries import jobs as queries
from matchmaker.storage.queries.boards import fairness

ENTRIES = 25


@dataclass(frozen=True)
class Overview:
    """How the service stands at this moment."""

    indexes: Sequence[Mapping[str, Any]]
    changed: int | None
    """How many offerings changed since the index in force was built."""
    is_too_much: bool
    """Whether that is more than processes take in before the next one."""
    fault: str | None
    """Why this process does not use the index in force, if that is so."""
    publishing: Sequence[Job]
    jobs: Mapping[tuple[str, str], int]
    failed: Sequence[Job]
    entries: Sequence[AuditEntry]


@dataclass(frozen=True)
class Waiting:
    """How much waits for an operator."""

    appeals: int
    complaints: int
    failed_jobs: int
    readings: int
    alerts: int


def waiting(session: Session, actor: Actor) -> Waiting:
    """Return how much waits for an operator."""
    return Waiting(len(life.open_appeals(session, actor)), len(life.open_complaints(session, actor)),
                   len(queries.failed_jobs(session)), len(readings.waiting(session, actor)),
                   fairness.waiting_alerts(session))


def overview(session: Session, config: Config) -> Overview:
    """Return how the service stands."""
    indexes = publishing.status(config.index_folder, is_thorough=False)
    changed = publishing.changed_since(session, indexes)
    return Overview(indexes[::-1], changed, (changed or 0) > live.MOST, _fault(config),
                    queries.unfinished_jobs(session, publishing.TASK), figures.jobs_by_task_and_state(session),
                    queries.failed_jobs(session), audit.newest_entries(session, limit=ENTRIES))


def publish(session: Session) -> None:
    """Queue the publishing of the index; raise `Conflict` when that is queued or under way. Flushes."""
    if queries.unfinished_jobs(session, publishing.TASK):
        raise Conflict("The index is being published already.")
    publishing.queue_publish(session)


def _fault(config: Config) -> str | None:
    try:
        matching.current_index(config)
        return matching.fault(config)
    except MatchmakerError as error:
        return str(error)
