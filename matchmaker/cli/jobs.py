"""Jobs that a sub-command runs here and now, with a progress bar; the libraries that jobs need are loaded with it."""

import time
from uuid import UUID

from matchmaker import storage
from matchmaker.cli.output import make_progress
from matchmaker.config import Config
from matchmaker.domain import Job, JobState
from matchmaker.errors import MatchmakerError
from matchmaker.jobs.worker import run_one
from matchmaker.storage.queries import jobs as queries
from matchmaker.tasks import make_tasks

POLL_SECONDS = 0.2


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
