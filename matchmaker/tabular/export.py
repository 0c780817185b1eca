"""Write tables that other people open: no cell of them is ever taken for a formula (CWE-1236)."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def defused(value: Any) -> Any:
    """Return the cell so that a spreadsheet program shows it as text and runs nothing.

    >>> defused("=1+1"), defused("plain"), defused(-5)
    ("'=1+1", 'plain', -5)
    """
    if isinstance(value, str) and value.lstrip(" \u3000").startswith(FORMULA_STARTS):
        return "'" + value
    return value


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file that spreadsheet programs open rightly: UTF-8 with a byte order mark, formulas defused."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([defused(name) for name in header])
        writer.writerows([defused(cell) for cell in row] for row in rows)
