"""Delete what nobody needs to keep any longer: an hourly job, which queues the next one before it begins.

What holds, whatever the clock does: a thing goes only when the moment stored with it lies far enough before the present
one. A clock that runs behind deletes late. A clock that has jumped ahead makes the job late by more than `SLACK`, as a
standstill does: such a run deletes nothing and leaves it to the next one, an hour later. A clock that stays wrong for
longer is believed. Each step can be repeated, and one that dies is done by the next run.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Job, Service
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import Chunks
from matchmaker.services import attachments, hourly
from matchmaker.services.demand import summarising
from matchmaker.services.editing import validity
from matchmaker.services.firms import news
from matchmaker.services.leads import clocks, stock, watching
from matchmaker.services.mail import mailing, outbox
from matchmaker.services.openness import keeping
from matchmaker.services.people import covering, keys
from matchmaker.services.webhooks import delivering
from matchmaker.storage.queries import purging as queries
from matchmaker.storage.queries import scope_firms, webhooks

TASK = "purge"
SLACK = dt.timedelta(hours=3)
LINK_ANSWERS_DAYS = 30
"""For so long an expired private link says that it has expired, rather than that it never was."""
MAIL_DAYS = 30
BATCH = 100
REPEATED = (TASK, outbox.TASK, outbox.IN_BULK, watching.TASK, news.TASK, stock.TASK, validity.TASK, clocks.TASK,
            clocks.WIND, clocks.PASS_ON, covering.TASK, keeping.TASK, delivering.TASK, summarising.TASK)
"""The jobs that come again and again, whose rows nobody looks at later."""

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
    """Queue the hourly job unless one waits or runs. Flushes."""
    hourly.ensure(session, TASK)


def purge(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: queue the next one, wake mail and webhooks that lost their jobs, and delete what has had its time."""
    with chunks.chunk(cursor=job.cursor) as session:
        hourly.queue_next(session, TASK)
        woken = mailing.wake(session, config) + delivering.wake(session)
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


def _one_time_keys(session: Session, config: Config) -> tuple[int, bool]:
    return keys.forget(session, _ago(LINK_ANSWERS_DAYS)), True


def _firm_sign_ins(session: Session, config: Config) -> tuple[int, bool]:
    return scope_firms.delete_over(session, utc_now()), True


def _firm_accounts(session: Session, config: Config) -> tuple[int, bool]:
    """Delete accounts in which no need is left."""
    found = scope_firms.empty_accounts(session, Service(), BATCH)
    for account in found:
        session.delete(account)
    return len(found), len(found) < BATCH


def _attempts(session: Session, config: Config) -> tuple[int, bool]:
    return queries.delete_attempts(session, utc_now()), True


def _jobs(session: Session, config: Config) -> tuple[int, bool]:
    return queries.delete_jobs(session, REPEATED, _ago(MAIL_DAYS)), True


def _webhooks(session: Session, config: Config) -> tuple[int, bool]:
    return webhooks.delete_events(session, _ago(delivering.KEPT_DAYS)), True


STEPS: dict[str, Callable[[Session, Config], tuple[int, bool]]] = {
    "drafts": _drafts, "mails": _mails, "links": _links, "sign_ins": _sign_ins,
    "one_time_keys": _one_time_keys, "firm_sign_ins": _firm_sign_ins, "firm_accounts": _firm_accounts,
    "attempts": _attempts, "jobs": _jobs, "webhooks": _webhooks,
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


def _ago(days: int) -> dt.datetime:
    return utc_now() - dt.timedelta(days=days)
