"""How far a search is from what the processor can do at most: postings per microsecond of processor time.

Two limits are measured in the same turns. `read`: every posting of a need is read where it lies and nothing is done
with it, so no index of 32-bit postings that looks at all of them can be faster. `scatter`: as many postings are added
to 2^14 sums, but always the same 4,096, which like the sums stay in the first cache; so no index can be faster that
adds them up one by one. Nothing is filtered, and the 10 best are sought.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.search.catalogue import Synthetic, weigh
from bench.search.peers import Search, make_bm25s
from bench.search.single import LENGTHS, take_turns
from matchmaker.ranking.postings import Postings
from matchmaker.ranking.postings.compiling import compiled
from matchmaker.ranking.postings.layout import BLOCK, WEIGHT_BIT

CACHED = 4_096
TOP = 10
_PLACE, _COARSE = np.uint32(BLOCK - 1), np.uint32(WEIGHT_BIT + 8)


@compiled
def read(packed, fragments, need):
    """Return the sum of all postings of a need, so that none can be left out."""
    total = np.uint32(0)
    for term in need:
        for place in range(np.uint64(fragments[term, 0]), np.uint64(fragments[term, -1])):
            total += packed[place]
    return total


@compiled
def scatter(postings, fragments, need, sums):
    """Add to the sums as many postings as a need has, the same ones over and over."""
    n = np.int64(0)
    for term in need:
        n += np.int64(fragments[term, -1]) - np.int64(fragments[term, 0])
    while n > 0:
        for place in range(np.uint64(0), np.uint64(min(n, len(postings)))):
            posting = postings[place]
            sums[posting & _PLACE] += np.uint16(posting >> _COARSE)
        n -= len(postings)


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield a row for each number of words in a need."""
    catalogue = Synthetic.draw(n)
    weights = weigh(catalogue.counts())
    built = Postings.of(weights)
    limits = dict(_limits(built))
    for length in LENGTHS:
        needs, ones = catalogue.needs(20 if quick else 200, length), np.ones(length)
        works: dict[str, Search] = {**limits, "ours": lambda need, k, ones=ones: built.search(need, ones, k)}
        with contextlib.suppress(ImportError):
            peer = make_bm25s(weights, "numba")
            works["bm25s-numba"] = lambda need, k, peer=peer: peer.retrieve(
                [need.tolist()], k=k, show_progress=False, n_threads=1)
        held = float(np.median([_n_postings(built, need) for need in needs]))
        took = take_turns(works, needs, TOP)
        yield {"offerings": n, "words": length, "top": TOP, "postings": round(held),
               "postings_a_us": {name: round(held / median) for name, (median, _) in took.items()}}


def _limits(built: Postings) -> Iterator[tuple[str, Search]]:
    draw, sums = np.random.default_rng(3), np.zeros(BLOCK, np.uint16)
    places = np.sort(draw.choice(BLOCK, CACHED, replace=False)).astype(np.uint32)
    cached = draw.integers(1, 80, CACHED).astype(np.uint32) << _COARSE | places
    yield "read", lambda need, _: read(built.data, built.fragments, need)
    yield "scatter", lambda need, _: scatter(cached, built.fragments, need, sums)


def _n_postings(built: Postings, need: np.ndarray) -> int:
    return int(np.subtract(built.fragments[need, -1], built.fragments[need, 0]).sum())
