"""Figures about the service as a whole, for monitoring: never about one platform, firm or person."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain.base import utc_now
from matchmaker.errors import MatchmakerError
from matchmaker.services import auditing, matching
from matchmaker.storage.queries import figures as queries


@dataclass(frozen=True)
class Figure:
    """One figure as it stands now: a name, what it means, the names of its labels, and the values by labels."""

    name: str
    meaning: str
    labels: tuple[str, ...]
    values: dict[tuple[str, ...], float]


def figures(session: Session, config: Config) -> Iterator[Figure]:
    """Yield the figures; those of an index only while one is in force."""
    by_state = queries.leads_by_state(session)
    yield Figure("leads", "Leads by state", ("state",), _keyed(by_state))
    yield Figure("mails", "Mails by status", ("status",), _keyed(queries.mails_by_status(session)))
    jobs = queries.jobs_by_task_and_state(session)
    yield Figure("jobs", "Jobs by kind and state", ("task", "state"), {key: float(n) for key, n in jobs.items()})
    oldest, now = queries.oldest_due_job(session, utc_now()), utc_now()
    waited = max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
    yield Figure("job_wait_seconds", "For how long a job has waited that any worker could take", (), {(): waited})
    yield Figure("audit_entries", "Entries of the audit log", (), {(): float(auditing.head(session)[0])})
    try:
        index = matching.current_index(config)
    except MatchmakerError:
        yield Figure("index_is_usable", "1 when needs can be matched", (), {(): 0.0})
        return
    is_sound = matching.fault(config) is None
    yield Figure("index_is_usable", "1 when needs can be matched with the index in force", (), {(): float(is_sound)})
    yield Figure("index_offerings", "Offerings in the index in use", (), {(): float(len(index.catalogue))})


def _keyed(counts: dict[str, Any]) -> dict[tuple[str, ...], float]:
    return {(name,): float(count) for name, count in counts.items()}
