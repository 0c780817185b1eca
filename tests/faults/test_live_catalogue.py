"""Four processes answer while the catalogue changes: what closed is gone from each within a second, what is new is there.

And a disk that is full while an index is published leaves the old one in force, with the fault said.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from urllib.request import Request, urlopen

import pytest

from matchmaker import storage
from matchmaker.domain import Offering, OfferingStatus
from matchmaker.jobs.worker import run_one
from matchmaker.ranking import store
from matchmaker.services import live, matching, publishing
from matchmaker.tasks import make_tasks
from tests.cli.test_serving import SECRET, WAIT, read_until, start  # noqa: F401
from tests.ports import free_port

PROCESSES = 4
A_SECOND = 1.0
CHANGES_A_MINUTE = 1000
FREE = {"unit": "slot", "maximum": 9, "available": 3, "updated_at": None}
COMMITTING = """
import itertools, sys
from matchmaker import storage
from matchmaker.domain import Offering, OfferingStatus
storage.connect(sys.argv[1])
for turn in itertools.count():
    with storage.writing() as session:
        for id in sys.argv[2:]:
            session.get(Offering, __import__("uuid").UUID(id)).status = (
                OfferingStatus.WITHDRAWN if turn % 2 else OfferingStatus.PUBLISHED)
    print(turn, flush=True)
