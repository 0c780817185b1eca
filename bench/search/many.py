"""One bulk job: 100,000 needs of 60 words through the first stage over a catalogue of any size, in one thread.

A process of its own draws the catalogue and keeps its index on disk, so that what this one takes is what the job takes:
the mapped index, the needs and the answers. Some of the lists are compared with a full scan in float64, and `wrong`
counts those that differ. After that, as it shall take none of the memory, bm25s takes turns with us on some needs.
"""

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bench.search.bulk import in_turns
from bench.search.catalogue import Synthetic, weigh
from bench.search.peers import as_rows, make_bm25s
from matchmaker.ranking.postings import Postings, plain, warm

NEEDS, WORDS, TOP = 100_000, 60, 10
AT_ONCE = 2000
CHECKED = 10
COMPARED, ROUNDS = 1000, 3
PARTS = ("data", "indices", "indptr")


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield one row."""
    n_needs = 640 if quick else NEEDS
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        building = multiprocessing.get_context("spawn").Process(target=_build, args=(folder, n, n_needs))
        building.start()
        building.join()
        if building.exitcode:
            raise RuntimeError("the catalogue could not be built")
        warm()
        before = _peak_mb()
        held, needs = _mapped(folder)
        clock, wrong, n_found = time.process_time(), 0, 0
        for start in range(0, n_needs, AT_ONCE):
            found = held.search_many(needs[start:start + AT_ONCE], TOP)
            n_found += sum(len(one.texts) for one in found)
            if start == 0:
                first = found[:CHECKED]
        clock, peak = time.process_time() - clock, _peak_mb()
        for place, one in enumerate(first):
            own = needs[place]
            exact = plain.exact(held.forward, np.arange(n), own.indices, own.data.astype(np.float64))
            best = np.lexsort((np.arange(n), -exact))[:TOP]
            wrong += one.texts.tolist() != best.tolist() or one.scores.tolist() != exact[best].tolist()
        yield {"offerings": n, "needs": n_needs, "words": WORDS, "top": TOP, "found": n_found,
               "cpu_s": round(clock, 1), "per_cpu_second": round(n_needs / clock), "peak_mb": round(peak),
               "before_mb": round(before), "checked": len(first), "wrong": wrong,
               "peers": _beside(held, needs[:64 if quick else COMPARED])}


def _build(folder: Path, n: int, n_needs: int) -> None:
    catalogue = Synthetic.draw(n)
    weights = weigh(catalogue.counts())
    held = Postings.of(weights)
    rows = as_rows(catalogue.needs(n_needs, WORDS), weights.shape[1])
    for name, matrix in (("forward", held.forward), ("needs", rows)):
        for part in PARTS:
            np.save(folder / f"{name}_{part}.npy", getattr(matrix, part))
    for name, array in (("packed", held.data), ("fragments", held.fragments),
                        ("numbers", np.array([held.step, weights.shape[1]]))):
        np.save(folder / f"{name}.npy", array)


def _mapped(folder: Path) -> tuple[Postings, csr_matrix]:
    """Return the index and the needs, mapped as the product maps its own."""
    arrays = {path.stem: np.load(path, mmap_mode="c").view(np.ndarray) for path in folder.glob("*.npy")}
    step, n_words = arrays["numbers"].tolist()
    forward, needs = (
        csr_matrix(tuple(arrays[f"{name}_{part}"] for part in PARTS),
                   shape=(len(arrays[f"{name}_indptr"]) - 1, int(n_words))) for name in ("forward", "needs"))
    return Postings(forward, arrays["packed"], arrays["fragments"], step), needs


def _beside(held: Postings, needs: csr_matrix) -> dict[str, Any]:
    """Return the rates of both on the same needs, taking turns; nothing where bm25s is not installed."""
    try:
        peer = make_bm25s(held.forward, "numba")
    except ImportError:
        return {}
    lists = [needs.indices[start:end].tolist() for start, end in zip(needs.indptr, needs.indptr[1:], strict=False)]
    return in_turns({"ours": lambda: held.search_many(needs, TOP),
                     "bm25s-numba": lambda: peer.retrieve(lists, k=TOP, show_progress=False, n_threads=1)},
                    needs.shape[0], ROUNDS)


def _peak_mb() -> float:
    """Return the most memory that this process ever held, mapped pages among it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
