"""The process that parses: reads one file within its limits and writes its rows as JSON lines.

Started by `matchmaker.tabular.reading` as ``python -m matchmaker.tabular.child PATH LIMITS AFTER``. What goes wrong
here, up to running out of memory, ends this process only.
"""

import json
import resource
import sys
from collections.abc import Generator
from itertools import islice
from pathlib import Path
from typing import Any

from matchmaker.errors import Invalid
from matchmaker.tabular.detect import Found, detect
from matchmaker.tabular.rows import Head, Limits, as_wire

SEPARATORS = {"csv": (b"\n", b"\r"), "jsonl": (b"\n",), "json": (b",",)}
"""What stands between two rows at least, in each format of text."""
BLOCK = 1 << 20


def main(path: str, limits: Limits, after: int = 0) -> None:
    """Write what `path` holds to standard output, one JSON document a line, the last of them ``end`` or ``error``.

    Of a table that was begun before, the rows up to the number `after` are left out.
    """
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _write_all(Path(path), limits, after)
    except Invalid as error:
        _refuse(error)
    except (MemoryError, RecursionError):
        _write({"error": "memory", "values": {}})
    except OSError as error:
        _refuse(Invalid("The file cannot be read: %(detail)s", detail=error.strerror or str(error)))


def _write_all(path: Path, limits: Limits, after: int) -> None:
    found = detect(path, limits)
    rows = _parts(path, found, limits)
    head = next(rows)
    if not after and _most_rows(path, found, head) > limits.rows:
        # Whoever sends too many is told so before any of them is used.
        if sum(1 for _ in islice(rows, limits.rows + 1)) > limits.rows:
            raise Invalid("The file has more than %(limit)s rows. Split it into several files.", limit=limits.rows)
        rows.close()
        rows = _parts(path, found, limits)
        next(rows)
    _write({"columns": head.columns, "format": found.format, "encoding": found.encoding,
            "lines": head.expected or found.lines})
    count = 0
    for row in rows:
        count += 1
        if row.number > after:
            _write(as_wire(row))
    if not count:
        raise Invalid("The file has column names but no row below them.")
    _write({"end": count})


def _most_rows(path: Path, found: Found, head: Head) -> int:
    """Return how many rows there may be at most, which is cheaper to tell than how many there are."""
    if found.format not in SEPARATORS:
        return head.expected or 0
    count = 1
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            count += sum(map(block.count, SEPARATORS[found.format]))
    return count


def _parts(path: Path, found: Found, limits: Limits) -> Generator[Any]:
    """Yield the head, then the rows."""
    if found.format == "xlsx":
        from matchmaker.tabular.workbooks import read_workbook
        return read_workbook(path, limits)
    if found.format == "csv":
        from matchmaker.tabular.delimited import read_delimited
        return read_delimited(path, found.encoding, limits)
    from matchmaker.tabular.json_files import read_json, read_lines
    return (read_json if found.format == "json" else read_lines)(path, found.encoding, limits)


def _refuse(error: Invalid) -> None:
    _write({"error": error.message, "values": error.values})


def _write(document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], Limits(**json.loads(sys.argv[2])), int(sys.argv[3]))
    sys.stdout.flush()
