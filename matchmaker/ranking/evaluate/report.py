"""Measure a ranking on judged collections, beside others."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from matchmaker.ranking.evaluate.collections import Collection, read_collections
from matchmaker.ranking.evaluate.exploration import cost_of_exploration
from matchmaker.ranking.evaluate.rankers import OURS, Ranker, find_maker
from matchmaker.ranking.evaluate.runs import measure_each, run_ranker, summarise
from matchmaker.ranking.evaluate.significance import bootstrap_interval, compare

JUDGED_BY = "ndcg@10"
"""The measure by which two rankings are compared."""

Figures = dict[str, Any]
"""Means by measure, ``intervals`` by measure, milliseconds; of a peer also the comparison with it. JSON as it is."""


class Measured(NamedTuple):
    """One ranker on one collection: each need's measures, shape (n_needs,), and what is said of them."""

    each: Mapping[str, np.ndarray]
    figures: Figures


Step = Callable[[str, str], None]


def evaluate(folders: Sequence[Path], ranker: str = OURS, against: Sequence[str] = (),
             on_step: Step = lambda collection, ranker: None, exploration: int | None = None) -> dict[str, Figures]:
    """Measure a ranker, and its peers beside it, on collections.

    Parameters
    ----------
    folders : sequence of Path
        Collections in BEIR layout.
    ranker : str
        Name of the ranker to measure, out of `RANKERS`.
    against : sequence of str
        Names of the rankers to compare it with.
    on_step : callable
        Told before each run the names of the collection and the ranker.
    exploration : int, optional
        Also measure of the ranker what it costs to keep this place for what is shown too little.

    Returns
    -------
    dict
        By the collection's name: the ranker's figures, the number of ``needs`` and ``texts``, and ``against``: each
        peer's figures, with ``difference`` (ours - theirs in nDCG@10), ``difference_interval``, ``relative_gain``,
        ``p_t`` and ``p_permutation``.

    Raises
    ------
    Invalid, Unavailable
        Before anything is measured: no such ranker, a package missing, a folder that is no collection.
    """
    makers = {name: find_maker(name) for name in (ranker, *against)}
    found = {}
    for collection in read_collections(folders):
        measured = {}
        for name, make in makers.items():
            on_step(collection.name, name)
            measured[name] = measure_ranker(collection, make, exploration if name == ranker else None)
        found[collection.name] = _report(collection, ranker, measured)
    return found


def measure_ranker(collection: Collection, make: Callable[[], Ranker], exploration: int | None = None) -> Measured:
    """Run a ranker on a collection and measure it, and what exploration costs where a place for it is given."""
    run = run_ranker(collection, make)
    each = measure_each(collection, run)
    intervals = {name: _rounded(bootstrap_interval(values)) for name, values in each.items()}
    cost = {"exploration": cost_of_exploration(collection, run, exploration)} if exploration else {}
    return Measured(each, summarise(each, run) | {"intervals": intervals} | cost)


def _report(collection: Collection, ranker: str, measured: Mapping[str, Measured]) -> Figures:
    ours = measured[ranker]
    peers = {name: theirs.figures | _compared(ours, theirs) for name, theirs in measured.items() if name != ranker}
    sizes = {"ranker": ranker, "needs": len(collection.queries), "texts": len(collection.corpus)}
    return ours.figures | sizes | {"against": peers}


def _compared(ours: Measured, theirs: Measured) -> Figures:
    found = compare(ours.each[JUDGED_BY], theirs.each[JUDGED_BY])
    reached = float(theirs.each[JUDGED_BY].mean())
    return {
        "difference": round(found.difference, 4),
        "difference_interval": _rounded(found.interval),
        "relative_gain": round(found.difference / reached, 4) if reached else None,
        "p_t": found.p_t,
        "p_permutation": found.p_permutation,
    }


def _rounded(interval: tuple[float, float]) -> list[float]:
    return [round(bound, 4) for bound in interval]
