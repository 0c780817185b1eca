import ctypes
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from matchmaker import jobs, storage
from matchmaker.config import ROOT, Config
from matchmaker.domain import Job, JobState
from matchmaker.jobs.worker import run_one
from matchmaker.services import publishing
from matchmaker.tasks import make_tasks
from tests.ports import free_port

WAIT = 60
SECRET = "c1Zr8QmVtY3uXe6Pw0LsKd9GhJb2NfAa"
BEFORE_THE_FORK = """
import gc, json, runpy, sys, threading
runpy.run_path("gunicorn.conf.py")
from matchmaker import storage
print(json.dumps({
    "loaded": sorted({"matchmaker.app", "sklearn", "skops.io", "flask"} & set(sys.modules)),
    "threads": threading.active_count(), "is_connected": storage.Sessions.kw["bind"] is not None,
    "collects": gc.isenabled(), "has_frozen": gc.get_freeze_count() > 100_000,
}))
"""


@pytest.fixture
def start(tmp_path, database):
    """A function that starts the command as a process of its own; what still runs after the test is killed."""
    started = []

    def begin(*arguments, **environ):
        process = subprocess.Popen(
            [sys.executable, "-m", "matchmaker", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True, env={
                **{name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")},
                "MATCHMAKER_HOME": str(tmp_path / "home"), "MATCHMAKER_WEB_PROCESSES": "1", "LC_ALL": "C.UTF-8",
                "MATCHMAKER_DATABASE_URL": database.url.render_as_string(hide_password=False), **environ,
            })
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def read_until(process, words):
    """Read what the process says until a line has `words`."""
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}: {''.join(said)}")


def is_group_gone(process) -> bool:
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_run_serves_a_demo_and_stops_without_leaving_anything(start):
    port = free_port()
    process = start("run", MATCHMAKER_DEMO="1", MATCHMAKER_PORT=str(port))
    read_until(process, f"Open http://127.0.0.1:{port}/")
    with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=WAIT) as answer:
        assert json.load(answer)["status"] == "ready"
    with urlopen(f"http://127.0.0.1:{port}/api/v1/offerings?limit=1", timeout=WAIT) as answer:
        assert json.load(answer)["total"] >= 240
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=WAIT)
    assert is_group_gone(process)


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_port_that_is_taken_is_said_at_once(run, command):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        answer = run(command, MATCHMAKER_SECRET_KEY=SECRET, MATCHMAKER_PORT=port)
    assert answer.exit_code == 1
    assert f"port {port} cannot be used (Address already in use)" in answer.output


def test_run_ends_with_its_processes(start):
    port = free_port()
    process = start("run", MATCHMAKER_SECRET_KEY=SECRET, MATCHMAKER_PORT=str(port))
    worker = int(re.search(r"worker started.*pid=(\d+)", read_until(process, "worker started"))[1])
    os.kill(worker, signal.SIGKILL)
    said, _ = process.communicate(timeout=WAIT)
    assert process.returncode == 1
    assert "Error:" in said
    assert is_group_gone(process)


def test_serve_refuses_a_weak_secret_before_it_starts(start):
    process = start("serve", MATCHMAKER_SECRET_KEY="weak", MATCHMAKER_PORT=str(free_port()))
    said, _ = process.communicate(timeout=WAIT)
    assert process.returncode == 1
    assert said.startswith("Error: MATCHMAKER_SECRET_KEY is missing or weak")


def test_serve_is_alive_but_not_ready_without_an_index(start):
    port = free_port()
    process = start("serve", MATCHMAKER_SECRET_KEY=SECRET, MATCHMAKER_PORT=str(port))
    read_until(process, "not ready to match yet")
    with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=WAIT) as answer:
        assert json.load(answer)["status"] == "ok"
    with pytest.raises(HTTPError) as refused:
        urlopen(f"http://127.0.0.1:{port}/readyz", timeout=WAIT)
    assert refused.value.code == 503
    assert "matchmaker index publish" in json.load(refused.value)["missing"][0]
    refused.value.close()


def test_libraries_are_loaded_before_the_processes_fork_and_nothing_is_connected(tmp_path):
    environ = {"PATH": os.environ["PATH"], "MATCHMAKER_HOME": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", BEFORE_THE_FORK], cwd=ROOT, env=environ, check=True, timeout=WAIT,
                          stdout=subprocess.PIPE).stdout
    assert json.loads(said) == {"loaded": ["flask", "matchmaker.app", "sklearn", "skops.io"], "threads": 1,
                                "is_connected": False, "collects": True, "has_frozen": True}


