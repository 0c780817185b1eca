"""What reading a table gives: rows, the faults in them, and the limits that hold."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Limits:
    """How much a foreign file may cost us. Sizes of texts are in characters."""

    file_bytes: int = 100_000_000
    unpacked_bytes: int = 600_000_000
    """What the parts of a workbook may amount to when unpacked."""
    rows: int = 100_000
    columns: int = 1_000
    cell: int = 200_000
    row: int = 2_000_000
    memory_bytes: int = 1 << 30
    """Address space of the process that parses."""
    cpu_seconds: int = 120
    silence_seconds: float = 45.0
    """How long the parsing process may say nothing before it is stopped."""


class Head(NamedTuple):
    """What is known of a table before its rows: its column names, None in JSON, and about how many rows there are."""

    columns: list[str] | None = None
    expected: int | None = None


class Fault:
    """Why one row cannot be used: a `code` for machines, and a `message` with the `values` that fill it.

    >>> str(Fault("too_long", "Shorten %(name)s.", column="title", name="the title"))
    'Shorten the title.'
    """

    def __init__(self, code: str, message: str, /, *, column: str | None = None, **values: Any) -> None:
        self.code = code
        self.message = message
        self.column = column
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message

    def __repr__(self) -> str:
        return f"Fault({self.code!r}, {str(self)!r}, column={self.column!r})"


@dataclass(frozen=True)
class Row:
    """One row: its number as a person counts it in the file, and its cells by column, or what is wrong with it.

    The number is the sheet's row in a workbook, the record (the header is 1, a cell may hold line breaks) in CSV, as
    spreadsheet programs show it, the line in JSONL and the element, counted from 1, in JSON.
    """

    number: int
    cells: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)


def as_wire(row: Row) -> dict[str, Any]:
    """Return the row as plain data, to cross a process boundary."""
    faults = [[f.code, f.message, f.column, f.values] for f in row.faults]
    return {"row": row.number, "cells": row.cells, "faults": faults}


def from_wire(data: dict[str, Any]) -> Row:
    """Return the row that `as_wire` wrote down."""
    faults = [Fault(code, message, column=column, **values) for code, message, column, values in data["faults"]]
    return Row(data["row"], data["cells"], faults)


def limits_as_wire(limits: Limits) -> dict[str, Any]:
    """Return the limits as plain data."""
    return asdict(limits)
