"""Rows of large sparse matrices, without what SciPy adds to each."""

import numpy as np
from scipy.sparse import csr_matrix, vstack


def appended(matrix: csr_matrix | None, rows: csr_matrix) -> csr_matrix:
    """Return a matrix with further rows, which may have further columns."""
    if matrix is None:
        return rows
    widened = csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], rows.shape[1]))
    return vstack([widened, rows], format="csr")


def row(matrix: csr_matrix, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and weights of one row; slicing it by SciPy would take ten times as long."""
    start, end = matrix.indptr[place:place + 2]
    return matrix.indices[start:end], matrix.data[start:end]


def greatest(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k greatest scores above 0, in no particular order."""
    found = np.flatnonzero(scores > 0)
    if len(found) > k:
        found = found[np.argpartition(-scores[found], k - 1)[:k]]
    return found
