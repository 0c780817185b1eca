import datetime as dt
import os
import threading
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from matchmaker import storage
from matchmaker.domain import (
    Attachment,
    Attempts,
    Base,
    Contact,
    Holder,
    Job,
    JobState,
    Mail,
    MailStatus,
    Need,
    NeedStatus,
    PrivateLink,
    SignIn,
    Watch,
)
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import attachments, hourly, links, purging
from matchmaker.services.leads import watching
from matchmaker.services.mail import mailing, outbox
from matchmaker.tasks import make_tasks
from tests.making import add_need, add_person


def days(count: float) -> dt.timedelta:
    return dt.timedelta(days=count)


def ensure():
    with storage.writing() as session:
        purging.ensure(session)


def purge(config) -> dict:
    """Run the hourly job as if it were time, and return its result."""
    ensure()
    with storage.writing() as session:
        session.execute(update(Job).where(Job.task == purging.TASK, Job.state == JobState.QUEUED).values(
            lease_until=None, payload={"planned": utc_now().isoformat()}))
        job_id = session.scalar(select(Job.id).where(Job.task == purging.TASK, Job.state == JobState.QUEUED))
    run_one(make_tasks(config), job_id)
    with storage.reading() as session:
        job = session.get(Job, job_id)
    assert (job.state, job.error) == (JobState.DONE, None)
    return job.result


def count(kind: type[Base]) -> int:
    with storage.reading() as session:
        return session.scalar(select(func.count()).select_from(kind))


def queued() -> list[Job]:
    with storage.reading() as session:
        return list(session.scalars(select(Job).where(Job.task == purging.TASK, Job.state == JobState.QUEUED)))


def add_draft(session, config, age: float, *, watched: bool = False, **fields) -> Need:
    need = Need(**{"status": NeedStatus.DRAFT, "language": "zh", "answers": {"problem": ["x"]},
                   "changed_at": utc_now() - days(age)} | fields)
    session.add(need)
    session.flush()
    session.add_all([Contact(need_id=need.id, email="a@b.example", language="zh"),
                     Attachment(need_id=need.id, name="a.pdf", media_type="application/pdf", size=1, sha256="0")])
    links.add_link(session, config, need)
    if watched:
        watching.start(session, Holder(need.id), [])
    session.flush()
    return need


def write_file(config, name, age_hours=48.0):
    config.attachments.mkdir(parents=True, exist_ok=True)
    path = config.attachments / str(name)
    path.write_bytes(b"x")
    then = utc_now().timestamp() - 3600 * age_hours
    os.utime(path, (then, then))
    return path


def test_old_drafts_go_with_all_that_hangs_on_them(database, config):
    with storage.writing() as session:
        old, young = (add_draft(session, config, age) for age in (31, 29))
        kept = add_draft(session, config, 400, watched=True)
        sent = add_draft(session, config, 400, status=NeedStatus.OPEN)
        ids = {need.id: session.scalar(select(Attachment.id).where(Attachment.need_id == need.id))
               for need in (old, young, kept, sent)}
    files = {need_id: write_file(config, attachment_id) for need_id, attachment_id in ids.items()}
    result = purge(config)
    assert (result["drafts"], result["files"]) == (1, 1)
    with storage.reading() as session:
        assert set(session.scalars(select(Need.id))) == {young.id, kept.id, sent.id}
    assert (count(Contact), count(Attachment), count(PrivateLink), count(Watch)) == (3, 3, 3, 1)
    assert {need_id for need_id, path in files.items() if path.exists()} == {young.id, kept.id, sent.id}


def test_a_draft_whose_watch_ended_goes(database, config):
    with storage.writing() as session:
        need = add_draft(session, config, 31, watched=True)
        watching.end(session, Holder(need.id))
    assert purge(config)["drafts"] == 1


def test_the_settings_say_how_long(database, config):
    with storage.writing() as session:
        add_draft(session, config, 31)
    assert purge(replace(config, draft_days=60))["drafts"] == 0
    assert purging.Retention.of(replace(config, draft_days=60, link_days=9)) == purging.Retention(60, 9, 30, 12)


def test_many_drafts_go_in_batches(database, config, monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 2)
    with storage.writing() as session:
        for _ in range(5):
            write_file(config, uuid4())
            add_draft(session, config, 40)
    result = purge(config)
    assert (result["drafts"], result["files"], count(Need)) == (5, 5, 0)


