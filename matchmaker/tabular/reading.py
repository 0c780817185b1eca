"""Read a foreign file in a process of its own, which alone dies of what the file may hold."""

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from matchmaker.errors import Invalid
from matchmaker.tabular.rows import Limits, Row, from_wire, limits_as_wire

PACKAGES = Path(__file__).resolve().parents[2]
LONGEST_MESSAGE = 32_000_000
BLOCK = 1 << 16
STANDARD = Limits()


class Table:
    """A table being read: what is known of it at the start, and its rows, which can be walked once."""

    def __init__(self, messages: Iterator[dict[str, Any]]) -> None:
        head = next(messages)
        self.columns: list[str] | None = head["columns"]
        """The column names in order; None for JSON, where each row names its own."""
        self.format: str = head["format"]
        self.encoding: str = head["encoding"]
        self.expected: int | None = head["lines"]
        """About how many rows there are, where that is known."""
        self._messages = messages

    def __iter__(self) -> Iterator[Row]:
        for message in self._messages:
            if "end" in message:
                return
            yield from_wire(message)


@contextmanager
def open_table(path: Path, limits: Limits = STANDARD, *, after: int = 0) -> Iterator[Table]:
    """Give the table in `path`; raise `Invalid`, at once or while its rows are walked, when it cannot be read.

    That it has too many rows is said at once. With the number of a row, `after`, only those behind it are given, of a
    table that was opened before.
    """
    arguments = [sys.executable, "-P", "-m", "matchmaker.tabular.child", str(path.absolute()),
                 json.dumps(limits_as_wire(limits)), str(after)]
    environment = {"PYTHONPATH": str(PACKAGES), "PATH": os.environ.get("PATH", ""), "RUST_BACKTRACE": "0"}
    child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,  # noqa: S603
                             stderr=subprocess.DEVNULL, env=environment)
    try:
        yield Table(_messages(child, limits))
    finally:
        child.kill()
        cast(Any, child.stdout).close()
        child.wait()


def read(path: Path, *, limits: Limits = STANDARD) -> Iterator[Row]:
    """Yield the rows of the table in `path`."""
    with open_table(path, limits) as table:
        yield from table


def _messages(child: subprocess.Popen[bytes], limits: Limits) -> Iterator[dict[str, Any]]:
    ended = False
    for line in _lines(child, limits.silence_seconds):
        message = json.loads(line)
        if message.get("error") == "memory":
            break
        if words := message.get("error"):
            raise Invalid(words, **message["values"])
        ended = "end" in message
        yield message
    if not ended:
        raise _broken(child, limits)


def _lines(child: subprocess.Popen[bytes], patience: float) -> Iterator[bytes]:
    pipe = cast(Any, child.stdout).fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        yield from _split(child, pipe, selector, patience)


def _split(child: subprocess.Popen[bytes], pipe: int, selector: selectors.BaseSelector,
           patience: float) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    while True:
        ready = selector.select(patience)
        block = os.read(pipe, BLOCK) if ready else b""
        if not block:
            if not ready:
                child.send_signal(signal.SIGXCPU)
            return
        first, *others = block.split(b"\n")
        waiting.append(first)
        size += len(first)
        if size > LONGEST_MESSAGE:
            return
        for other in others:
            yield b"".join(waiting)
            waiting, size = [other], len(other)


def _broken(child: subprocess.Popen[bytes], limits: Limits) -> Invalid:
    """Say why the child ended early."""
    if not _ends(child):
        child.kill()
    if child.wait() == -signal.SIGXCPU:
        return Invalid("Reading the file took too long and was stopped. Split it into smaller files, or save it as "
                       "CSV.")
    return Invalid("Reading the file took more memory than the %(limit)s MB allowed and was stopped. It may have cells "
                   "far outside the table: copy the table to a new sheet, or save it as CSV.",
                   limit=limits.memory_bytes >> 20)


def _ends(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        return False
    return True
