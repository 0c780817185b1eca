"""Columns: what rules and factors look at, tabulated so that each distinct value is judged once."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

ASKED_LAST = 16
"""What was found for so many different askers at most is kept."""


@dataclass(frozen=True, eq=False)
class Column:
    """One value of each offering: the distinct values, and which of them each offering has."""

    values: list[Any]
    codes: np.ndarray
    """Shape (n_offerings,), int32: the place of each offering's value in `values`."""
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

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

    def grown(self, built: "Column", values: Iterable[Any], places: np.ndarray) -> "Column":
        """Return a column of what was built and of later offerings.

        Parameters
        ----------
        built : Column
            What this one has grown from: it begins with its values and offerings.
        values : iterable
            The values of further offerings.
        places : ndarray of int
            Which later offerings are in it, in this order; those of this column are counted first, then the further.
        """
        n_values, n_built = len(built.values), len(built.codes)
        known = {orjson.dumps(value): n_values + place for place, value in enumerate(self.values[n_values:])}
        more = [known.setdefault(orjson.dumps(value), n_values + len(known)) for value in values]
        later = np.concatenate([self.codes[n_built:], np.array(more, np.int32)])[places]
        used, codes = np.unique(later, return_inverse=True)
        packed = [*known]
        kept = Column.restore([orjson.loads(packed[place - n_values]) for place in used.tolist()], codes)
        return Column(built.values + kept.values,
                      np.concatenate([built.codes, (kept.codes + n_values).astype(np.int32)]))

    def kept(self, asked: Hashable, find: Callable[[], Any]) -> Any:
        """Return what `find` returned when the same was `asked` of the values lately, or does now.

        >>> column = Column.of(["a", "b"])
        >>> column.kept("x", list).append(1), column.kept("x", list), column.kept("y", list)
        (None, [1], [])
        """
        found = self._kept.get(asked)
        if found is None:
            if len(self._kept) >= ASKED_LAST:
                self._kept.clear()
            found = self._kept[asked] = find()
        return found

    @classmethod
    def restore(cls, values: Iterable[Any], codes: np.ndarray) -> "Column":
        """Return a column from its kept parts; lists become tuples again, which JSON does not keep apart."""
        return cls([_frozen(value) for value in values], codes)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
