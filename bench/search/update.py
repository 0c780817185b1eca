"""A thousand texts more, beside what there is: milliseconds of processor time until they are found."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench import synthetic
from matchmaker.ranking.catalogue import Catalogue

CHANGED = 1_000
ROUNDS = 5


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield one row: the product's catalogue, with all its channels, changed as a process takes it in."""
    catalogue = Catalogue.build(list(synthetic.offerings(min(n, 10_000))), "v")
    changed = list(synthetic.offerings(100 if quick else CHANGED, seed=2))
    took = []
    for _ in range(ROUNDS):
        started = time.process_time()
        now = catalogue.changed([offering["id"] for offering in changed], changed, "v+1")
        now.ranker.search(now.ranker.query("vibration"))
        took.append((time.process_time() - started) * 1000)
    yield {"offerings": len(catalogue), "changed": len(changed),
           "visible_after_cpu_ms": round(float(np.median(took)), 1)}
