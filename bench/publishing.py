"""Publish a large catalogue beside requests: time, memory, and what the requests feel of it.

    python -m bench.publishing HOME [--offerings 100000] [--seconds 60] [--clients 2]

HOME is a folder that is made and kept: when it holds a catalogue already, that one is used. Two web processes serve;
first they are measured in quiet, then while a worker publishes and until they have changed over. One JSON line each:
start (seconds until ready, private and proportional megabytes of each web process), quiet, publishing, swapped.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
from sqlalchemy import func, select

from bench import synthetic
from bench.start import free_port, wait_until_ready
from bench.web import bodies
from matchmaker import storage
from matchmaker.config import ROOT
from matchmaker.domain import Offering
from matchmaker.domain.base import new_id
from matchmaker.services import publishing

AT_ONCE = 2000
NEEDS = ROOT / "data" / "needs_zh.jsonl"
OWN = ("id", "external_id", "title", "summary", "description", "content_hash")


def fill(url: str, n: int) -> None:
    """Add synthetic offerings until the database holds `n`."""
    storage.connect(url)
    with storage.reading() as session:
        demo = {one.external_id: one for one in session.scalars(select(Offering).order_by(Offering.id)).all()}
        held = session.scalar(select(func.count(Offering.id))) or 0
    columns = [name for name in Offering.__mapper__.columns.keys() if name not in OWN]  # noqa: SIM118
    texts = synthetic.offerings(n - held)
    for start in range(held, n, AT_ONCE):
        with storage.writing() as session:
            for number, drawn in zip(range(start, min(start + AT_ONCE, n)), texts, strict=False):
                alike = demo[drawn["external_id"]]
                session.add(Offering(
                    id=new_id(), external_id=f"synthetic-{number}", content_hash=f"synthetic-{number}",
                    **{name: drawn[name] for name in ("title", "summary", "description")},
                    **{name: getattr(alike, name) for name in columns}))


class Requests:
    """Clients that ask without a pause until they are told to stop; `since` gives what the answers took."""

    def __init__(self, address: str, clients: int) -> None:
        self.took: list[tuple[float, float, str]] = []
        self._address, self._stop = address, threading.Event()
        needs = bodies(NEEDS)
        self._threads = [threading.Thread(target=self._ask, args=(needs[place::clients],)) for place in range(clients)]
        for thread in self._threads:
            thread.start()

    def _ask(self, needs: list[bytes]) -> None:
        turn = 0
        while not self._stop.is_set():
            turn += 1
            asked = Request(f"{self._address}/api/v1/matches", needs[turn % len(needs)],
                            {"Content-Type": "application/json"})
            started = time.perf_counter()
            with urlopen(asked, timeout=60) as answer:
                version = json.load(answer)["index_version"]
            self.took.append((started, (time.perf_counter() - started) * 1000, version))

    def since(self, start: float) -> dict[str, Any]:
        """Return the number of requests begun since `start`, and their milliseconds."""
        found = [took for begun, took, _version in self.took if begun >= start]
        median, p99 = np.percentile(found, [50, 99])
        return {"requests": len(found), "median_ms": round(float(median), 1), "p99_ms": round(float(p99), 1),
                "longest_ms": round(max(found), 1)}

    def versions(self) -> list[str]:
        """Return the versions of the index that answered, the newest first."""
        return list(dict.fromkeys(version for _begun, _took, version in reversed(self.took)))

    def stop(self) -> None:
        """Let each client finish its request."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


def memory(pid: int) -> dict[str, float]:
    """Return the megabytes of a process's own, and its share of all it has; clean pages are those of mapped files."""
    found = {"private_mb": 0.0, "proportional_mb": 0.0}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if name == "Private_Dirty":
            found["private_mb"] += int(rest.split()[0]) / 1024
        elif name == "Pss":
            found["proportional_mb"] += int(rest.split()[0]) / 1024
    return {name: round(size, 1) for name, size in found.items()}


def children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def publish(environ: dict[str, str]) -> dict[str, float]:
    """Publish in a process of its own; return what it took."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "matchmaker", "index", "publish"], env=environ,
                               stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError("the catalogue could not be published")
    return {"seconds": round(time.perf_counter() - started, 1),
            "processor_s": round(used.ru_utime + used.ru_stime, 1), "peak_mb": round(used.ru_maxrss / 1024)}


def say(name: str, **figures: Any) -> None:
    """Print a line of figures."""
    print(json.dumps({"what": name, **figures}), flush=True)


def main() -> None:
    """Fill, publish, start, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--offerings", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--clients", type=int, default=2)
    arguments = parser.parse_args()
    home, port = arguments.home.resolve(), str(free_port())
    environ = {**os.environ, "MATCHMAKER_HOME": str(home), "MATCHMAKER_DEMO": "1", "MATCHMAKER_PORT": port,
               "MATCHMAKER_HOST": "127.0.0.1", "MATCHMAKER_LOG_LEVEL": "WARNING", "MATCHMAKER_WEB_PROCESSES": "2"}
    if not (home / "matchmaker.db").exists():
        for command in (["db", "upgrade"], ["demo"]):
            subprocess.run([sys.executable, "-m", "matchmaker", *command], env=environ, check=True)
    fill(f"sqlite:///{home / 'matchmaker.db'}", arguments.offerings)
    if len(publishing.published(home / "index")) < 2:
        say("first publish", **publish(environ))
    address, started = f"http://127.0.0.1:{port}", time.perf_counter()
    serving = subprocess.Popen([sys.executable, "-m", "matchmaker", "serve"], env=environ)
    try:
        wait_until_ready(serving, f"{address}/readyz")
        say("start", seconds=round(time.perf_counter() - started, 2),
            processes=[memory(pid) for pid in children(serving.pid)])
        measure(address, environ, arguments)
        say("after", processes=[memory(pid) for pid in children(serving.pid)])
    finally:
        serving.terminate()
        serving.wait()


def measure(address: str, environ: dict[str, str], arguments: argparse.Namespace) -> None:
    """Print what requests take in quiet, while an index is published, and while the processes change over."""
    asking = Requests(address, arguments.clients)
    try:
        time.sleep(5)
        start = time.perf_counter()
        time.sleep(arguments.seconds)
        say("quiet", **asking.since(start))
        before, start = asking.versions()[0], time.perf_counter()
        say("publish", **publish(environ))
        say("meanwhile", **asking.since(start))
        start = time.perf_counter()
        while asking.versions()[0] == before and time.perf_counter() < start + 60:
            time.sleep(0.5)
        time.sleep(10)
        say("changing over", **asking.since(start), versions=len(asking.versions()))
    finally:
        asking.stop()


if __name__ == "__main__":
    main()
