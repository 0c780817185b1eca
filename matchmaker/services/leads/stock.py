"""Back in stock: a firm is told by mail when an offering that was full or suspended has room again.

A wish ends when the firm has been told, when it takes it back, and by itself after `DAYS`. A firm, known by its
address, gets at most one such mail a day, with all that has room; what was held back is looked at again a day later.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs, storage
from matchmaker.config import Config
from matchmaker.domain import Contact, Holder, Job, Offering, OfferingStatus, Service, StockWatch
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, NotFound
from matchmaker.jobs.worker import Chunks
from matchmaker.services import formats, limits
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import needs, offerings
from matchmaker.storage.queries import watches as queries

TASK = "check_stock"
CHUNK = 20
DAY = dt.timedelta(days=1)
DAYS = 90
"""For so long a firm waits to be told, unless it ends that before."""
MOST = 20
"""How many offerings a firm may wait for with one need."""
AN_HOUR = 3600

log = structlog.get_logger(__name__)
SERVICE = Service()


def waits_for_room(offering: Offering) -> bool:
    """Tell whether an offering is one that firms can wait for: shown but full, or suspended for a time."""
    if offering.status == OfferingStatus.SUSPENDED:
        return not offering.is_over(formats.today())
    return offering.is_open(formats.today()) and offering.is_full()


def awaited(session: Session, offering_id: UUID) -> Offering:
    """Return an offering that firms can wait for; raise `NotFound` when it is none."""
    found = offerings.offering_by_id(session, offering_id)
    if found is None or not (waits_for_room(found) or found.is_open(formats.today())):
        raise NotFound("There is no open offering %(id)s.", id=offering_id)
    return found


def start(session: Session, holder: Holder, offering_id: UUID, email: str, language: str) -> StockWatch:
    """Let the firm be told when an offering has room again; asked twice, it begins anew. Flushes.

    A contact that it has given stays as it is. Raise `Conflict` when the offering has room now or the firm waits for
    too many, `TooMany` when too many addresses were given for one need.
    """
    need = needs.need_by_id(session, holder, holder.need_id, locked=True)
    if not waits_for_room(awaited(session, offering_id)):
        raise Conflict("It has room now: you can ask for it at once.")
    now = utc_now()
    kept = {watch.offering_id: watch for watch in queries.stock_watches(session, holder, need.id)}
    if sum(watch.is_on(now) for watch in kept.values()) >= MOST and offering_id not in kept:
        raise Conflict("You wait for %(most)s resources already. End one of these first.", most=MOST)
    limits.count(session, "stock", str(need.id), MOST, AN_HOUR)
    if needs.contact_of(session, holder, need.id) is None:
        session.add(Contact(need_id=need.id, email=email, language=language))
    watch = kept.get(offering_id)
    if watch is None:
        watch = StockWatch(need_id=need.id, offering_id=offering_id)
        session.add(watch)
    watch.created_at, watch.ends_at, watch.ended_at = now, now + dt.timedelta(days=DAYS), None
    session.flush()
    return watch


def end(session: Session, holder: Holder, offering_id: UUID) -> None:
    """Wait for an offering no longer; raise `NotFound` when the firm never did. Flushes."""
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    watch = queries.stock_watch(session, holder, holder.need_id, offering_id)
    if watch is None:
        raise NotFound("There is no such offering, or not for you.")
    watch.ended_at = watch.ended_at or utc_now()
    session.flush()


def waiting(session: Session, holder: Holder) -> list[tuple[StockWatch, Offering]]:
    """Return what the firm waits for, each wish with its offering, the oldest first."""
    now = utc_now()
    kept = [watch for watch in queries.stock_watches(session, holder, holder.need_id) if watch.is_on(now)]
    found = offerings.offerings_by_id(session, [watch.offering_id for watch in kept])
    return [(watch, found[watch.offering_id]) for watch in kept if watch.offering_id in found]


def check(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: find the firms whose offerings have room again, a chunk of needs at a time, and queue their mail."""
    after = (job.cursor or {}).get("after")
    checked = job.progress
    while batch := _batch(after):
        after, checked = str(batch[-1]), checked + len(batch)
        with chunks.chunk(cursor={"after": after}, progress=checked) as session:
            for need_id in batch:
                tell(session, need_id)
    with chunks.final({"checked": checked}):
        pass


def tell(session: Session, need_id: UUID) -> None:
    """Queue one mail on all that has room again, or a later look when the firm had one today. Flushes.

    The need's row is held, so that two checks at once tell of nothing twice.
    """
    try:
        needs.need_by_id(session, SERVICE, need_id, locked=True)
    except NotFound:
        return
    now = utc_now()
    kept = [watch for watch in queries.stock_watches(session, SERVICE, need_id) if watch.is_on(now)]
    found = offerings.offerings_by_id(session, [watch.offering_id for watch in kept])
    ready = [watch for watch in kept if _has_room(found, watch.offering_id)]
    if not ready:
        return
    last = queries.last_told_of_stock(session, SERVICE, need_id)
    if last and now < last + DAY:
        if not queries.is_check_queued(session, TASK, now):
            jobs.enqueue(session, TASK, after=last + DAY)
        return
    for watch in ready:
        watch.told_at = watch.ended_at = now
    outbox.tell_firm(session, "room_again", need_id, offerings=[str(watch.offering_id) for watch in ready])
    log.info("room again to tell", need=str(need_id), offerings=len(ready))


def _has_room(found: Mapping[UUID, Offering], offering_id: UUID) -> bool:
    offering = found.get(offering_id)
    return offering is not None and offering.is_open(formats.today()) and not offering.is_full()


def _batch(after: str | None) -> Sequence[UUID]:
    with storage.reading() as session:
        return queries.needs_waiting_for_room(session, SERVICE, utc_now(), after=UUID(after) if after else None,
                                              limit=CHUNK)
