"""Read needs from a spreadsheet or JSON file, as people have them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from matchmaker import tabular
from matchmaker.errors import Invalid

KEYS = ("external_id", "id", "reference")
WORDS = ("objective", "description", "summary", "text", "需求", "问题", "描述")
"""Columns that hold the problem where there is none of that name, joined in this order."""
_PLACE = re.compile(r"\{([^{}]+)\}")
FIRM = "organisation_"
"""What the columns of the firm begin with."""


class NeedRow(NamedTuple):
    """One row: its number in the file, the sender's own reference, the need's flat fields, or what is wrong."""

    number: int
    key: str | None
    fields: dict[str, Any]
    faults: list[str]


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a mapping file for needs; raise `Invalid` when it is none."""
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Invalid("The mapping file is not valid TOML: %(detail)s", detail=str(error)) from error
    columns = mapping.get("columns", {})
    if not isinstance(columns, dict) or not all(isinstance(source, str) for source in columns.values()):
        raise Invalid('Write each column of the mapping file as a name or a text with names: problem = "{Column}"')
    if not isinstance(mapping.get("constants", {}), dict):
        raise Invalid("Write the constants of the mapping file under [constants].")
    return mapping


def read(path: Path, fields: frozenset[str], mapping: Mapping[str, Any] | None = None) -> Iterator[NeedRow]:
    """Yield the needs in `path`, each with those of its columns that are among `fields` (or the firm's).

    A file without a column ``problem`` may have the problem in ``objective`` and ``description``, or at least a title.
    `mapping` says otherwise: ``{"columns": {"problem": "{Title}. {Text}"}, "constants": {"currency": "EUR"}}``.
    Raise `Invalid` when the file cannot be read, or no column can hold the problem.
    """
    templates: Mapping[str, str] = (mapping or {}).get("columns", {})
    constants: Mapping[str, Any] = (mapping or {}).get("constants", {})
    with tabular.open_table(path) as table:
        if table.columns is not None and not templates:
            _check(table.columns, path)
        for row in table:
            cells = {name.strip(): cell for name, cell in row.cells.items()}
            cells |= {name: _filled(template, cells) for name, template in templates.items()}
            cells |= constants
            key = next((str(cells[name]) for name in KEYS if cells.get(name)), None)
            yield NeedRow(row.number, key, as_need(cells, fields), [str(fault) for fault in row.faults])


def as_need(cells: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    """Return those cells of a row that are among `fields` or the firm's, with the problem wherever it stands."""
    known = {name: cell for name, cell in cells.items() if name in fields or name.startswith(FIRM)}
    if isinstance(known.get("organisation"), str):
        known.setdefault(f"{FIRM}name", known.pop("organisation"))
    written = "\n".join(str(cells[name]) for name in WORDS if cells.get(name))
    return known | {"problem": cells.get("problem") or written or cells.get("title")}


def _filled(template: str, cells: Mapping[str, Any]) -> Any:
    """Return the cell that is named, or the text with each ``{Column}`` filled in, empty where there is none."""
    if "{" not in template:
        return cells.get(template)
    return _PLACE.sub(lambda place: str("" if cells.get(place[1]) is None else cells[place[1]]), template).strip()


def _check(columns: list[str], path: Path) -> None:
    if not {"problem", "title", *WORDS} & {name.strip() for name in columns}:
        raise Invalid(
            "%(file)s has no column for the problem. Name one of its columns (%(columns)s) problem, or give a mapping "
            'file with: [columns] problem = "{Column}"', file=path.name, columns=", ".join(columns[:10]))
