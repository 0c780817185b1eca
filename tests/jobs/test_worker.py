import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from matchmaker import jobs, storage
from matchmaker.domain import Job, JobRow, JobState
from matchmaker.domain.base import utc_now
from matchmaker.errors import Invalid, LeaseLost
from matchmaker.jobs.worker import run_one, work

ROWS = 10


def enqueue(task="count", **payload):
    with storage.writing() as session:
        return jobs.enqueue(session, task, **payload)


def claim(job_id=None):
    with storage.writing() as session:
        return jobs.claim(session, job_id)


def stored(job):
    with storage.reading() as session:
        return session.get_one(Job, job.id)


def expire(job):
    """Let the lease run out, or the pause before the next try be over."""
    with storage.writing() as session:
        past = utc_now() - dt.timedelta(seconds=1)
        session.execute(update(Job).where(Job.id == job.id).values(lease_until=past))


def rows_of(job):
    with storage.reading() as session:
        return session.scalars(select(JobRow.row).where(JobRow.job_id == job.id).order_by(JobRow.row)).all()


def count(job, chunks, until=ROWS, break_at=None):
    """A task: write one row a chunk, going on from the cursor."""
    for row in range((job.cursor or {}).get("row", 0), until):
        if row == break_at:
            raise RuntimeError("the disk is full")
        with chunks.chunk(cursor={"row": row + 1}, progress=row + 1, total=until) as session:
            session.add(JobRow(job_id=job.id, row=row, outcome="done"))
    with chunks.final({"rows": until}):
        pass


def test_a_job_is_run_to_its_end(database):
    job, seen = enqueue(), []
    run_one({"count": count}, watch=lambda done, total: seen.append((done, total)))
    done = stored(job)
    assert (done.state, done.result, done.progress, done.total) == (JobState.DONE, {"rows": ROWS}, ROWS, ROWS)
    assert (done.lease_token, done.lease_until, done.error) == (None, None, None)
    assert done.finished_at is not None
    assert rows_of(job) == list(range(ROWS))
    assert seen[-1] == (ROWS, ROWS)


def test_nothing_waits(database):
    assert run_one({}) is None


def test_the_oldest_job_is_taken_first_unless_one_is_named(database):
    first, second = enqueue(), enqueue()
    assert claim(second.id).id == second.id
    assert claim().id == first.id
    assert claim() is None


def test_a_job_is_never_taken_twice(database):
    waiting = {enqueue().id for _ in range(12)}
    barrier = threading.Barrier(4)

    def take_all():
        barrier.wait()
        taken = []
        for _ in range(12):
            if job := claim():
                taken.append(job.id)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [job for found in [pool.submit(take_all) for _ in range(4)] for job in found.result()]
    assert len(taken) == len(set(taken))
    assert set(taken) == waiting


def test_a_lease_that_holds_protects_the_job_and_one_that_ran_out_does_not(database):
    job = enqueue()
    first = claim()
    assert claim() is None
    expire(job)
    second = claim()
    assert (second.id, second.attempt) == (job.id, 2)
    assert second.lease_token != first.lease_token


@pytest.mark.parametrize("write", [
    lambda session, job: jobs.renew(session, job),
    lambda session, job: jobs.finish(session, job, {}),
    lambda session, job: jobs.release(session, job),
    lambda session, job: jobs.pass_turn(session, job),
    lambda session, job: jobs.fail(session, job, "late", is_final=True),
])
def test_a_late_worker_writes_nothing(database, write):
    job = enqueue()
    late = claim()
    expire(job)
    holder = claim()
    with pytest.raises(LeaseLost), storage.writing() as session:
        session.add(JobRow(job_id=job.id, row=1, outcome="late"))
        write(session, late)
    assert rows_of(job) == []
    assert stored(job).lease_token == holder.lease_token


def test_a_chunk_of_a_late_worker_never_begins(database):
    job = enqueue()
    begun = []

    def sleepy(job, chunks):
        expire(job)
        claim()
        with chunks.chunk(cursor={"row": 1}):
            begun.append(True)

    run_one({"count": sleepy})
    assert begun == []
    assert stored(job).state == JobState.RUNNING


def test_a_job_goes_on_from_its_cursor_after_its_worker_died(database):
    class Killed(BaseException):
        pass

    def killed(job, chunks):
        for row in range(4):
            with chunks.chunk(cursor={"row": row + 1}, progress=row + 1) as session:
                session.add(JobRow(job_id=job.id, row=row, outcome="done"))
        raise Killed

    job = enqueue()
    with pytest.raises(Killed):
        run_one({"count": killed})
    assert stored(job).state == JobState.RUNNING
    expire(job)
    run_one({"count": count})
    assert rows_of(job) == list(range(ROWS))
    assert stored(job).state == JobState.DONE


