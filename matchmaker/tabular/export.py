"""Write tables that other people open: no cell of them is ever taken for a formula (CWE-1236)."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from matchmaker.errors import Invalid

LONGEST_CELL = 32_767
"""Characters that a cell of a workbook holds."""
LONGEST_SHEET = 1_048_576
PIECE = 1 << 16
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
    with path.open("wb") as file:
        file.writelines(as_csv(header, rows))


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the pieces of such a file.

    >>> b"".join(as_csv(["a"], [["=1"], ["ä"]])).decode("utf-8-sig")
    "a\\r\\n'=1\\r\\nä\\r\\n"
    """
    yield b"\xef\xbb\xbf"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([defused(name) for name in header])
    for row in rows:
        writer.writerow([defused(cell) for cell in row])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the bytes of a workbook with one sheet: texts stay texts, formulas are defused as in CSV files."""
    file = io.BytesIO()
    _write_xlsx(file, header, rows, in_memory=True)
    return file.getvalue()


def xlsx_pieces(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the pieces of such a workbook, which is written to disk row by row and may be large.

    Raise `Invalid` when there are more rows than a sheet holds.
    """
    with tempfile.TemporaryFile() as file:
        _write_xlsx(file, header, rows, constant_memory=True)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write_xlsx(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]], **memory: bool) -> None:
    options = {**memory, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for place, row in enumerate(chain([header], rows)):
            if place == LONGEST_SHEET:
                raise Invalid("This is more than the sheet of a workbook holds. Take it as CSV.")
            for column, cell in enumerate(row):
                value = defused(cell)
                if isinstance(value, str):
                    sheet.write_string(place, column, value[:LONGEST_CELL], bold if place == 0 else None)
                elif value is not None:
                    sheet.write_number(place, column, value)
