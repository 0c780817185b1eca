"""Read CSV and its kin: comma, semicolon, tab or bar, whatever the file uses."""

import csv
from collections import deque
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from matchmaker.errors import Invalid
from matchmaker.tabular.cells import checked_header, checked_row
from matchmaker.tabular.rows import Fault, Head, Limits, Row

DELIMITERS = ",;\t|"
SAMPLE = 200_000
MOST_RETRIES = 100


class _Lines:
    """The lines of a file, some of which can be given back to be read again."""

    def __init__(self, file: Any) -> None:
        self.file = iter(file)
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else next(self.file)
        self.taken.append(line)
        self.number += 1
        return line

    def keep_first(self) -> None:
        """Give back all the lines of this record but its first."""
        self.waiting.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1


def read_delimited(path: Path, encoding: str, limits: Limits) -> Generator[Head | Row]:
    """Yield the head, then each row that is not blank."""
    csv.field_size_limit(limits.row)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file.read(SAMPLE))
    with path.open(encoding=encoding, newline="") as file:
        records = _records(file, delimiter)
        first = next(((number, cells) for number, cells in records if isinstance(cells, Fault) or any(cells)), None)
        if first is None:
            raise Invalid("The file is empty.")
        if isinstance(first[1], Fault):
            raise Invalid("The row of column names cannot be read: a quotation mark is missing or one too many.")
        header = checked_header(first[1], limits)
        yield Head(header)
        for number, cells in records:
            row = Row(number, {}, [cells]) if isinstance(cells, Fault) else _row(number, cells, header, limits)
            if row:
                yield row


def _records(file: Any, delimiter: str) -> Iterator[tuple[int, list[str] | Fault]]:
    """Yield each record with its number. After a broken one reading goes on at the line below its first."""
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number, retries = 0, 0
    while True:
        lines.taken.clear()
        begin = lines.number + 1
        number += 1
        try:
            cells: list[str] | Fault = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = _fault(error, begin)
            if len(lines.taken) > 1 and retries < MOST_RETRIES:
                retries += 1
                lines.keep_first()
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
        yield number, cells


def _fault(error: csv.Error, line: int) -> Fault:
    if "field limit" in str(error):
        return Fault("too_long", "The text that begins in line %(line)s has more than %(limit)s characters. Shorten "
                     "it, or see whether a quotation mark is missing.", line=line, limit=csv.field_size_limit())
    return Fault("bad_quotes", "The quotation marks do not pair up in the text that begins in line %(line)s. "
                 "Write a quotation mark inside a cell twice.", line=line)


def _row(number: int, cells: list[str], header: list[str], limits: Limits) -> Row | None:
    if not any(cell.strip() for cell in cells):
        return None
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(header):
        fault = Fault("cell_count", "The row has %(count)s cells, the header %(columns)s. Is a separator missing, or "
                      "a text with separators not in quotation marks?", count=len(cells), columns=len(header))
        return Row(number, {}, [fault])
    return checked_row(number, dict(zip(header, cells, strict=True)), limits)


def _delimiter(sample: str) -> str:
    """Return the separator that cuts the first rows most evenly, and into most cells."""
    def cut(delimiter: str) -> tuple[float, int]:
        widths = []
        try:
            for cells in csv.reader(sample.splitlines(keepends=True)[:50], delimiter=delimiter):
                if cells:
                    widths.append(len(cells))
        except csv.Error:
            pass
        if not widths or widths[0] < 2:
            return 0.0, 0
        even = sum(width == widths[0] for width in widths) / len(widths)
        return round(even, 1), widths[0]

    best = max(DELIMITERS, key=cut)
    return best if cut(best)[1] else ","
