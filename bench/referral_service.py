"""Send batches to a running service as a program does, and watch its processes: memory, processor time, answers.

Part of `bench.referrals`, which says how it is called.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from matchmaker.domain.base import new_id

PATH = "/api/v1/referral-batches"
FORMS = {
    "json": "application/json", "ndjson": "application/x-ndjson", "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = 500
"""Results that are asked for at once."""
KINDS = {"serve": "web", "worker": "worker", "matchmaker.tabular.child": "reader"}


@dataclass
class Watch:
    """What the processes under one hold by themselves and have computed, from when it was made."""

    pid: int
    before: dict[int, float] = field(default_factory=dict)
    most: dict[int, float] = field(default_factory=dict)
    began: dict[int, float] = field(default_factory=dict)
    computed: dict[int, float] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.look()
        self.before, self.began = dict(self.most), dict(self.computed)

    def look(self) -> None:
        """Look once."""
        for id in _tree(self.pid):
            try:
                held, self.computed[id] = _private(id), _computed(id)
            except (FileNotFoundError, ProcessLookupError):
                continue
            self.most[id] = max(held, self.most.get(id, 0))
            self.names.setdefault(id, _name(id))

    def report(self) -> dict[str, Any]:
        """Return megabytes before and at most, and seconds of the processor, of each process that did anything."""
        found: dict[str, list[dict[str, float]]] = {}
        for id, most in self.most.items():
            seconds = self.computed[id] - self.began.get(id, 0)
            said = {"before_mb": round(self.before.get(id, 0), 1), "most_mb": round(most, 1),
                    "cpu_seconds": round(seconds, 1)}
            if seconds >= 0.1:
                found.setdefault(self.names[id], []).append(said)
        return found


def _tree(pid: int) -> Iterator[int]:
    waiting = [pid]
    while waiting:
        here = waiting.pop()
        tasks = Path(f"/proc/{here}/task")
        try:
            waiting += [int(id) for task in tasks.iterdir() for id in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield here


def _private(pid: int) -> float:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return sum(int(lines[name].split()[0]) for name in ("Private_Clean", "Private_Dirty")) / 1024


def _computed(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return next((name for word, name in KINDS.items() if word in words), "other")


def send(at: str, key: str, pid: int, body: bytes, form: str) -> dict[str, Any]:
    """Send a batch, wait for its end, read every answer, and return how long it took and what was held meanwhile."""
    headers = {"Authorization": f"Bearer {key}"}
    watch = Watch(pid)
    with httpx.Client(base_url=at, headers=headers, timeout=600) as client:
        began = time.perf_counter()
        answer = client.post(PATH, content=body, headers={"Content-Type": FORMS[form], "Idempotency-Key": new_id().hex})
        taken = time.perf_counter() - began
        if answer.status_code != 202:
            raise SystemExit(answer.text)
        path = f"{PATH}/{answer.json()['id']}"
        while (batch := client.get(path).json())["state"] in ("queued", "running"):
            watch.look()
            time.sleep(1)
        seconds = time.perf_counter() - began
        watch.look()
        report = watch.report()
        outcomes = _read(client, path)
    assert batch["state"] == "done", batch
    assert outcomes == {name: count for name, count in batch["rows"].items() if count}, (outcomes, batch["rows"])
    return {"form": form, "bytes": len(body), "accept_seconds": round(taken, 2), "rows": batch["done"],
            "rows_per_second": round(batch["done"] / seconds, 1), "outcomes": batch["rows"],
            "standings": {name: count for name, count in batch["standings"].items() if count}, "processes": report}


def _read(client: httpx.Client, path: str) -> dict[str, int]:
    """Return how the rows ended, counted from the answers themselves; no row may be there twice or be missing."""
    outcomes: Counter[str] = Counter()
    numbers: set[int] = set()
    cursor: str | None = None
    while True:
        answer = client.get(f"{path}/results", params={"limit": PAGE} | ({"cursor": cursor} if cursor else {}))
        page = answer.raise_for_status().json()
        for row in page["results"]:
            assert row["row"] not in numbers, row
            numbers.add(row["row"])
            outcomes[row["outcome"]] += 1
        if (cursor := page["next_cursor"]) is None:
            return dict(outcomes)


def upload(at: str, key: str, pid: int, megabytes: int) -> dict[str, Any]:
    """Send a batch of so many megabytes, and return what the service's processes held before and at most meanwhile."""
    line = json.dumps({"external_id": "R-1", "problem": "vibration test " * 60}).encode() + b"\n"
    watch = Watch(pid)

    def pieces() -> Iterator[bytes]:
        for number in range(megabytes * 1_000_000 // len(line)):
            if number % 1_000 == 0:
                watch.look()
            yield line

    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": new_id().hex,
               "Content-Type": FORMS["ndjson"]}
    began = time.perf_counter()
    answer = httpx.post(at + PATH, content=pieces(), headers=headers, params={"dry_run": "true"}, timeout=600)
    seconds = time.perf_counter() - began
    watch.look()
    httpx.post(f"{at}{PATH}/{answer.json().get('id')}/cancel", headers=headers)
    return {"status": answer.status_code, "seconds": round(seconds, 1), "processes": watch.report()}