def test_a_web_process_that_is_killed_is_replaced_and_matches(start, database, tmp_path, make_offering):
    with storage.writing() as session:
        make_offering(session, external_id="vibration")
        job = publishing.queue_publish(session)
    run_one(make_tasks(Config(home=tmp_path / "home")), job.id)
    port = free_port()
    process = start("serve", MATCHMAKER_SECRET_KEY=SECRET, MATCHMAKER_PORT=str(port))
    web_process = int(re.search(r"pid: (\d+)", read_until(process, "Booting worker"))[1])
    read_until(process, "web process ready")
    os.kill(web_process, signal.SIGKILL)
    read_until(process, "Booting worker")
    read_until(process, "web process ready")
    with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=WAIT) as answer:
        assert json.load(answer)["status"] == "ready"
    need = Request(f"http://127.0.0.1:{port}/api/v1/matches", b'{"need": {"problem": "vibration test"}}',
                   {"Content-Type": "application/json"})
    with urlopen(need, timeout=WAIT) as answer:
        assert [found["offering"]["external_id"] for found in json.load(answer)["matches"]] == ["vibration"]


def test_an_index_that_is_cut_while_it_serves_makes_way_for_the_one_before(start, database, tmp_path, make_offering):
    """Who reads where there is nothing any more is killed; its replacement does not read there again."""
    config = Config(home=tmp_path / "home")
    for _ in range(2):
        with storage.writing() as session:
            make_offering(session)
            job = publishing.queue_publish(session)
        run_one(make_tasks(config), job.id)
    port = free_port()
    process = start("serve", MATCHMAKER_SECRET_KEY=SECRET, MATCHMAKER_PORT=str(port))
    read_until(process, "web process ready")
    assert answered_by(port) == "000002"
    for path in publishing.current_folder(config.index_folder).glob("*.npy"):
        os.truncate(path, 0)
    assert "was written over while it served" in read_until_after(process, "index refused", lambda: answered_by(port))
    assert answered_by(port) == "000001"
    with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=WAIT) as answer:
        assert "matchmaker index publish" in json.load(answer)["warnings"][0]


def answered_by(port):
    """Return the number of the index with which a need was matched; None when the process died over it."""
    need = Request(f"http://127.0.0.1:{port}/api/v1/matches", b'{"need": {"problem": "vibration test"}}',
                   {"Content-Type": "application/json"})
    try:
        with urlopen(need, timeout=WAIT) as answer:
            return json.load(answer)["index_version"][:6]
    except OSError:
        return None


def read_until_after(process, words, act):
    """Act again and again until the process says `words`; return that line."""
    done = threading.Event()

    def go_on():
        while not done.wait(0.1):
            act()

    acting = threading.Thread(target=go_on)
    acting.start()
    try:
        return read_until(process, words)
    finally:
        done.set()
        acting.join()


def test_the_worker_does_what_waits_and_stops_when_told(start):
    process = start("worker")
    read_until(process, "worker started")
    with storage.writing() as session:
        job = jobs.enqueue(session, "unknown")
    read_until(process, "job left")
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=WAIT)
    assert process.returncode == 0
    assert "The worker has stopped." in said
    with storage.reading() as session:
        assert session.get_one(Job, job.id).state == JobState.QUEUED


ARENAS = """
import ctypes, sys, threading
from matchmaker.cli.serving import hoard_nothing
if sys.argv[1] == "hoards nothing":
    hoard_nothing()
barrier = threading.Barrier(4)
def take():
    barrier.wait()
    held = [bytearray(100_000) for _ in range(50)]
    barrier.wait()
threads = [threading.Thread(target=take) for _ in range(4)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype, libc.malloc_info.argtypes, libc.fclose.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p), (
    ctypes.c_void_p,)
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library is not glibc")
def test_the_threads_of_a_web_process_hoard_no_memory_each(tmp_path):
    def arenas(how):
        report = tmp_path / "report.xml"
        subprocess.run([sys.executable, "-c", ARENAS, how, str(report)], check=True)
        return report.read_text().count("<heap nr=")

    assert arenas("hoards") > 2
    assert arenas("hoards nothing") == 1
