"""Read the first filled sheet of an XLSX workbook."""

import datetime as dt
from collections.abc import Generator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from matchmaker.errors import Invalid
from matchmaker.tabular.cells import checked_header, checked_row
from matchmaker.tabular.rows import Head, Limits, Row


def read_workbook(path: Path, limits: Limits) -> Generator[Head | Row]:
    """Yield the head, then each row that is not blank, of the first visible sheet with anything in it."""
    try:
        workbook = CalamineWorkbook.from_path(path)
        sheets = [sheet.name for sheet in workbook.sheets_metadata
                  if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet]
        for name in sheets:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.height:
                yield from _rows(sheet, limits)
                return
    except (CalamineError, OSError) as error:
        raise Invalid("The workbook is damaged or protected. Open it in a spreadsheet program and save it anew.",
                      ) from error
    raise Invalid("No visible sheet of the workbook holds anything.")


def _rows(sheet: Any, limits: Limits) -> Generator[Head | Row]:
    header: list[str] | None = None
    for number, values in enumerate(sheet.iter_rows(), 1):
        if all(value == "" for value in values):
            continue
        if header is None:
            header = checked_header([str(plain(value)) for value in values], limits)
            yield Head(header, max(sheet.height - 1, 1))
            continue
        row = _row(number, [plain(value) for value in values], header, limits)
        if row:
            yield row


def _row(number: int, values: list[Any], header: list[str], limits: Limits) -> Row | None:
    cells = dict(zip(header, values, strict=False))
    beyond = {f"(column {place})": value for place, value in enumerate(values[len(header):], len(header) + 1)
              if value != ""}
    return checked_row(number, cells | beyond, limits)


def plain(value: Any) -> Any:
    """Return a cell's value as text, number or truth value; dates as ISO 8601, whole numbers without a fraction."""
    if isinstance(value, dt.datetime):
        return (value.date() if value.time() == dt.time() else value).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
