"""A vocabulary in three arrays, which processes can share; a dict of as many terms would be each one's own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from matchmaker.ranking.text.text import hash_term

EMPTY = -1
ROOM = 2
"""So many slots for each term at least: then two looks find it."""


class Names(Sequence[str]):
    """The terms of a vocabulary by their places; see `Terms` for the arrays."""

    def __init__(self, block: np.ndarray, ends: np.ndarray) -> None:
        self._block, self._ends = block.data, ends.data

    def packed(self, place: int) -> memoryview:
        """Return a term in UTF-8."""
        return self._block[self._ends[place]:self._ends[place + 1]]

    def __getitem__(self, place: Any) -> Any:
        if not 0 <= place < len(self):
            raise IndexError(place)
        return str(self.packed(place), "utf-8")

    def __len__(self) -> int:
        return len(self._ends) - 1


class Terms(Mapping[str, int]):
    """Terms and their places, by open addressing with linear probing (Knuth 1998, 6.4, algorithm L).

    Parameters
    ----------
    block : ndarray of uint8
        The terms in UTF-8, one after the other, in the order of their places.
    ends : ndarray of shape (n_terms + 1,), int64
        Where each ends in it; the first is 0.
    slots : ndarray of int32
        At the hash of a term, or the next free slot after it, its place; `EMPTY` where there is none. The length is a
        power of two.

    Examples
    --------
    >>> terms = Terms.of(["vibrat", "振动"])
    >>> terms["振动"], terms.get("salt"), terms.names[0]
    (1, None, 'vibrat')
    """

    def __init__(self, block: np.ndarray, ends: np.ndarray, slots: np.ndarray) -> None:
        self.arrays = {"block": block, "ends": ends, "slots": slots}
        self.names = Names(block, ends)
        # A view gives single numbers ten times as fast as an array.
        self._slots = slots.data

    @classmethod
    def of(cls, terms: Sequence[str]) -> "Terms":
        """Pack terms, each at the place that it has in the sequence; none may come twice."""
        packed = [term.encode() for term in terms]
        n_slots = 1 << max(ROOM * len(terms) - 1, 1).bit_length()
        slots = [EMPTY] * n_slots
        for place, term in enumerate(terms):
            slot = hash_term(term) & (n_slots - 1)
            while slots[slot] != EMPTY:
                slot = (slot + 1) & (n_slots - 1)
            slots[slot] = place
        ends = np.cumsum([0, *map(len, packed)], dtype=np.int64)
        return cls(np.frombuffer(b"".join(packed), np.uint8), ends, np.array(slots, np.int32))

    def __getitem__(self, term: str) -> int:
        packed, last = term.encode(), len(self._slots) - 1
        slot = hash_term(term) & last
        while (place := self._slots[slot]) != EMPTY:
            if self.names.packed(place) == packed:
                return int(place)
            slot = (slot + 1) & last
        raise KeyError(term)

    def get(self, term: str, default: int | None = None) -> int | None:  # type: ignore[override]
        """Return the place of a term, or `default`."""
        try:
            return self[term]
        except KeyError:
            return default

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)
