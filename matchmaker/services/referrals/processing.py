"""Work through a batch: a job that reads, checks and matches rows without a transaction, and stores them by chunks.

Each chunk commits its answers with the place in the file, fenced by the lease: whatever dies, no row is answered twice
and none is left out. The last transaction ends the job and tells each platform, in one mail, what has come.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from matchmaker import storage, tabular
from matchmaker.config import Config
from matchmaker.domain import Job, Lead, ReferralBatch, Service
from matchmaker.domain.base import utc_now
from matchmaker.errors import Invalid, LeaseLost, MatchmakerError, Unavailable
from matchmaker.i18n import gettext, use_language
from matchmaker.jobs.worker import Chunks, StopError
from matchmaker.services import importing, matching
from matchmaker.services.columns import nearest
from matchmaker.services.mail import outbox
from matchmaker.services.referrals import allotting, mapping, sending
from matchmaker.services.referrals.rows import Load, Reader, Ready, is_known
from matchmaker.storage.queries import referrals as queries

CHUNK = 50
LIMITS = tabular.Limits(memory_bytes=512 << 20)
PAUSE = dt.timedelta(minutes=1)
LISTED = 20
"""How many unknown columns are named."""
SERVICE = Service()

Act = Callable[[storage.Session, ReferralBatch, Reader, Sequence[Ready]], None]
"""What is done with a chunk of rows."""


def run(job: Job, chunks: Chunks, config: Config, load: Load, fields: frozenset[str]) -> None:
    """Do the job: answer every row, then end; a batch that is cancelled ends before its next chunk."""
    path = config.uploads / job.payload["upload"]
    try:
        index = matching.current_index(config)
    except Unavailable:
        with chunks.postponed(utc_now() + PAUSE):
            return
    with storage.reading() as session:
        batch = queries.batch_of_job(session, SERVICE, job.id)
    with use_language(batch.options["language"]):
        try:
            if not path.exists():
                raise Invalid("The uploaded file is gone. Send it again.")
            # A large workbook, or a row on a busy machine, takes longer to read than a lease lasts.
            with chunks.kept():
                unused = _answer_rows(job, chunks, batch, path, lambda has_header: Reader(
                    config, index, load, fields, batch.options, has_header=has_header), fields)
            with chunks.final({"ignored_columns": unused}) as session:
                allotting.forget(session, batch)
                _tell_teams(session, batch)
        except (LeaseLost, StopError):
            raise
        except MatchmakerError as error:
            # What came before the fault stands, so the platforms hear of it as after a batch that ended well.
            with chunks.chunk(cursor=job.cursor, progress=job.progress, total=job.total) as session:
                allotting.forget(session, batch)
                _tell_teams(session, batch)
            path.unlink(missing_ok=True)
            raise Invalid(gettext(error.message, **error.values)) from error
        except Exception as error:
            # What the job keeps of it is read by the incubator: no statement of ours and no row belongs there.
            raise RuntimeError(gettext("The work broke off (%(kind)s).", kind=type(error).__name__)) from error
    path.unlink(missing_ok=True)
    importing.sweep(config.uploads)


def _answer_rows(job: Job, chunks: Chunks, batch: ReferralBatch, path: Path, make_reader: Any,
                 fields: frozenset[str]) -> list[dict[str, str | None]]:
    """Answer the rows after the job's place; return the columns that nobody reads, with what they may have meant.

    Where places are scarce and to be allotted, the file is read twice: all rows are weighed before any is sent.
    """
    map_by = batch.options.get("mapping")
    if batch.waits_for_allotment:
        with tabular.open_table(path, LIMITS, after=_place(job)) as table:
            if map_by and table.columns is not None:
                mapping.check_columns(map_by, table.columns)
            is_going_on = _walk(job, chunks, batch, table, make_reader(table.columns is not None), sending.weigh)
        if is_going_on:
            with storage.reading() as session:
                plan = allotting.solve(session, batch)
            with chunks.chunk(cursor={"row": 0}, progress=0, total=job.progress) as session:
                allotting.settle(session, queries.batch_by_id(session, SERVICE, batch.id), plan)
    with tabular.open_table(path, LIMITS, after=_place(job)) as table:
        if map_by and table.columns is not None:
            mapping.check_columns(map_by, table.columns)
        _walk(job, chunks, batch, table, make_reader(table.columns is not None), sending.store)
        read = {name for sources in map_by["columns"].values() for name in sources} if map_by else frozenset()
        return _unused([name for name in table.columns or () if name.strip() not in read], fields)


def _place(job: Job) -> int:
    """Return the number of the last row that is done."""
    return (job.cursor or {}).get("row", 0)


def _walk(job: Job, chunks: Chunks, batch: ReferralBatch, table: tabular.Table, reader: Reader, act: Act) -> bool:
    """Do something with the rows of a table, a chunk at a time; tell whether the batch goes on after it."""
    cursor, count = dict(job.cursor or {}), job.progress
    began = cursor.get("began") or utc_now().isoformat()
    rows = iter(table)
    while taken := list(islice(rows, CHUNK)):
        ready = [reader.ready(row) for row in taken]
        count += len(ready)
        total = max(count, table.expected) if table.expected else None
        place = {"row": ready[-1].number, "began": began, "at": utc_now().isoformat()}
        with chunks.chunk(cursor=place, progress=count, total=total) as session:
            now = queries.batch_by_id(session, SERVICE, batch.id)
            if now.cancelled_at is None:
                act(session, now, reader, ready)
        if now.cancelled_at is not None:
            return False
    return True


def _unused(columns: Sequence[str], fields: frozenset[str]) -> list[dict[str, str | None]]:
    names = [name.strip() for name in columns]
    return [{"column": name, "nearest": nearest(name, fields)} for name in names if not is_known(name, fields)][:LISTED]


def _tell_teams(session: storage.Session, batch: ReferralBatch) -> None:
    """Queue one mail to each platform about all the leads that came of the batch."""
    first: dict[UUID, Lead] = {}
    counts: Counter[UUID] = Counter()
    for lead in queries.leads_of_batch(session, SERVICE, batch.id):
        first.setdefault(lead.platform_id, lead)
        counts[lead.platform_id] += 1
    for platform_id, lead in first.items():
        outbox.tell_team(session, "referrals_arrived", platform_id, lead=str(lead.id), count=counts[platform_id],
                         incubator=str(batch.organisation_id))
