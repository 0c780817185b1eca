from sqlalchemy import select

from matchmaker import storage
from matchmaker.domain import Job, JobState
from matchmaker.services import purging


def test_a_worker_sees_to_the_hourly_job(run):
    """Started twice, it has done this hour's and queued the next one's, once."""
    for _ in range(2):
        answer = run("worker", "--once")
        assert answer.exit_code == 0, answer.output
    with storage.reading() as session:
        states = session.scalars(select(Job.state).where(Job.task == purging.TASK).order_by(Job.lease_until)).all()
    assert sorted(states) == [JobState.DONE, JobState.QUEUED]
