"""Many needs at once: needs per second of processor time, in the first stage beside its peers and in whole matches.

The peers take turns in this process, one thread each. Whole matches, with all channels, factors and explanations, go
through `matchmaker.services.bulk`, as ``matchmaker match --file`` does it, by one process and by one a core; `wrong`
counts the answers that are not, to the last byte, those of one match after the other.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import orjson

from bench import synthetic
from bench.search.catalogue import Synthetic, weigh
from bench.search.peers import as_rows, make_bm25s
from bench.search.single import LENGTHS
from matchmaker.config import Config
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.postings import Postings
from matchmaker.services import bulk, matching, training

ROUNDS = 5
LARGEST = 10_000
"""So many offerings at most are built for whole matches."""


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield a row for each number of words in a need."""
    catalogue = Synthetic.draw(n)
    weights = weigh(catalogue.counts())
    built, by_term = Postings.of(weights), weights.T.tocsr()
    for length in LENGTHS:
        needs = catalogue.needs(64 if quick else 400, length)
        rows, lists = as_rows(needs, weights.shape[1]), [need.tolist() for need in needs]
        works: dict[str, Callable[[], Any]] = {"ours": lambda rows=rows: built.search_many(rows, 10)}
        works |= _peers(weights, by_term, rows, lists)
        yield {"offerings": n, "words": length, "top": 10, "peers": in_turns(works, len(needs))}

    yield _whole(min(n, LARGEST) // (4 if quick else 1), 40 if quick else 400)


def in_turns(works: Mapping[str, Callable[[], Any]], n_needs: int,
             rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    """Return the needs a second of each, and the ratio to bm25s, or to ours where that is absent; all take turns."""
    rates: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            started = time.process_time()
            work()
            if turn:
                rates[name].append(n_needs / (time.process_time() - started))
    medians = {name: float(np.median(each)) for name, each in rates.items()}
    base = medians.get("bm25s-numba", medians["ours"])
    return {name: {"per_cpu_second": round(rate), "ratio": round(rate / base, 2)} for name, rate in medians.items()}


def _whole(n: int, n_needs: int) -> dict[str, Any]:
    """Return the rates of whole matches, by one process and by one a core."""
    config = Config()
    held = matching.Index(Catalogue.build(list(synthetic.offerings(n)), "v"), matching.load_model(config.models),
                          config.index_folder)
    needs = [{"problem": need["problem"]} for _, need, _ in training.demo_needs(config.data)]
    needs = (needs * (n_needs // len(needs) + 1))[:n_needs]

    def answer(need: dict[str, Any]) -> bytes:
        return orjson.dumps(matching.match(held, need))

    expected = list(map(answer, needs))
    row: dict[str, Any] = {"offerings": n, "whole matches": n_needs, "wrong": 0, "processes": {}}
    for processes in (1, os.cpu_count() or 1):
        clock, elapsed = _processor_seconds(), time.perf_counter()
        found = list(bulk.answers(needs, answer, processes))
        clock, elapsed = _processor_seconds() - clock, time.perf_counter() - elapsed
        row["wrong"] += sum(one != other for one, other in zip(found, expected, strict=True))
        row["processes"][processes] = {"per_cpu_second": round(n_needs / clock), "per_second": round(n_needs / elapsed)}
    return row


def _processor_seconds() -> float:
    """Return the processor time of this process and of those that it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _peers(weights: Any, by_term: Any, rows: Any, lists: list[list[int]]) -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {}
    try:
        held = make_bm25s(weights, "numba")
        found["bm25s-numba"] = lambda: held.retrieve(lists, k=10, show_progress=False, n_threads=1)
    except ImportError:
        pass
    try:
        from sparse_dot_topn import sp_matmul_topn
        found["sparse-dot-topn"] = lambda: sp_matmul_topn(rows, by_term, top_n=10, n_threads=1)
    except ImportError:
        pass
    return found
