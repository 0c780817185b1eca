"""Import a platform's catalogue: a job that reads every row first, and then changes the catalogue in one step.

While the file is read, each row's outcome is kept with the job, chunk by chunk, so that a worker that dies loses
nothing. Only the last transaction, which also ends the job, touches offerings: an import is seen whole or not at all.
"""

import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert
from sqlalchemy.orm import Session

from matchmaker import jobs, storage, tabular
from matchmaker.domain import Job, JobRow, JobState
from matchmaker.errors import Invalid, LeaseLost, MatchmakerError
from matchmaker.i18n import gettext, use_language
from matchmaker.jobs.worker import Chunks
from matchmaker.services import applying, columns
from matchmaker.services.mapping import Mapping
from matchmaker.storage.queries import imports as queries
from matchmaker.tabular import Fault

TASK = "import_offerings"
CHUNK = 500
EXAMPLE = "EXAMPLE-"
"""External ids of the template's examples begin with this."""
ABANDONED_SECONDS = 86_400

Validate = Callable[[dict[str, Any]], tuple[dict[str, Any] | None, list[dict[str, str]]]]
"""Takes an offering as it came in; gives its content, or errors with ``field``, ``code`` and ``words``."""
Close = Callable[[Session, Job], dict[str, Any]]
"""Takes what was read to where it belongs, in the transaction that ends the job; gives the job's result."""


