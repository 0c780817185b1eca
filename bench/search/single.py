"""One need at a time: the 10 and the 50 best, a fifth of the catalogue filtered out, and each list checked.

All take turns, in an order drawn anew for each need, so that all feel alike what else the machine does. Figures are
microseconds of this thread's processor time, but for PostgreSQL, which works in a process of its own.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bench.search import peers
from bench.search.catalogue import Synthetic, weigh
from matchmaker.ranking.postings import Postings

BASE = "bm25s-numba"
LENGTHS = (15, 60, 120)
BUDGET = 3.0
"""Seconds that a slow peer gets for a row; it then sits out."""


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield a row for each number of words in a need and of texts wanted."""
    catalogue = Synthetic.draw(n)
    weights = weigh(catalogue.counts())
    built, keep = Postings.of(weights), np.random.default_rng(5).random(n) >= 0.2
    ones = {length: np.ones(length) for length in LENGTHS}
    searches: dict[str, peers.Search] = {
        "ours": lambda need, k: built.search(need, ones[len(need)], k),
        "ours, filtered": lambda need, k: built.search(need, ones[len(need)], k, keep),
        **dict(peers.of_weights(weights, keep)), **dict(peers.of_texts(catalogue)),
    }
    for length in LENGTHS:
        needs = catalogue.needs(20 if quick else 200, length)
        wrong = sum(not is_exact(built, weights, need, 50, keep) for need in needs)
        for k in (10, 50):
            took = take_turns(searches, needs, k)
            base = took[BASE][0] if BASE in took else took["ours"][0]
            yield {"offerings": n, "words": length, "top": k, "checked": len(needs), "wrong": wrong, "peers": {
                name: {"median_us": round(median), "p99_us": round(p99), "ratio": round(median / base, 3)}
                for name, (median, p99) in took.items()}}


def is_exact(built: Postings, weights: csr_matrix, need: np.ndarray, k: int, keep: np.ndarray) -> bool:
    """Return whether a list is that of a full scan in float64: the same texts, in that order, and scores."""
    wanted = np.zeros(weights.shape[1])
    wanted[need] = 1
    scores = np.where(keep, weights @ wanted, 0)
    found = built.search(need, np.ones(len(need)), k, keep)
    order = np.lexsort((np.arange(len(scores)), -scores))[:k]
    order = order[scores[order] > 0]
    return np.array_equal(found.texts, order) and np.array_equal(found.scores, scores[order])


def take_turns(searches: dict[str, peers.Search], needs: list[np.ndarray], k: int) -> dict[str, tuple[float, float]]:
    """Return the median and the 99th percentile of microseconds that each takes."""
    draw = random.Random(k)
    took: dict[str, list[float]] = {name: [] for name in searches}
    for search in searches.values():
        search(needs[0], k)
    for need in needs:
        for name in draw.sample([*searches], len(searches)):
            if sum(took[name]) > BUDGET * 1e6:
                continue
            clock = time.perf_counter if "elapsed" in name else time.thread_time
            started = clock()
            searches[name](need, k)
            took[name].append((clock() - started) * 1e6)
    return {name: (float(np.median(each)), float(np.percentile(each, 99))) for name, each in took.items()}
