"""Lists beside a full scan in float64: the same texts, in that order, with the same scores to the last bit.

2,000 needs up to 100,000 offerings and 200 beyond, a third of 15, 60 and 120 words each, the 50 best, a fifth of the
catalogue filtered out. Half of the needs weigh all words the same, as BM25 does, the others each word otherwise; each
is searched for by itself and together with others. `wrong` counts the needs of which a list differs.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bench.search.catalogue import Synthetic, weigh
from matchmaker.ranking.postings import Found, Postings

TOP = 50
LENGTHS = (15, 60, 120)
LARGEST = 100_000


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield one row."""
    catalogue, draw = Synthetic.draw(n), np.random.default_rng(5)
    weights = weigh(catalogue.counts())
    built, keep = Postings.of(weights), draw.random(n) >= 0.2
    by_term = weights.T.tocsr().astype(np.float64)
    n_needs = 60 if quick else 2_000 if n <= LARGEST else 200
    wrong = 0
    for place, length in enumerate(LENGTHS):
        share = (n_needs + place) // len(LENGTHS)
        words = catalogue.needs(share, length)
        gains = [draw.random(length) + 0.1 if turn % 2 else np.ones(length) for turn in range(share)]
        needs = csr_matrix((np.concatenate(gains), np.concatenate(words), np.arange(share + 1) * length),
                           (share, weights.shape[1]))
        together = built.search_many(needs, TOP, keep)
        for own, gain, among in zip(words, gains, together, strict=True):
            expected = full_scan(by_term, own, gain, TOP, keep)
            wrong += not (is_same(built.search(own, gain, TOP, keep), expected) and is_same(among, expected))
    yield {"offerings": n, "top": TOP, "checked": n_needs, "wrong": wrong}


def full_scan(by_term: csr_matrix, words: np.ndarray, gains: np.ndarray, k: int, keep: np.ndarray) -> Found:
    """Return the k best by adding up, word after word, what each text gets, float64; equal ones by their places."""
    scores = np.zeros(by_term.shape[1])
    for word, gain in zip(words.tolist(), gains.tolist(), strict=True):
        own = slice(*by_term.indptr[word:word + 2])
        scores[by_term.indices[own]] += gain * by_term.data[own]
    scores[~keep] = 0
    # Only what reaches the k-th score is put into order.
    least = max(float(np.partition(scores, -k)[-k]), np.nextafter(0, 1))
    texts = np.flatnonzero(scores >= least)
    best = texts[np.lexsort((texts, -scores[texts]))[:k]]
    return Found(best, scores[best])


def is_same(one: Found, other: Found) -> bool:
    """Return whether two lists have the same texts and scores."""
    return np.array_equal(one.texts, other.texts) and np.array_equal(one.scores, other.scores)
