"""How postings are packed, compiled by Numba."""

import numpy as np

from matchmaker.ranking.postings.compiling import compiled
from matchmaker.ranking.postings.layout import BLOCK, BLOCK_BITS, LIFT, STEPS, WEIGHT_BIT

_WEIGHT = np.uint32(WEIGHT_BIT)


@compiled
def pack(indptr, columns, values, n_terms, step):
    """Return `packed` and `fragments` as `layout.pack` does, going over the texts once."""
    n_texts = len(indptr) - 1
    next_place = np.zeros(n_terms + 1, np.int64)
    for column in columns:
        next_place[column + 1] += 1
    next_place = np.cumsum(next_place)
    packed = np.empty(len(columns), np.uint32)
    fragments = np.empty((n_terms, -(-n_texts // BLOCK) + 1), np.uint32)
    for text in range(n_texts):
        if text % BLOCK == 0:
            fragments[:, text >> BLOCK_BITS] = next_place[:n_terms]
        for place in range(indptr[text], indptr[text + 1]):
            column = columns[place]
            weight = np.uint32(min(np.ceil(values[place] / step), STEPS) + LIFT)
            packed[next_place[column]] = weight << _WEIGHT | np.uint32(text % BLOCK)
            next_place[column] += 1
    fragments[:, -1] = next_place[:n_terms]
    return packed, fragments
