"""The layout of postings (pictured in `matchmaker.ranking.postings`) in numbers, and how they are packed by NumPy."""

import numpy as np
from scipy.sparse import csr_matrix

BLOCK_BITS = 14
BLOCK = 1 << BLOCK_BITS
"""Texts in a block: as many 16-bit sums as fill half of a first-level cache."""
WEIGHT_BIT = 16
"""Where the weight begins in a posting; below it is the place."""
COARSE = 256
"""A coarse step, which the upper byte of a weight counts, is so many fine ones."""
STEPS = 255 * COARSE
LIFT = COARSE - 1
"""What a weight is stored with on top, so that its upper byte alone is the weight in coarse steps, rounded up too."""
MARGIN = 1 + 1e-6
"""What bounds are widened by, so that the rounding of floating point never makes one too low."""


def n_blocks(n_texts: int) -> int:
    """Return how many blocks hold `n_texts` texts."""
    return -(-n_texts // BLOCK)


def pack(forward: csr_matrix, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Return `packed`, shape (n_stored,), uint32, and `fragments`, shape (n_terms, n_blocks + 1), uint32."""
    n_texts, n_terms = forward.shape
    by_term = forward.T.tocsr()
    steps = np.minimum(np.ceil(by_term.data / np.float64(step)), STEPS) + LIFT
    packed = steps.astype(np.uint32) << WEIGHT_BIT | (by_term.indices % BLOCK).astype(np.uint32)
    blocks = n_blocks(n_texts)
    run = np.repeat(np.arange(n_terms) * blocks, np.diff(by_term.indptr)) + (by_term.indices >> BLOCK_BITS)
    lengths = np.bincount(run, minlength=n_terms * blocks).reshape(n_terms, blocks)
    fragments = by_term.indptr[:-1, None] + np.cumsum(np.pad(lengths, ((0, 0), (1, 0))), axis=1)
    return packed, fragments.astype(np.uint32)
