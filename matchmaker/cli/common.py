"""What the sub-commands share: settings, a database that is ready, jobs run with a progress bar, whole files."""

import time
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from matchmaker import logs, storage
from matchmaker.config import Config
from matchmaker.domain import Job, JobState
from matchmaker.errors import Invalid, MatchmakerError, Unavailable
from matchmaker.jobs.worker import run_one
from matchmaker.storage import schema
from matchmaker.storage.queries import jobs as queries
from matchmaker.tasks import make_tasks

POLL_SECONDS = 0.2


def configured(*, is_service: bool = False, needs_tables: bool = True) -> Config:
    """Read the settings, set up the logs and connect the database.

    A command that somebody waits for logs warnings only; `is_service` logs as the settings say. Raise `Unavailable`
    when `needs_tables` and the database lacks them.
    """
    config = Config.from_environ()
    level = config.log_level if is_service or config.log_level != "INFO" else "WARNING"
    logs.configure(level, config.log_format)
    storage.connect(config.database_url)
    if needs_tables:
        with storage.reading() as session:
            if not schema.is_current(session.connection()):
                raise Unavailable("The database lacks the tables of this version; run: matchmaker db upgrade")
    return config


def make_progress() -> Progress:
    """Return a progress bar on standard error that vanishes when it is done."""
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                    TimeElapsedColumn(), console=Console(stderr=True), transient=True)


def run_job(config: Config, job_id: UUID, words: str) -> Job:
    """Run the job here with a progress bar, or watch it while another worker has it; return it as it ended.

    Raise `MatchmakerError` with the reason when it failed.
    """
    tasks = make_tasks(config)
    with make_progress() as progress:
        bar = progress.add_task(words, total=None)
        while True:
            run_one(tasks, job_id, lambda done, total: progress.update(bar, completed=done, total=total))
            with storage.reading() as session:
                job = queries.job_by_id(session, job_id)
            if job.state in (JobState.DONE, JobState.FAILED) or (job.state == JobState.QUEUED and job.error):
                break
            progress.update(bar, completed=job.progress, total=job.total)
            time.sleep(POLL_SECONDS)
    if job.state == JobState.QUEUED:
        raise MatchmakerError("It broke off (%(error)s); the worker will try again.", error=job.error)
    if job.state == JobState.FAILED:
        raise MatchmakerError(job.error or job.task)
    return job


class Replacing:
    """Write a file under another name and put it in place when all is written: never half a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.partial = path.with_name(f"{path.name}.partial")

    def __enter__(self) -> BinaryIO:
        try:
            self.file: BinaryIO = self.partial.open("wb")
        except OSError as error:
            raise Invalid("%(file)s cannot be written: %(detail)s", file=str(self.path),
                          detail=error.strerror) from error
        return self.file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.file.close()
        if kind is None:
            self.partial.replace(self.path)
        else:
            self.partial.unlink(missing_ok=True)
