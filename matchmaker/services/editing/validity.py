"""Validity ends by itself: an hourly job lets offerings expire whose last day is over, and reminds platforms before.

From the first moment of the day after its last one, as the clocks of China show it, an offering is neither matched nor
shown, whether or not this job has run: it only brings the state after. A reminder goes out once for each last day, 30
and 7 days before; extending it brings another last day, and so other reminders.
"""

import datetime as dt
from collections import defaultdict
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker.domain import Job, Offering, OfferingReminder, OfferingStatus, Service
from matchmaker.jobs.worker import Chunks
from matchmaker.services import formats, hourly
from matchmaker.services.editing import changes
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import desk as queries

TASK = "end_validity"
REMINDED = (7, 30)
"""Days before the last one on which a platform is reminded, the nearest first."""
BATCH = 100
SERVICE = Service()

log = structlog.get_logger(__name__)


def ensure(session: Session) -> None:
    """Queue the hourly job unless one waits or runs. Flushes."""
    hourly.ensure(session, TASK)


def run(job: Job, chunks: Chunks) -> None:
    """Do the job: queue the next one, let offerings expire, and remind platforms of those that soon will."""
    with chunks.chunk(cursor=job.cursor) as session:
        hourly.queue_next(session, TASK)
    today = formats.today()
    expired = 0
    while True:
        with chunks.chunk(cursor=job.cursor) as session:
            count = expire(session, today)
        expired += count
        if count < BATCH:
            break
    result = {"expired": expired, "reminded": 0}
    with chunks.final(result) as session:
        result["reminded"] = remind(session, today)
        log.info("validity looked after", **result)


def expire(session: Session, today: dt.date) -> int:
    """Let at most `BATCH` offerings expire whose last day lies before `today`; return how many. Flushes."""
    found = queries.ended_offerings(session, SERVICE, today, BATCH)
    for offering in found:
        session.add(offering.move(OfferingStatus.EXPIRED, SERVICE))
    if found:
        changes.catalogue_changed(session)
    session.flush()
    return len(found)


def remind(session: Session, today: dt.date) -> int:
    """Remind the platforms of their offerings that end soon, one mail a person; return how many offerings. Flushes."""
    ending: dict[UUID, list[Offering]] = defaultdict(list)
    until = today + dt.timedelta(days=max(REMINDED))
    for offering in queries.ending_offerings(session, SERVICE, today, until):
        if _note(session, offering, today):
            ending[offering.platform_id].append(offering)
    for platform_id, offerings in ending.items():
        outbox.tell_editors(session, "validity_ends", platform_id,
                            offerings=[str(offering.id) for offering in offerings])
    session.flush()
    return sum(map(len, ending.values()))


def _note(session: Session, offering: Offering, today: dt.date) -> bool:
    """Note the reminder that is due for an offering; tell whether it has not been sent before."""
    last = offering.valid_through
    if last is None:
        return False
    days = next(days for days in REMINDED if (last - today).days <= days)
    if session.get(OfferingReminder, (offering.id, last, days)):
        return False
    session.add(OfferingReminder(offering_id=offering.id, valid_through=last, days=days))
    return True
