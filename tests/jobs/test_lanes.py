"""What somebody waits for is done while a long job goes on, and before the mails that a batch leaves."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import select

from matchmaker import storage
from matchmaker.cli import working
from matchmaker.domain import Job, JobState, Role
from matchmaker.jobs import enqueue
from matchmaker.services.mail import outbox
from matchmaker.services.people import passwords
from matchmaker.services.referrals import receiving
from matchmaker.tasks import BESIDE, LANES, make_tasks
from tests.making import add_need, add_person
from tests.services.mail_server import MailServer

PATIENCE = 60
WRITTEN = 20


@pytest.fixture
def batch():
    """A task that has begun and ends when it is let."""
    class Batch:
        begun, end = threading.Event(), threading.Event()

        def __call__(self, job, chunks):
            self.begun.set()
            assert self.end.wait(PATIENCE)
            with chunks.final({}):
                pass

    return Batch()


def states(session, task):
    return set(session.scalars(select(Job.state).where(Job.task == task)))


def test_a_link_for_a_new_password_leaves_while_a_batch_is_worked_through(database, config, batch):
    with MailServer() as server:
        config = replace(config, smtp_url=server.url)
        with storage.writing() as session:
            add_person(session, "ren@haimen.example", "jianghai", Role.REVIEWER)
            need = add_need(session)
            enqueue(session, receiving.TASK)
            for _ in range(WRITTEN):
                outbox.tell_firm(session, "need_received", need.id, in_bulk=True)
        stop = threading.Event()
        worker = threading.Thread(target=working.serve, args=(
            config, make_tasks(config) | {receiving.TASK: batch}, stop))
        worker.start()
        try:
            assert batch.begun.wait(PATIENCE)
            with storage.writing() as session:
                passwords.ask_reset(session, "ren@haimen.example", "192.0.2.1")
            deadline = time.monotonic() + PATIENCE
            while not server.recipients and time.monotonic() < deadline:
                batch.end.wait(0.02)
            with storage.reading() as session:
                assert states(session, receiving.TASK) == {JobState.RUNNING}
                assert states(session, outbox.IN_BULK) == {JobState.QUEUED}
            assert server.recipients == ["ren@haimen.example"]
        finally:
            stop.set()
            batch.end.set()
            worker.join()


def test_each_lane_has_tasks_of_its_own(config):
    assert len(set(BESIDE)) == len(BESIDE)
    assert set(BESIDE) < make_tasks(config).keys()
    assert all(hands > 0 for hands in LANES.values())
    assert not {receiving.TASK, outbox.IN_BULK} & set(BESIDE)
