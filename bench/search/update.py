"""A thousand offerings more, beside what there is: milliseconds of processor time until they are found.

Nearly all of that goes to analysing their texts. What the index needs is measured by itself: to join their weights, in
each channel, to as many that came before, to bring all into one order, and a first search.
"""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench import synthetic
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.rows import appended

CHANGED = 1_000
ROUNDS = 5


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield one row: the product's catalogue, with all its channels, changed as a process takes it in."""
    catalogue = Catalogue.build(list(synthetic.offerings(min(n, 10_000))), "v")
    changed = list(synthetic.offerings(100 if quick else CHANGED, seed=2))
    took, took_index = [], []
    for _ in range(ROUNDS):
        started = time.process_time()
        now = catalogue.changed([offering["id"] for offering in changed], changed, "v+1")
        now.ranker.search(now.ranker.query("vibration"))
        took.append((time.process_time() - started) * 1000)
        took_index.append(_join(now))
    yield {"offerings": len(catalogue), "changed": len(changed),
           "visible_after_cpu_ms": round(float(np.median(took)), 1),
           "of_which_index_cpu_ms": round(float(np.median(took_index)), 1)}


def _join(catalogue: Catalogue) -> float:
    """Return what it takes to take weights in that are reckoned already."""
    ranker = catalogue.ranker
    query = ranker.query("vibration")
    order = np.random.default_rng(1).permutation(2 * next(iter(ranker.added_.values())).shape[0])
    started = time.process_time()
    for weights in ranker.added_.values():
        appended(weights, weights)[order]
    ranker.search(query)
    return (time.process_time() - started) * 1000
