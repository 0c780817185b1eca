"""The one place that is told of a change to what firms are shown, so that those who wait hear of it.

Matching needs not be told: every process takes in what the database has (`matchmaker.services.live`).
"""

from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.domain import JobState
from matchmaker.services.leads import stock
from matchmaker.storage.queries import jobs as queries


def catalogue_changed(session: Session) -> None:
    """Let those who wait for room be told, unless that is queued already. Flushes."""
    if not any(job.state == JobState.QUEUED for job in queries.unfinished_jobs(session, stock.TASK)):
        jobs.enqueue(session, stock.TASK)