def test_a_failure_is_kept_and_tried_again_after_a_pause(database):
    job = enqueue()
    run_one({"count": lambda job, chunks: count(job, chunks, break_at=3)})
    failed = stored(job)
    assert (failed.state, failed.error, failed.progress) == (JobState.QUEUED, "the disk is full", 3)
    assert failed.lease_until > utc_now() - dt.timedelta(seconds=1)
    expire(job)
    run_one({"count": count})
    assert (stored(job).state, stored(job).error) == (JobState.DONE, None)
    assert rows_of(job) == list(range(ROWS))


def test_a_job_that_never_gets_on_is_given_up(database):
    job = enqueue()
    for _ in range(jobs.MAXIMUM_ATTEMPTS):
        assert stored(job).state == JobState.QUEUED
        run_one({"count": lambda job, chunks: count(job, chunks, break_at=0)})
        if stored(job).state == JobState.QUEUED:
            expire(job)
    assert stored(job).state == JobState.FAILED
    assert claim() is None


def test_progress_without_a_cursor_is_not_getting_on(database):
    def reports(job, chunks):
        with chunks.chunk(progress=1, total=4):
            pass
        raise RuntimeError

    job = enqueue()
    for _ in range(jobs.MAXIMUM_ATTEMPTS):
        run_one({"count": reports})
        if stored(job).state == JobState.QUEUED:
            expire(job)
    assert (stored(job).state, stored(job).progress) == (JobState.FAILED, 1)


def test_a_job_that_gets_on_may_break_off_any_number_of_times(database):
    job = enqueue()
    for row in range(1, ROWS):
        run_one({"count": lambda job, chunks, row=row: count(job, chunks, break_at=row)})
        expire(job)
    run_one({"count": count})
    assert stored(job).state == JobState.DONE
    assert rows_of(job) == list(range(ROWS))


def test_jobs_whose_workers_died_too_often_are_buried(database):
    job, other = enqueue(), enqueue()
    for _ in range(jobs.MAXIMUM_ATTEMPTS):
        assert claim(job.id)
        expire(job)
    assert claim(job.id) is None
    with storage.writing() as session:
        assert jobs.bury(session) == 1
    assert (stored(job).state, stored(other).state) == (JobState.FAILED, JobState.QUEUED)
    assert "died" in stored(job).error


def test_an_error_of_the_caller_is_final(database):
    def refuse(job, chunks):
        raise Invalid("Column %(name)s is missing.", name="title")

    job = enqueue("import")
    run_one({"import": refuse})
    assert (stored(job).state, stored(job).error) == (JobState.FAILED, "Column title is missing.")


def test_a_job_of_an_unknown_kind_does_not_stop_the_worker(database):
    job = enqueue("unknown")
    run_one({})
    assert "unknown" in stored(job).error


def test_a_worker_that_is_asked_to_stop_finishes_its_chunk_and_gives_the_job_back(database):
    stop, job = threading.Event(), enqueue()
    tasks = {"count": count}
    run_one(tasks, watch=lambda done, total: stop.set() if done == 4 else None, stop=stop)
    left = stored(job)
    assert (left.state, left.cursor, left.attempt, left.lease_token) == (JobState.QUEUED, {"row": 4}, 0, None)
    stop.clear()
    work(tasks, stop, until_idle=True)
    assert stored(job).state == JobState.DONE
    assert rows_of(job) == list(range(ROWS))


def test_the_worker_runs_all_that_waits_and_survives_failures(database):
    good, bad = enqueue(), enqueue("bad")

    def breaks(job, chunks):
        raise RuntimeError

    work({"count": count, "bad": breaks}, threading.Event(), until_idle=True)
    assert stored(good).state == JobState.DONE
    assert stored(bad).error == "RuntimeError"


def test_a_long_step_keeps_its_lease(database, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", dt.timedelta(milliseconds=60))
    job = enqueue()
    renewed = threading.Event()
    real = jobs.renew

    def renew(session, held, **progress):
        real(session, held, **progress)
        renewed.set()

    monkeypatch.setattr(jobs, "renew", renew)

    def slow(job, chunks):
        with chunks.kept():
            assert renewed.wait(10)
        with chunks.final({}):
            pass

    run_one({"count": slow})
    assert stored(job).state == JobState.DONE
