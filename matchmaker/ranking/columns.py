"""Columns: what rules and factors look at, tabulated so that each distinct value is judged once."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import orjson


class Column(NamedTuple):
    """One value of each offering: the distinct values, and which of them each offering has."""

    values: list[Any]
    codes: np.ndarray
    """Shape (n_offerings,), int32: the place of each offering's value in `values`."""

    @classmethod
    def of(cls, values: Iterable[Any]) -> "Column":
        """Tabulate the values of all offerings; they are kept as JSON says them.

        >>> column = Column.of([("a", 1), None, ["a", 1]])
        >>> column.values, column.codes.tolist()
        ([('a', 1), None], [0, 1, 0])
        """
        places: dict[bytes, int] = {}
        codes = [places.setdefault(orjson.dumps(value), len(places)) for value in values]
        return cls.restore(map(orjson.loads, places), np.asarray(codes, np.int32))

    @classmethod
    def restore(cls, values: Iterable[Any], codes: np.ndarray) -> "Column":
        """Return a column from its kept parts; lists become tuples again, which JSON does not keep apart."""
        return cls([_frozen(value) for value in values], codes)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
