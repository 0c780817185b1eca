"""What a long need is about: its heaviest terms."""

import numpy as np
from scipy.sparse import csr_matrix


def keep_heaviest(counts: csr_matrix, weights: np.ndarray, most: int) -> csr_matrix:
    """Return `counts` with only the `most` heaviest terms of each row; rows of no more terms stay as they are.

    `weights`, shape (n_stored,), says what each stored count weighs; equal ones go by column.
    """
    lengths = np.diff(counts.indptr)
    if not (lengths > most).any():
        return counts
    kept = [np.sort(start + np.lexsort((counts.indices[start:end], -weights[start:end]))[:most])
            for start, end in zip(counts.indptr, counts.indptr[1:], strict=False)]
    places = np.concatenate(kept)
    indptr = np.cumsum([0, *map(len, kept)], dtype=np.int32)
    return csr_matrix((counts.data[places], counts.indices[places], indptr), shape=counts.shape)