def keep_upload(uploads: Path, file: Path) -> str:
    """Copy `file` to the folder of uploads, durably, and return its name there."""
    uploads.mkdir(parents=True, exist_ok=True)
    name = f"{uuid.uuid4().hex}{file.suffix.lower()}"
    try:
        with file.open("rb") as source, (uploads / name).open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        (uploads / name).unlink(missing_ok=True)
        raise Invalid("%(file)s cannot be read: %(detail)s", file=file.name, detail=error.strerror) from error
    folder = os.open(uploads, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return name


def queue_import(session: Session, upload: str, *, mapping: str | None = None, platform: str | None = None,
                 language: str = "en", is_strict: bool = False, is_dry_run: bool = False,
                 publish: bool = False) -> Job:
    """Queue the import of an upload. Flushes; raises `Invalid` when the mapping file cannot be used.

    `platform` names the platform of the rows that name none; `language` is the one that errors are told in.
    """
    if mapping is not None:
        Mapping.parse(mapping)
    return jobs.enqueue(session, TASK, upload=upload, mapping=mapping, platform=platform, language=language,
                        strict=is_strict, dry_run=is_dry_run, publish=publish)


def run_import(job: Job, chunks: Chunks, uploads: Path, validate: Validate, close: Close = applying.apply) -> None:
    """Do the job: read and check every row, then `close` it in one transaction, by default applying the good ones."""
    path = uploads / job.payload["upload"]
    with use_language(job.payload["language"]):
        try:
            if not path.exists():
                raise Invalid("The uploaded file is gone. Import it again.")
            _read_rows(job, chunks, path, validate)
            result: dict[str, Any] = {}
            with chunks.final(result) as session:
                result |= close(session, job)
        except LeaseLost:
            raise
        except MatchmakerError as error:
            path.unlink(missing_ok=True)
            raise Invalid(gettext(error.message, **error.values)) from error
    sweep(uploads)


class _Reader:
    """Turns rows of one file into rows of the job."""

    def __init__(self, job: Job, validate: Validate, seen: dict[str, int]) -> None:
        text = job.payload["mapping"]
        self.mapping = None if text is None else Mapping.parse(text)
        self.job = job
        self.validate = validate
        self.seen = seen

    def check_columns(self, names: list[str] | None) -> None:
        """Raise `Invalid` for columns that are missing or not known; JSON, which has none, is judged row by row."""
        if names is None:
            return
        if self.mapping:
            self.mapping.check_columns(names)
        else:
            columns.check_names(names)

    def answer(self, row: tabular.Row) -> dict[str, Any] | None:
        """Return what is to be kept of a row, or None for the template's row of explanations."""
        if self.mapping is None and row.number == 2 and _is_comment(row):
            return None
        content, errors, key = None, [_told(fault, fault.column) for fault in row.faults], None
        if not errors:
            content, errors = self._offering(row)
        if content is not None:
            names = [applying.platform_key(content["platform"]), content["offering"]["external_id"]]
            key = orjson.dumps(names).decode()
            if (first := self.seen.setdefault(key, row.number)) != row.number:
                key, content, errors = None, None, [self._told(Fault(
                    "duplicate", "Row %(row)s has the same external_id. Give each row one of its own.",
                    column="external_id", row=first))]
        return {"job_id": self.job.id, "row": row.number, "outcome": applying.REFUSED if errors else applying.READ,
                "key": key, "content": content, "errors": errors or None}

    def _offering(self, row: tabular.Row) -> tuple[dict[str, Any] | None, list[dict[str, str]]]:
        ours, faults = self.mapping.apply(row.cells) if self.mapping else (row.cells, [])
        offering, more = columns.as_offering(ours)
        title = offering.pop("list", None)
        if self.job.payload["platform"]:
            offering.setdefault("platform", self.job.payload["platform"])
        content, refusals = self.validate(offering)
        errors = [self._told(fault) for fault in (*faults, *more, *_own_faults(offering, title))]
        errors += [{"column": self._column(columns.column_of(refusal["field"])), "code": refusal["code"],
                    "words": refusal["words"]} for refusal in refusals]
        if content is None or errors:
            return None, errors
        plain = orjson.loads(orjson.dumps(content))
        return {"platform": plain.pop("platform"), "list": title, "offering": plain}, []

    def _told(self, fault: Fault) -> dict[str, str]:
        return _told(fault, self._column(fault.column or ""))

    def _column(self, name: str) -> str:
        return self.mapping.origin(name) if self.mapping else name


def _told(fault: Fault, column: str | None) -> dict[str, str]:
    return {"column": column or "", "code": fault.code, "words": gettext(fault.message, **fault.values)}


def _own_faults(offering: dict[str, Any], title: Any) -> Iterator[Fault]:
    if not offering.get("platform"):
        yield Fault("platform_missing", "The row names no platform. Fill the column platform, or name one for the "
                    "whole file.", column="platform")
    if title is not None and not (isinstance(title, str) and len(title) <= 200):
        yield Fault("bad_list", "The name of the list must be a text of at most 200 characters.", column="list")
    if str(offering.get("external_id", "")).startswith(EXAMPLE):
        yield Fault("example", "This row is the template's example. Remove it.", column="external_id")


def _read_rows(job: Job, chunks: Chunks, path: Path, validate: Validate) -> None:
    with storage.reading() as session:
        reader = _Reader(job, validate, queries.accepted_keys(session, job.id))
    done, count = (job.cursor or {}).get("row", 0), job.progress
    with tabular.open_table(path, after=done) as table:
        reader.check_columns(table.columns)
        rows = iter(table)
        while batch := list(islice(rows, CHUNK)):
            count += len(batch)
            answers = [answer for row in batch if (answer := reader.answer(row))]
            total = max(count, table.expected or 0) if table.expected else None
            with chunks.chunk(cursor={"row": batch[-1].number}, progress=count, total=total) as session:
                if answers:
                    session.execute(insert(JobRow), answers)


def _is_comment(row: tabular.Row) -> bool:
    return str(next(iter(row.cells.values()), "")).startswith("#")


def sweep(uploads: Path) -> None:
    """Remove what killed processes left behind: uploads of jobs that are over, and old ones of no job."""
    names = [path.name for path in uploads.iterdir()]
    with storage.reading() as session:
        states = queries.uploads_by_state(session, names)
    for name in names:
        path = uploads / name
        is_over = states.get(name) in (JobState.DONE, JobState.FAILED)
        if is_over or (name not in states and _age(path) > ABANDONED_SECONDS):
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