"""


def publish(config):
    """Publish what the database has."""
    with storage.writing() as session:
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)


def change(id, **fields):
    with storage.writing() as session:
        offering = session.get(Offering, id)
        for name, value in fields.items():
            setattr(offering, name, value)
        offering.version += 1


@pytest.fixture
def ports(start, config, make_offering):  # noqa: F811
    """The ports of four services of one process each over one database and one index."""
    with storage.writing() as session:
        for place in range(50):
            make_offering(session, title={"en": f"Salt spray test {place}"}, capacity=FREE)
    publish(config)
    found = [free_port() for _ in range(PROCESSES)]
    serving = [start("serve", MATCHMAKER_SECRET_KEY=SECRET, MATCHMAKER_PORT=str(port), MATCHMAKER_LOG_LEVEL="WARNING",
                     MATCHMAKER_HOME=str(config.home)) for port in found]
    for port, process in zip(found, serving, strict=True):
        wait_until_ready(port, process)
    # None has taken what another counts in.
    assert {folder.name.rpartition("-")[2] for folder in (config.home / "metrics").iterdir()} == set(map(str, found))
    return found


def wait_until_ready(port, process):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=WAIT):
                return
        except OSError:
            assert process.poll() is None, process.stdout.read()
            time.sleep(0.1)
    raise AssertionError("the service did not become ready")


def found(port, word):
    """Return the numbers of what a process finds for a word, among the matches."""
    need = json.dumps({"need": {"problem": f"test of {word}"}, "top": 20}).encode()
    request = Request(f"http://127.0.0.1:{port}/api/v1/matches", need, {"Content-Type": "application/json"})
    with urlopen(request, timeout=WAIT) as answer:
        return {one["offering"]["external_id"] for one in json.load(answer)["matches"]}


def everywhere(ports, word, number, *, is_there):
    """Tell whether all processes agree, asked once more each if one was asked within the second."""
    return all((number in found(port, word)) == is_there for port in ports)


class Changing:
    """Somebody who changes offerings, so and so many a minute, whatever each change takes."""

    def __init__(self, ids, seed):
        self.many, self.seconds, self._stop = 0, 0.0, threading.Event()
        self._ids, self._draw = ids, random.Random(seed)
        self._thread = threading.Thread(target=self._keep_changing)

    def _keep_changing(self):
        began = time.monotonic()
        while not self._stop.wait(max(0, began + self.many * 60 / CHANGES_A_MINUTE - time.monotonic())):
            change(self._draw.choice(self._ids), capacity=FREE | {"available": self._draw.randint(0, 3)})
            self.many += 1
            self.seconds = time.monotonic() - began

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._stop.set()
        self._thread.join()


def delay(ports, word, number, committed, *, is_there):
    """Return after how many seconds all processes agree: one, or for how long they had to be asked beyond it."""
    time.sleep(max(0, committed + A_SECOND - time.monotonic()))
    if everywhere(ports, word, number, is_there=is_there):
        return A_SECOND
    while not everywhere(ports, word, number, is_there=is_there):
        assert time.monotonic() < committed + WAIT, (word, is_there)
    return time.monotonic() - committed


@pytest.mark.parametrize("rounds", [5, pytest.param(500, marks=pytest.mark.faults)])
def test_what_closes_is_gone_and_what_is_new_is_there_within_a_second_in_every_process(
        ports, config, make_offering, rounds):
    with storage.writing() as session:
        busy = [make_offering(session, title={"en": "Busy fixture"}, capacity=FREE).id for _ in range(20)]
    late = []
    with Changing(busy, rounds) as changing:
        for turn in range(rounds):
            word = f"zorbium{turn}"
            with storage.writing() as session:
                new = make_offering(session, title={"en": f"Test of {word}"}, capacity=FREE)
            took = [delay(ports, word, new.external_id, time.monotonic(), is_there=True)]
            if turn % 2:
                change(new.id, status=OfferingStatus.WITHDRAWN)
            else:
                change(new.id, capacity=FREE | {"available": 0})
            took.append(delay(ports, word, new.external_id, time.monotonic(), is_there=False))
            if max(took) > A_SECOND:
                late.append((turn, [round(seconds, 2) for seconds in took], os.getloadavg()[0]))
                print("late", *late[-1], flush=True)
    print(f"{rounds} rounds, {len(late)} late; {60 * changing.many / changing.seconds:.0f} changes a minute; "
          f"load {os.getloadavg()}")
    assert not late


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.faults)])
def test_changes_that_are_killed_are_seen_whole_or_not_at_all(database, config, make_offering, monkeypatch, times):
    monkeypatch.setattr(live, "PAUSE", 0)
    with storage.writing() as session:
        together = [make_offering(session).id for _ in range(3)]
    publish(config)
    url = database.url.render_as_string(hide_password=False)
    draw = random.Random(times)
    for _ in range(times):
        process = subprocess.Popen([sys.executable, "-c", COMMITTING, url, *map(str, together)], stdout=subprocess.PIPE,
                                   env={"PATH": os.environ["PATH"]})
        for _ in range(draw.randint(1, 6)):
            process.stdout.readline()
            index = matching.current_index(config)
            matches = matching.match(index, {"problem": "vibration test"})["matches"]
            assert len(matches) in (0, len(together))
        time.sleep(draw.uniform(0, 0.01))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with storage.reading() as session:
            statuses = {session.get(Offering, id).status for id in together}
        assert len(statuses) == 1
        matches = matching.match(matching.current_index(config), {"problem": "vibration test"})["matches"]
        assert len(matches) == (len(together) if statuses == {OfferingStatus.PUBLISHED} else 0)


@pytest.mark.parametrize("megabytes", [2, pytest.param(1, marks=pytest.mark.faults),
                                       pytest.param(3, marks=pytest.mark.faults)])
def test_a_full_disk_leaves_the_old_index_and_is_said(database, config, make_offering, megabytes):
    with storage.writing() as session:
        make_offering(session)
    publish(config)
    with storage.writing() as session:
        make_offering(session)
    environ = {"PATH": os.environ["PATH"], "MATCHMAKER_HOME": str(config.home), "LC_ALL": "C.UTF-8",
               "MATCHMAKER_DATABASE_URL": database.url.render_as_string(hide_password=False)}
    limit = megabytes * 1_000_000
    published = subprocess.run([sys.executable, "-m", "matchmaker", "index", "publish"], env=environ, check=False,
                               capture_output=True, text=True,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert published.returncode != 0
    assert "It broke off" in published.stdout + published.stderr
    folder = publishing.current_folder(config.index_folder)
    assert folder.name == "000001"
    assert store.verify(folder)["offerings"] == 1
    assert len(matching.match(matching.current_index(config), {"problem": "vibration"})["matches"]) == 2
