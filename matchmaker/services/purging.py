"""Delete what nobody needs to keep any longer: an hourly job, which queues the next one before it begins.

What holds, whatever the clock does: a thing goes only when the moment stored with it lies far enough before the present
one. A clock that runs behind deletes late. A clock that has jumped ahead makes the job late by more than `SLACK`, as a
standstill does: such a run deletes nothing and leaves it to the next one, an hour later. A clock that stays wrong for
longer is believed. Each step can be repeated, and one that dies is done by the next run.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Job, Service
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import Chunks
from matchmaker.services import attachments
from matchmaker.services.leads import watching
from matchmaker.services.mail import mailing, outbox
from matchmaker.storage.queries import jobs as job_queries
from matchmaker.storage.queries import purging as queries

TASK = "purge"
EVERY = dt.timedelta(hours=1)
SLACK = dt.timedelta(hours=3)
LINK_ANSWERS_DAYS = 30
"""For so long an expired private link says that it has expired, rather than that it never was."""
MAIL_DAYS = 30
BATCH = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Retention:
    """For how many days things are kept, as the pages say it."""

    draft_days: int
    link_days: int
    mail_days: int
    sign_in_hours: int

    @classmethod
    def of(cls, config: Config) -> "Retention":
        """Return what is in force under these settings."""
        return cls(config.draft_days, config.link_days, MAIL_DAYS, config.sign_in_hours)


def ensure(session: Session) -> None:
    """Queue the hourly job unless one waits or runs. Flushes.

    Workers that start at once agree on one, because the hour makes its id. One that waits far in the future was planned
    by a wrong clock, and does not count.
    """
    now = utc_now()
    if all((job.lease_until or now) > now + EVERY for job in job_queries.unfinished_jobs(session, TASK)):
        _queue(session, _hour(now))


def purge(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: queue the next one, wake mail that lost its job, and delete what has had its time."""
    with chunks.chunk(cursor=job.cursor) as session:
        _queue(session, _hour(utc_now()) + EVERY)
        woken = mailing.wake(session, config)
    result: dict[str, int | bool] = {"woken": woken}
    if utc_now() - dt.datetime.fromisoformat(job.payload["planned"]) > SLACK:
        log.warning("purge is late or the clock jumped; nothing is deleted until the next run")
        with chunks.final(result | {"late": True}):
            return
    for name, step in STEPS.items():
        result[name] = 0
        while True:
            with chunks.chunk(cursor=job.cursor) as session:
                count, is_over = step(session, config)
            result[name] += count
            if is_over:
                break
    result["files"] = _remove_orphans(chunks, job, config)
    with chunks.final(result):
        log.info("purged", **result)


def _drafts(session: Session, config: Config) -> tuple[int, bool]:
    """Delete drafts with all that hangs on them; their files are found by `_remove_orphans`."""
    found = queries.old_drafts(session, Service(), _ago(config.draft_days), BATCH)
    for need in found:
        session.delete(need)
    return len(found), len(found) < BATCH


def _mails(session: Session, config: Config) -> tuple[int, bool]:
    found = queries.old_mails(session, Service(), _ago(MAIL_DAYS), BATCH)
    for mail in found:
        session.delete(mail)
    return len(found), len(found) < BATCH


def _links(session: Session, config: Config) -> tuple[int, bool]:
    return queries.delete_links(session, _ago(LINK_ANSWERS_DAYS)), True


def _sign_ins(session: Session, config: Config) -> tuple[int, bool]:
    return queries.delete_sign_ins(session, utc_now()), True


def _attempts(session: Session, config: Config) -> tuple[int, bool]:
    return queries.delete_attempts(session, utc_now()), True


def _jobs(session: Session, config: Config) -> tuple[int, bool]:
    return queries.delete_jobs(session, (TASK, outbox.TASK, watching.TASK), _ago(MAIL_DAYS)), True


STEPS: dict[str, Callable[[Session, Config], tuple[int, bool]]] = {
    "drafts": _drafts, "mails": _mails, "links": _links, "sign_ins": _sign_ins, "attempts": _attempts, "jobs": _jobs,
}
"""Each deletes a part and tells how much that was, and whether it is done."""


def _remove_orphans(chunks: Chunks, job: Job, config: Config) -> int:
    """Remove the files of attachments that are gone, those left out that may just be coming in."""
    loose = attachments.orphans(config, ())
    removed = 0
    for start in range(0, len(loose), BATCH):
        part = {path: _as_id(path.name) for path in loose[start:start + BATCH]}
        with chunks.chunk(cursor=job.cursor) as session:
            known = queries.known_attachments(session, Service(), [name for name in part.values() if name])
        for path, name in part.items():
            if name not in known:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _queue(session: Session, moment: dt.datetime) -> None:
    """Queue the job of one hour, unless somebody has: the hour makes the id, and the database keeps the second out."""
    job = Job(id=uuid.uuid5(uuid.NAMESPACE_URL, f"urn:matchmaker:purge:{moment.isoformat()}"), task=TASK,
              payload={"planned": max(moment, utc_now()).isoformat()}, lease_until=moment)
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        return


def _hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _ago(days: int) -> dt.datetime:
    return utc_now() - dt.timedelta(days=days)
