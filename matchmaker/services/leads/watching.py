"""Watches: a firm for which nothing fits yet is told when something new does.

After each publishing a job matches every watched need with the index then in force. What fits, and what the firm has
neither been shown nor asked, goes into one mail; a need gets at most one a day, and what was held back is looked at
again when the day is over. The needs of an account share theirs: see `matchmaker.services.firms.news`.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs, storage
from matchmaker.config import Config
from matchmaker.domain import Holder, Job, Need, NeedStatus, Service, Watch
from matchmaker.domain.base import utc_now
from matchmaker.errors import NotFound, Unavailable
from matchmaker.jobs.worker import Chunks
from matchmaker.services import drafts, matching
from matchmaker.services.firms import news
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import jobs as job_queries
from matchmaker.storage.queries import leads, needs, watches

TASK = "check_watches"
CHUNK = 20
DAY = dt.timedelta(days=1)
CONSIDERED = 50
"""How far down the list something new is looked for."""

Load = Callable[[Mapping[str, Sequence[str]]], Mapping[str, Any] | None]
"""Reads the answers of a draft as a need; None when they are not enough to match by."""

log = structlog.get_logger(__name__)


def start(session: Session, holder: Holder, known: Collection[UUID]) -> None:
    """Watch for the holder's need, beyond the offerings `known` to the firm; a watch that ended goes on. Flushes."""
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    watch = needs.watch_of(session, holder, holder.need_id)
    if watch is None:
        watch = Watch(need_id=holder.need_id, known=[])
        session.add(watch)
    watch.known = list(dict.fromkeys([*watch.known, *map(str, known)]))
    watch.ended_at = None
    session.flush()


def end(session: Session, holder: Holder) -> None:
    """Watch no longer for the holder's need. Flushes."""
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    watch = needs.watch_of(session, holder, holder.need_id)
    if watch and watch.ended_at is None:
        watch.ended_at = utc_now()
    session.flush()


def check(job: Job, chunks: Chunks, config: Config, load: Load) -> None:
    """Do the job: match the watched needs (or the one in its payload), a chunk at a time, and queue what is to be told.

    Needs are matched outside of any transaction; only what was found is written in one.
    """
    try:
        index = matching.current_index(config)
    except Unavailable:
        with chunks.final({"checked": 0}):
            return
    only = job.payload.get("need")
    after, checked = (job.cursor or {}).get("after"), job.progress
    while batch := _batch(after, only):
        found = {need.id: _looked_up(index, need, load) for need in batch}
        after, checked = str(batch[-1].id), checked + len(batch)
        with chunks.chunk(cursor={"after": after}, progress=checked) as session:
            for need_id, offerings in found.items():
                if offerings:
                    tell(session, need_id, offerings)
    with chunks.final({"checked": checked}):
        pass


def fitting(index: matching.Index, need: Need, load: Load) -> list[str]:
    """Return the ids of the offerings that fit a need, the best first."""
    stated = load(need.answers) if need.status == NeedStatus.DRAFT else drafts.stated_of(need)
    if stated is None:
        return []
    answer = matching.match(index, stated, top=CONSIDERED)
    return [match["offering"]["id"] for match in answer["matches"] if match["fit"] >= answer["threshold"]]


def tell(session: Session, need_id: UUID, offerings: Sequence[str]) -> None:
    """Queue a mail on those of the `offerings` that are new to the firm, or a later look when it had one today.

    The need's row is held, so that two checks at once tell of nothing twice. Flushes.
    """
    try:
        needs.need_by_id(session, Service(), need_id, locked=True)
    except NotFound:
        return
    watch = needs.watch_of(session, Service(), need_id)
    if watch is None or watch.ended_at is not None:
        return
    asked = {str(lead.offering_id) for lead in leads.leads_of_need(session, Service(), need_id)}
    new = [offering for offering in offerings if offering not in asked.union(watch.known)]
    if not new:
        return
    if news.keep(session, need_id, new):
        watch.known = [*watch.known, *new]
        session.flush()
        return
    now = utc_now()
    if watch.told_at and now < watch.told_at + DAY:
        _look_again(session, need_id, watch.told_at + DAY)
        return
    watch.known, watch.told_at = [*watch.known, *new], now
    outbox.tell_firm(session, "something_new", need_id, offerings=new)
    log.info("something new to tell", need=str(need_id), offerings=len(new))


def _looked_up(index: matching.Index, need: Need, load: Load) -> list[str]:
    """Return what fits a need; one that cannot be matched does not keep the others from it."""
    try:
        return fitting(index, need, load)
    except Exception as error:
        # What went wrong may repeat words of the need, which no log is to have.
        log.error("watched need not matched", need=str(need.id), fault=type(error).__name__)
        return []


def _look_again(session: Session, need_id: UUID, at: dt.datetime) -> None:
    if not job_queries.is_waiting(session, TASK, "need", str(need_id)):
        jobs.enqueue(session, TASK, after=at, need=str(need_id))


def _batch(after: str | None, only: str | None) -> Sequence[Need]:
    with storage.reading() as session:
        return watches.watched_needs(session, Service(), limit=CHUNK, after=UUID(after) if after else None,
                                     only=UUID(only) if only else None)
