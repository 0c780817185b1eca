"""Allot scarce places among needs: a maximum matching of greatest weight under the offerings' capacities.

It is the transportation problem (Hitchcock, 1941). First as many needs as possible get a place, then the sum of their
fits is as great as it can be. Both at once are one assignment problem when every place weighs more than all fits
together; it is solved exactly by successive shortest paths (Jonker and Volgenant, 1987), as SciPy has it for sparse
costs.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

MOST_EDGES = 20_000_000
"""Pairs of a need and a single place that are weighed at most: about 0.5 GB."""

Fits = Sequence[Mapping[str, float]]
"""For each need the fit, from 0 to 1, of every offering that would do for it."""


class TooLargeError(ValueError):
    """There are more pairs of needs and places than memory should hold."""


class Allotment(NamedTuple):
    """Who gets what, and what it costs beside giving each need the offering that fits it best."""

    given: list[str | None]
    """The offering of each need, in the order of the needs; None for those that get none."""
    fit: float
    """The sum of the fits of what was given."""
    best_fit: float
    """The sum of the fits, had each need got the offering that fits it best."""
    wanted: dict[str, int]
    """How many needs each offering fits best."""


def allot(fits: Fits, places: Mapping[str, int]) -> Allotment:
    """Give each need at most one offering that would do for it, and no offering to more needs than it has places.

    Parameters
    ----------
    fits : sequence of mappings, one a need
        The fit of each offering that would do.
    places : mapping
        How many needs an offering has room for; one that is not named has room for all.

    Returns
    -------
    Allotment
        The number of needs that get an offering is the greatest possible, and among all ways to reach it the sum of
        their fits is the greatest. Equal needs are served in their order: draw it by lot to be fair.

    Raises
    ------
    TooLargeError
        When there are more than `MOST_EDGES` pairs of needs and places.

    Examples
    --------
    >>> allot([{"a": 0.9, "b": 0.8}, {"a": 0.7}], {"a": 1, "b": 1}).given
    ['b', 'a']
    """
    bests = [best_of(row) for row in fits]
    wanted: dict[str, int] = {}
    for best in bests:
        if best is not None:
            wanted[best] = wanted.get(best, 0) + 1
    given = _matched(fits, places)
    return Allotment(given, sum(row[name] for row, name in zip(fits, given, strict=True) if name is not None),
                     sum(row[best] for row, best in zip(fits, bests, strict=True) if best is not None), wanted)


def best_of(row: Mapping[str, float]) -> str | None:
    """Return the offering that fits a need best, the first named among equals; None when none would do."""
    return max(row, key=row.__getitem__, default=None)


def _matched(fits: Fits, places: Mapping[str, int]) -> list[str | None]:
    """Solve it as an assignment: columns are the places of scarce offerings, and one of its own for each need.

    A need's own column stands for the best offering that has room for all, or for none: nobody else competes for it.
    """
    if not fits:
        return []
    scarce = _scarce(fits, places)
    first = dict(zip(scarce, np.cumsum([0, *scarce.values()]).tolist(), strict=False))
    held = sum(scarce.values())
    a_place = len(fits) + 1.0
    own = [best_of({name: fit for name, fit in row.items() if name not in scarce and places.get(name, 1) > 0})
           for row in fits]
    edges = [(need, first[name], scarce[name], a_place + fit) for need, row in enumerate(fits)
             for name, fit in row.items() if scarce.get(name)]
    edges += [(need, held + need, 1, a_place + fits[need][name] if name is not None else 0.0)
              for need, name in enumerate(own)]
    columns = _solved(edges, (len(fits), held + len(fits)))
    names = [name for name, count in scarce.items() for _place in range(count)]
    return [names[column] if column < held else own[need] for need, column in enumerate(columns)]


def _scarce(fits: Fits, places: Mapping[str, int]) -> dict[str, int]:
    """Return the offerings that would do for more needs than they have places, with these; not those without any."""
    counts: dict[str, int] = {}
    for row in fits:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    return {name: places[name] for name, count in counts.items() if 0 < places.get(name, count) < count}


def _solved(edges: Sequence[tuple[int, int, int, float]], shape: tuple[int, int]) -> list[int]:
    """Return the column of each row in the matching of greatest weight that leaves no row out.

    An edge is row, first column, how many columns from there on, and weight.
    """
    rows, starts, spans, weights = (np.array(part) for part in zip(*edges, strict=True))
    total = int(spans.sum())
    if total > MOST_EDGES:
        raise TooLargeError
    steps = np.arange(total) - np.repeat(np.cumsum(spans) - spans, spans)
    # An edge that costs nothing would count as none, so that all are moved by one; a place costs less than -1.
    costs = 1.0 - np.repeat(weights, spans)
    at = (np.repeat(rows, spans), np.repeat(starts, spans) + steps)
    found = min_weight_full_bipartite_matching(sparse.csr_array((costs, at), shape=shape))
    return [int(column) for column in found[1]]