def test_links_sign_ins_attempts_and_mails(database, config):
    now = utc_now()
    with storage.writing() as session:
        need, person = add_need(session), add_person(session, "r@jianghai.example", "jianghai")
        for number, age in enumerate((31, 29, -1)):
            session.add(PrivateLink(need_id=need.id, key_hash=f"l{number}", expires_at=now - days(age)))
        for number, (expires, ended) in enumerate([(1, None), (-1, None), (1, now)]):
            session.add(SignIn(person_id=person.id, key_hash=f"s{number}", expires_at=now + days(expires),
                               ended_at=ended))
        for number, seconds in enumerate((-60, 3600)):
            session.add(Attempts(key=f"a{number}", window=int(now.timestamp()) + seconds, count=1))
        for status in MailStatus:
            for age in (31, 29):
                session.add(Mail(notice="link_again", need_id=need.id, details={}, status=status,
                                 created_at=now - days(age)))
        for task, age in ((outbox.TASK, 31), (outbox.TASK, 29), (purging.TASK, 31), ("import_offerings", 400)):
            session.add(Job(task=task, payload={"mail": "x"}, state=JobState.DONE, finished_at=now - days(age)))
    result = purge(config)
    assert {name: result[name] for name in ("links", "sign_ins", "attempts", "mails", "jobs")} == {
        "links": 1, "sign_ins": 2, "attempts": 1, "mails": 2, "jobs": 2}
    with storage.reading() as session:
        assert set(session.scalars(select(PrivateLink.key_hash))) == {"l1", "l2"}
        assert session.scalars(select(SignIn.key_hash)).all() == ["s0"]
        assert session.scalars(select(Attempts.key)).all() == ["a1"]
        assert len(session.scalars(select(Mail.id).where(Mail.status == MailStatus.QUEUED)).all()) == 2
        assert "import_offerings" in session.scalars(select(Job.task)).all()


def test_files_of_nobody_go_and_those_that_come_in_stay(database, config):
    gone, strange = write_file(config, uuid4()), write_file(config, ".left-by-a-crash")
    young = write_file(config, uuid4(), age_hours=attachments.SETTLED_SECONDS / 3600 / 2)
    assert purge(config)["files"] == 2
    assert [path.exists() for path in (gone, strange, young)] == [False, False, True]


def test_the_next_one_is_queued_for_the_next_hour(database, config):
    purge(config)
    (following,) = queued()
    assert following.lease_until == hourly._hour(utc_now()) + hourly.EVERY
    assert run_one({purging.TASK: None}) is None
    ensure()
    assert len(queued()) == 1


def test_a_step_that_breaks_off_leaves_the_next_one_queued(database, config, monkeypatch):
    monkeypatch.setitem(purging.STEPS, "links", lambda *_: 1 / 0)
    ensure()
    run_one(make_tasks(config))
    assert sorted(job.error or "" for job in queued()) == ["", "division by zero"]


def test_workers_that_start_at_once_queue_one(database, config):
    barrier, faults = threading.Barrier(6), []

    def start():
        barrier.wait()
        try:
            ensure()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(queued()) == 1


def test_a_job_planned_by_a_wrong_clock_does_not_count(database, config):
    with storage.writing() as session:
        session.add(Job(task=purging.TASK, payload={"planned": "2099-01-01T00:00:00+00:00"},
                        lease_until=utc_now() + days(400)))
    ensure()
    ensure()
    assert len(queued()) == 2


@pytest.mark.parametrize("jump", [days(400), days(1)])
def test_a_clock_that_jumps_ahead_deletes_nothing_at_first(database, config, monkeypatch, jump):
    with storage.writing() as session:
        add_draft(session, config, 31)
        purging.ensure(session)
    later = utc_now() + jump
    monkeypatch.setattr(purging, "utc_now", lambda: later)
    monkeypatch.setattr(hourly, "utc_now", lambda: later)
    run_one({purging.TASK: partial(purging.purge, config=config)})
    assert count(Need) == 1
    assert any(job.lease_until > later for job in queued())


def test_a_clock_that_runs_behind_deletes_late(database, config, monkeypatch):
    with storage.writing() as session:
        add_draft(session, config, 31)
        purging.ensure(session)
    earlier = utc_now() - days(2)
    monkeypatch.setattr(purging, "utc_now", lambda: earlier)
    monkeypatch.setattr(hourly, "utc_now", lambda: earlier)
    run_one({purging.TASK: partial(purging.purge, config=config)})
    assert count(Need) == 1


def test_mail_without_a_job_is_woken(database, config):
    with storage.writing() as session:
        session.add(Mail(notice="link_again", need_id=add_need(session).id, details={}))
    assert purge(config)["woken"] == 0
    with storage.writing() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        assert mailing.wake(session, replace(config, demo=True)) == 1


def test_no_words_of_drafts_reach_the_log(database, config, caplog):
    with storage.writing() as session:
        add_draft(session, config, 31, answers={"problem": ["kanarienidee"]})
    purge(config)
    assert "purged" in caplog.text
    assert "kanarien" not in caplog.text
