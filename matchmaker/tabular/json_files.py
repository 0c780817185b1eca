"""Read JSON (an array of objects, or an object that holds one such array) and JSONL (an object a line)."""

import json
import mmap
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import ijson

from matchmaker.errors import Invalid
from matchmaker.tabular.cells import checked_row
from matchmaker.tabular.rows import Fault, Head, Limits, Row

HALF = re.compile(rb"""
    \\\\u[dD][89a-fA-F]                                                        # behind a backslash: not told apart here
  | \\u[dD][89abAB][0-9a-fA-F]{2} (?!\\u[dD][c-fC-F][0-9a-fA-F]{2})            # a first half without a second
  | (?<!\\u[dD][89abAB][0-9a-fA-F]{2}) \\u[dD][c-fC-F][0-9a-fA-F]{2}           # a second half without a first
""", re.VERBOSE)
"""Where half of a character may be written by its number."""


class _AsUtf8:
    """A text file, read as the UTF-8 bytes that the streaming parser wants."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def read(self, size: int = -1) -> bytes:
        return self.file.read(size).encode("utf-8")


def read_json(path: Path, encoding: str, limits: Limits) -> Generator[Head | Row]:
    """Yield the head, which names no column, then each element of the array."""
    yield Head()
    parser = ijson.get_backend("python") if may_hold_halves(path, encoding) else ijson
    try:
        with path.open(encoding=encoding) as file:
            prefix = _array_prefix(parser, _AsUtf8(file))
        with path.open(encoding=encoding) as file:
            for number, value in enumerate(parser.items(_AsUtf8(file), prefix, use_float=True), 1):
                row = _row(number, value, limits)
                if row:
                    yield row
    except (ijson.JSONError, ValueError) as error:
        raise Invalid("The file is not valid JSON: %(detail)s", detail=_first_line(error)) from error


def read_lines(path: Path, encoding: str, limits: Limits) -> Generator[Head | Row]:
    """Yield the head, which names no column, then the object of each line that is not blank."""
    yield Head()
    with path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            if len(line) > 2 * limits.row:
                yield Row(number, {}, [Fault("row_too_long", "The line has more than %(limit)s characters.",
                                             limit=2 * limits.row)])
                continue
            try:
                row = _row(number, json.loads(line), limits)
            except (ValueError, RecursionError) as error:
                row = Row(number, {}, [Fault("bad_json", "The line is not valid JSON: %(detail)s",
                                             detail=_first_line(error))])
            if row:
                yield row


def may_hold_halves(path: Path, encoding: str) -> bool:
    """Tell whether a text may hold half of a character: the fast parser would read a question mark, and say nothing."""
    if encoding.startswith("utf-16"):
        return True
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return HALF.search(content) is not None


def _array_prefix(parser: Any, file: _AsUtf8) -> str:
    """Return where the table stands: ``item`` for an array, ``<name>.item`` within an object."""
    arrays: list[str] = []
    depth, key = 0, ""
    for event, value in parser.basic_parse(file, use_float=True):
        if event == "map_key" and depth == 1:
            key = value
        elif event in ("start_map", "start_array"):
            if depth == 0 and event == "start_array":
                return "item"
            if depth == 1 and event == "start_array":
                arrays.append(key)
            depth += 1
        elif event in ("end_map", "end_array"):
            depth -= 1
    if len(arrays) != 1:
        raise Invalid("The file must hold an array of objects, or one object with one array; found arrays: %(names)s.",
                      names=", ".join(arrays[:5]) or "-")
    return f"{arrays[0]}.item"


def _row(number: int, value: Any, limits: Limits) -> Row | None:
    if not isinstance(value, dict):
        fault = Fault("no_object", 'This is no object with named fields: write {"title": "...", ...}.')
        return Row(number, {}, [fault])
    return checked_row(number, value, limits)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
