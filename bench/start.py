"""Seconds from the start of ``matchmaker serve`` until /readyz answers 200, and the processor time of it all.

    MATCHMAKER_HOME=... MATCHMAKER_DEMO=1 python -m bench.start [--starts 7]

The settings are those of the environment, but the port, which is a free one. Processor time is that of all processes
from start to end; other work on the machine disturbs it less than the seconds.
"""

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

PAUSE = 0.01
PATIENCE = 60


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    """Return as soon as `address` answers 200; raise `RuntimeError` when it will not."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(address, timeout=PATIENCE):
                return
        except (URLError, OSError):
            time.sleep(PAUSE)
    raise RuntimeError("the service did not get ready")


def start_once() -> tuple[float, float]:
    """Start the service and end it; return the seconds until it was ready, and the seconds of processor time."""
    port = str(free_port())
    environ = {**os.environ, "MATCHMAKER_HOST": "127.0.0.1", "MATCHMAKER_PORT": port, "MATCHMAKER_LOG_LEVEL": "ERROR"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "matchmaker", "serve"], env=environ)
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}/readyz")
        elapsed = time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(PATIENCE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the figures of all starts in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=7)
    arguments = parser.parse_args()
    ready, processor = zip(*(start_once() for _ in range(arguments.starts)), strict=True)
    print(json.dumps({
        "starts": arguments.starts, "median_s": round(statistics.median(ready), 2), "max_s": round(max(ready), 2),
        "processor_s": round(statistics.median(processor), 2),
    }))


if __name__ == "__main__":
    main()
