"""kill -9 in a publish: what is in force is a whole index, the old one or the new one."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import update

from matchmaker import storage
from matchmaker.domain import Job, JobState
from matchmaker.domain.base import utc_now
from matchmaker.ranking import store
from matchmaker.services import publishing


@pytest.fixture
def command(tmp_path, database):
    """Start `matchmaker index publish` in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")}
    environment |= {"MATCHMAKER_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8",
                    "MATCHMAKER_DATABASE_URL": database.url.render_as_string(hide_password=False)}

    def start():
        return subprocess.Popen([sys.executable, "-c", "from matchmaker.cli import main; main()", "index", "publish"],
                                env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return start


def add(make_offering):
    with storage.writing() as session:
        for _ in range(5):
            make_offering(session)


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.faults)])
def test_a_killed_publish_leaves_the_old_index_or_the_new_one(command, config, make_offering, times):
    add(make_offering)
    started = time.monotonic()
    assert command().wait() == 0
    took = time.monotonic() - started
    draw = random.Random(times)
    folder = config.index_folder
    before = publishing.current_folder(folder)
    for _ in range(times):
        add(make_offering)
        process = command()
        # Most of the time goes into starting; the last part is where files are written.
        delay = took * draw.uniform(0.4, 1.1)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        now = publishing.current_folder(folder)
        manifest = store.verify(now)
        assert manifest["offerings"] == len(store.load(now))
        assert int(now.name) >= int(before.name)
        before = now
    assert command().wait() == 0
    whole = publishing.status(folder)
    assert [row["fault"] for row in whole] == [None] * len(whole)
    assert whole[-1]["in_force"]
    assert whole[-1]["offerings"] == 5 * (times + 1)
    with storage.writing() as session:
        session.execute(update(Job).where(Job.state == JobState.RUNNING).values(lease_until=utc_now()))
    # What killed jobs left is swept as soon as their leases are over.
    assert command().wait() == 0
    assert [path.name for path in folder.glob(".building-*")] == []
