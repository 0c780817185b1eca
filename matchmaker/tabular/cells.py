"""What every format asks of a cell and of a header."""

import json
import math
import re
from collections import Counter
from typing import Any

from matchmaker.errors import Invalid
from matchmaker.tabular.rows import Fault, Limits, Row

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 20


def checked_row(number: int, cells: dict[str, Any], limits: Limits) -> Row | None:
    """Return the row with the faults of its cells found, or None when every cell is empty."""
    if all(value is None or value == "" for value in cells.values()):
        return None
    if len(cells) > limits.columns:
        return Row(number, {}, [Fault("too_many_columns", "The row has %(count)s fields; at most %(limit)s are read.",
                                      count=len(cells), limit=limits.columns)])
    faults = [fault for name, value in cells.items() if (fault := _cell_fault(name, value, limits))]
    if not faults and sum(len(value) for value in cells.values() if isinstance(value, str)) > limits.row:
        faults = [Fault("row_too_long", "The row has more than %(limit)s characters. Shorten its longest texts.",
                        limit=limits.row)]
    return Row(number, {} if faults else cells, faults)


def checked_header(names: list[str], limits: Limits) -> list[str]:
    """Return the column names, trimmed, those without a name numbered; raise `Invalid` when they cannot serve."""
    names = [" ".join(name.replace("\ufeff", "").split()) for name in names]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise Invalid("The first row is empty: put the column names there.")
    if len(names) > limits.columns:
        raise Invalid("The file has %(count)s columns; at most %(limit)s are read. Remove the others.",
                      count=len(names), limit=limits.columns)
    if any(UNSTORABLE.search(name) for name in names):
        raise Invalid("A column name holds characters that no text can hold (NUL). Save the file anew as UTF-8.")
    if any(len(name) > 500 for name in names):
        raise Invalid("A column name is longer than 500 characters. Does the first row hold the column names?")
    doubled = sorted(name for name, count in Counter(filter(None, names)).items() if count > 1)
    if doubled:
        raise Invalid("Several columns are named %(names)s. Give each column a name of its own.",
                      names=", ".join(doubled[:5]))
    return [name or f"(column {place})" for place, name in enumerate(names, 1)]


def _cell_fault(name: str, value: Any, limits: Limits) -> Fault | None:
    text, is_storable = value if isinstance(value, str) else _flat(value), not UNSTORABLE.search(name)
    name = name if is_storable else UNSTORABLE.sub("\ufffd", name)
    if text is None:
        return Fault("too_deep", "The value is nested too deeply or holds a number that is none.", column=name)
    if len(text) > limits.cell:
        return Fault("too_long", "The text has %(count)s characters; at most %(limit)s are taken. Shorten it.",
                     column=name, count=len(text), limit=limits.cell)
    if UNSTORABLE.search(text) or not is_storable:
        return Fault("unstorable", "The text holds a NUL character or half of a character. Type it anew.", column=name)
    return None


def _flat(value: Any) -> str | None:
    """Return what a value says as text, to be measured, or None when it is too deep or no number."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict | list):
        return None if _depth(value) > DEEPEST else json.dumps(value, ensure_ascii=False)
    return str(value) if value is not None and not _is_huge(value) else ("" if value is None else None)


def _is_huge(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        if depth > DEEPEST or _is_huge(inner) or (isinstance(inner, float) and not math.isfinite(inner)):
            return DEEPEST + 1
        deepest = max(deepest, depth)
        if isinstance(inner, dict):
            waiting += [(below, depth + 1) for below in inner.values()]
        elif isinstance(inner, list):
            waiting += [(below, depth + 1) for below in inner]
    return deepest
