"""Latency of POST /api/v1/matches on a running service, with one and four clients.

    python -m bench.web http://127.0.0.1:8000 NEEDS.jsonl [--requests 400]

NEEDS.jsonl holds one {"text": ...} or {"need": {...}} a line, for instance data/needs_zh.jsonl. Only the loopback
interface is a target.
"""

import argparse
import http.client
import itertools
import json
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np


def bodies(path: Path) -> list[bytes]:
    """Return the request bodies for the needs in a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.dumps({"need": row.get("need") or {"problem": row["text"]}, "top": 10}).encode() for row in rows]


def measure(address: str, needs: list[bytes], clients: int, requests: int) -> dict[str, float]:
    """Send `requests` requests from `clients` threads, each over one connection; return milliseconds and rate."""
    parts = urlsplit(address)
    milliseconds: list[float] = []
    turn = itertools.cycle(needs)
    lock = threading.Lock()

    def work(share: int) -> None:
        connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=30)
        for _ in range(share):
            with lock:
                body = next(turn)
            started = time.perf_counter()
            connection.request("POST", "/api/v1/matches", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the service answered {answer.status}")
            milliseconds.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    threads = [threading.Thread(target=work, args=(requests // clients,)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    median, p99 = np.percentile(milliseconds, [50, 99])
    return {"clients": clients, "requests": len(milliseconds), "median_ms": round(float(median), 1),
            "p99_ms": round(float(p99), 1), "per_second": round(len(milliseconds) / elapsed)}


def main() -> None:
    """Print a line for each number of clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("needs", type=Path)
    parser.add_argument("--requests", type=int, default=400)
    arguments = parser.parse_args()
    if urlsplit(arguments.address).hostname not in ("127.0.0.1", "localhost", "::1"):
        parser.error("only the loopback interface is a target")
    needs = bodies(arguments.needs)
    measure(arguments.address, needs, 1, 20)
    for clients in (1, 4):
        print(json.dumps(measure(arguments.address, needs, clients, arguments.requests)))


if __name__ == "__main__":
    main()
