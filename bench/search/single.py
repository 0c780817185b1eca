"""One need at a time: the 10 and the 50 best, a fifth of the catalogue filtered out, and the lists of 50 checked.

All take turns of some needs each, in an order drawn anew for each turn: so all feel alike what else the machine does,
and each finds in the processor's caches what itself left there, as in a service that does nothing else. (In turns of
one need, each would find what a full scan left there.) Figures are microseconds of this thread's processor time, but
for PostgreSQL, which works in a process of its own.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.search import peers
from bench.search.catalogue import Synthetic, weigh
from bench.search.exact import full_scan, is_same
from matchmaker.ranking.postings import Postings

BASE = "bm25s-numba"
LENGTHS = (15, 60, 120)
TURN = 10
"""Needs in a turn."""
LARGEST = 200_000
"""For more offerings, those that read texts and weigh by themselves would take an hour to be filled."""
BUDGET = 3.0
"""Seconds that a slow peer gets for a row; it then sits out."""


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield a row for each number of words in a need and of texts wanted."""
    catalogue = Synthetic.draw(n)
    weights = weigh(catalogue.counts())
    built, keep = Postings.of(weights), np.random.default_rng(5).random(n) >= 0.2
    by_term = weights.T.tocsr().astype(np.float64)
    ones = {length: np.ones(length) for length in LENGTHS}
    searches: dict[str, peers.Search] = {
        "ours": lambda need, k: built.search(need, ones[len(need)], k),
        "ours, filtered": lambda need, k: built.search(need, ones[len(need)], k, keep),
        **dict(peers.of_weights(weights, keep)), **(dict(peers.of_texts(catalogue)) if n <= LARGEST else {}),
    }
    for length in LENGTHS:
        needs = catalogue.needs(20 if quick else 200, length)
        wrong = sum(not is_same(built.search(need, ones[length], 50, keep),
                                full_scan(by_term, need, ones[length], 50, keep)) for need in needs)
        for k in (10, 50):
            took = take_turns(searches, needs, k)
            base = took[BASE][0] if BASE in took else took["ours"][0]
            yield {"offerings": n, "words": length, "top": k, "checked": len(needs), "wrong": wrong, "peers": {
                name: {"median_us": round(median), "p99_us": round(p99), "ratio": round(median / base, 3)}
                for name, (median, p99) in took.items()}}


def take_turns(searches: dict[str, peers.Search], needs: list[np.ndarray], k: int) -> dict[str, tuple[float, float]]:
    """Return the median and the 99th percentile of microseconds that each takes."""
    draw = random.Random(k)
    took: dict[str, list[float]] = {name: [] for name in searches}
    for start in range(0, len(needs), TURN):
        for name in draw.sample([*searches], len(searches)):
            if sum(took[name]) > BUDGET * 1e6:
                continue
            clock = time.perf_counter if "elapsed" in name else time.thread_time
            searches[name](needs[start], k)
            for need in needs[start:start + TURN]:
                started = clock()
                searches[name](need, k)
                took[name].append((clock() - started) * 1e6)
    return {name: (float(np.median(each)), float(np.percentile(each, 99))) for name, each in took.items()}
