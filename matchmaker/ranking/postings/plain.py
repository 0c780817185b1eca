"""The search over postings by NumPy alone: one array operation a term. It says what the compiled one has to find."""

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.ranking.postings.layout import BLOCK, LIFT, MARGIN, WEIGHT_BIT

AT_ONCE = 8192
"""So many texts are given their exact scores at once, which bounds memory."""


def search(packed: np.ndarray, fragments: np.ndarray, step: float, forward: csr_matrix, terms: np.ndarray,
           weights: np.ndarray, k: int, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the k best texts, int64, and their scores, float64; parameters as in `Postings.search`."""
    bounds = np.zeros(len(keep))
    first = np.arange(fragments.shape[1] - 1) * BLOCK
    for term, weight in zip(terms.tolist(), weights.tolist(), strict=True):
        ends = fragments[term]
        postings = packed[ends[0]:ends[-1]]
        texts = (postings % BLOCK) + np.repeat(first, np.diff(ends))
        bounds[texts] += weight * step * ((postings >> WEIGHT_BIT) - LIFT)
    found = np.flatnonzero((bounds > 0) & keep.view(bool))
    if 0 < k < len(found):
        foremost = found[np.argpartition(-bounds[found], k - 1)[:k]]
        least = exact(forward, foremost, terms, weights).min()
        found = found[bounds[found] * MARGIN >= least]
    scores = exact(forward, found, terms, weights)
    order = np.lexsort((found, -scores))[:k]
    return found[order], scores[order]


def exact(forward: csr_matrix, texts: np.ndarray, terms: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the scores of chosen texts, shape (len(texts),), float64: added up in the order of the terms."""
    wanted = np.zeros(forward.shape[1])
    wanted[terms] = weights
    scores = np.zeros(len(texts))
    for start in range(0, len(texts), AT_ONCE):
        rows = forward[texts[start:start + AT_ONCE]]
        owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        scores[start:start + AT_ONCE] = np.bincount(owners, wanted[rows.indices] * rows.data, rows.shape[0])
    return scores
