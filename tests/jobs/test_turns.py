"""A long job that others wait for gives way after its turn, and goes on behind them; told by the order of events."""

import datetime as dt
import threading
from types import SimpleNamespace

import pytest

from matchmaker import jobs, storage
from matchmaker.domain import JobRow, JobState
from matchmaker.domain.base import utc_now
from matchmaker.jobs import worker
from matchmaker.jobs.worker import Turn, run_one, work
from tests.jobs.test_worker import ROWS, claim, count, enqueue, rows_of, stored


@pytest.fixture
def seen(database, monkeypatch):
    """What happened, in order, where every turn is over as soon as it may be."""
    monkeypatch.setattr(worker, "TURN_SECONDS", 0)
    monkeypatch.setattr(worker, "WORTH", 0)
    return []


def serve(tasks, seen, **order):
    """Run all that waits; a task writes its name into `seen` as it takes a turn and as it ends."""
    def telling(name, task):
        def run(job, chunks):
            seen.append(name)
            task(job, chunks)
            seen.append(f"{name} ended")
        return run

    work({name: telling(name, task) for name, task in tasks.items()}, threading.Event(), until_idle=True, **order)


def once(job, chunks):
    with chunks.final({}):
        pass


def test_what_comes_while_a_long_job_goes_on_gets_through_before_its_end(seen):
    def letting_others_come(job, chunks):
        if job.cursor is None:
            enqueue("publish")
            enqueue("small")
        count(job, chunks)

    long = enqueue("long")
    serve({"long": letting_others_come, "publish": once, "small": once}, seen)
    assert seen == ["long", "publish", "publish ended", "small", "small ended", "long", "long ended"]
    assert rows_of(long) == list(range(ROWS))
    assert stored(long).attempt == 0


def test_long_jobs_take_turns_and_each_does_every_row_once(seen):
    both = enqueue("one"), enqueue("other")
    serve({"one": count, "other": count}, seen)
    assert seen[:6] == ["one", "other"] * 3
    assert seen[-2:] == ["other", "other ended"]
    for job in both:
        assert (stored(job).state, rows_of(job)) == (JobState.DONE, list(range(ROWS)))


def test_a_job_that_nobody_waits_for_goes_on(seen):
    with storage.writing() as session:
        jobs.enqueue(session, "small", after=utc_now() + dt.timedelta(hours=1))
    enqueue("small")
    held = claim()
    enqueue("beside")
    enqueue("long")
    serve({"long": count, "small": once, "beside": once}, seen, apart=("beside",))
    assert seen == ["long", "long ended"]
    assert stored(held).state == JobState.RUNNING


def test_mails_that_a_batch_writes_come_last_and_nothing_gives_way_to_them(seen):
    for name in ("mail", "long", "mail", "small"):
        enqueue(name)
    serve({"long": count, "small": once, "mail": once}, seen, last=("mail",))
    assert seen == ["long", "small", "small ended", "long", "long ended"] + ["mail", "mail ended"] * 2


def test_a_job_that_was_named_is_run_to_its_end(seen):
    job = enqueue("count")
    enqueue("small")
    run_one({"count": count}, job.id)
    assert stored(job).state == JobState.DONE


def test_a_job_that_does_not_get_on_has_no_turn_to_lose(seen):
    def steps(job, chunks):
        for step in range(4):
            with chunks.chunk(progress=step):
                pass
        once(job, chunks)

    enqueue("steps")
    enqueue("small")
    serve({"steps": steps, "small": once}, seen)
    assert seen == ["steps", "steps ended", "small", "small ended"]


def test_what_became_due_waits_from_then_on(seen):
    with storage.writing() as session:
        jobs.enqueue(session, "late", after=utc_now())
        # Queued before, and due after.
        sooner = jobs.enqueue(session, "sooner")
        sooner.created_at = utc_now() - dt.timedelta(days=1)
        hourly = jobs.enqueue(session, "hourly", after=utc_now() - dt.timedelta(minutes=1))
        hourly.created_at = utc_now() - dt.timedelta(days=2)
    serve({"late": once, "sooner": once, "hourly": once}, seen)
    assert seen[::2] == ["sooner", "hourly", "late"]


@pytest.mark.parametrize(("times", "ends"), [
    ([0, 1, 2, 4.9, 5.1], [False, False, False, False, True]),
    # 9 s to open a file, 1 s a chunk: 36 s make a turn that is worth it.
    ([0, 10, 11, 12, 35, 36], [False, False, False, False, False, True]),
])
def test_a_turn_lasts_some_seconds_and_is_worth_its_beginning(database, monkeypatch, times, ends):
    moments = iter(times)
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    job = enqueue()
    enqueue("small")
    turn = Turn(())
    assert [False, *(turn.is_over(job) for _ in times[1:])] == ends


def test_a_job_that_lost_its_lease_gives_nothing_back(seen):
    def stolen(job, chunks):
        for row in range(2):
            with chunks.chunk(cursor={"row": row}) as session:
                session.add(JobRow(job_id=job.id, row=row, outcome="done"))
        with storage.writing() as session:
            session.get(type(job), job.id).lease_token = "another"  # noqa: S105
        with chunks.chunk(cursor={"row": 2}) as session:
            session.add(JobRow(job_id=job.id, row=2, outcome="late"))

    job = enqueue("long")
    serve({"long": stolen}, seen)
    assert (rows_of(job), stored(job).lease_token) == ([0, 1], "another")
