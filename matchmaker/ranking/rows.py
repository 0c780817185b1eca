"""Rows of large sparse matrices, without what SciPy adds to each."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, vstack


def appended(matrix: csr_matrix | None, rows: csr_matrix) -> csr_matrix:
    """Return a matrix with further rows, which may have further columns."""
    if matrix is None:
        return rows
    widened = csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], rows.shape[1]))
    return vstack([widened, rows], format="csr")


class Row(NamedTuple):
    """The terms of one text or need and what each counts; to make a matrix of it takes longer than to weigh it."""

    indices: np.ndarray
    """The columns, ascending, int32."""
    data: np.ndarray
    """Their counts or weights, float32."""

    @classmethod
    def of(cls, counts: Mapping[int, float]) -> "Row":
        """Return the row that has these counts by column.

        >>> [part.tolist() for part in Row.of({7: 1, 2: 3})]
        [[2, 7], [3.0, 1.0]]
        """
        indices = np.fromiter(counts, np.int32, len(counts))
        order = indices.argsort()
        return cls(indices[order], np.fromiter(counts.values(), np.float32, len(counts))[order])

    def before(self, n_columns: int) -> "Row":
        """Return what stands in the first columns."""
        end = int(self.indices.searchsorted(n_columns))
        return Row(self.indices[:end], self.data[:end])

    def after(self, n_columns: int) -> "Row":
        """Return what stands behind the first columns, which are no longer counted."""
        start = int(self.indices.searchsorted(n_columns))
        return Row(self.indices[start:] - np.int32(n_columns), self.data[start:])

    def heaviest(self, weights: np.ndarray, most: int) -> "Row":
        """Return the `most` terms of which `weights` are the greatest; of equal ones those that come first."""
        if len(self.indices) <= most:
            return self
        kept = np.sort(np.lexsort((self.indices, -weights))[:most])
        return Row(self.indices[kept], self.data[kept])


NOTHING = Row(np.zeros(0, np.int32), np.zeros(0, np.float32))


def stacked(rows: Sequence[Row], n_columns: int) -> csr_matrix:
    """Return the matrix that has these rows, float32.

    >>> stacked([Row.of({1: 2}), NOTHING], 2).toarray().tolist()
    [[0.0, 2.0], [0.0, 0.0]]
    """
    indptr = np.cumsum([0, *(len(own.indices) for own in rows)])
    indices, data = (np.concatenate(parts) for parts in zip(NOTHING, *rows, strict=True))
    return csr_matrix((data, indices, indptr), shape=(len(rows), n_columns))


def row(matrix: csr_matrix, place: int) -> Row:
    """Return one row of a matrix; slicing it by SciPy would take ten times as long."""
    start, end = matrix.indptr[place:place + 2]
    return Row(matrix.indices[start:end], matrix.data[start:end])


def rows_of(matrix: csr_matrix, places: np.ndarray) -> csr_matrix:
    """Return a matrix of chosen rows; SciPy's own way is made for far more of them.

    >>> rows_of(csr_matrix([[1, 0], [2, 3]]), np.array([1, 1])).toarray().tolist()
    [[2, 3], [2, 3]]
    """
    stored = stored_at(matrix.indptr, places)
    lengths = matrix.indptr[places + 1] - matrix.indptr[places]
    indptr = np.zeros(len(places) + 1, matrix.indptr.dtype)
    np.cumsum(lengths, out=indptr[1:])
    return csr_matrix((matrix.data[stored], matrix.indices[stored], indptr), shape=(len(places), matrix.shape[1]))


def stored_at(starts: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return where the numbers of chosen rows are stored, one row after the other.

    >>> stored_at(np.array([0, 2, 5, 6]), np.array([2, 0])).tolist()
    [5, 0, 1]
    """
    return runs(starts[places], starts[places + 1] - starts[places])


def runs(first: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the numbers of runs, one after the other, by the first number and the length of each.

    >>> runs(np.array([5, 0]), np.array([1, 2])).tolist()
    [5, 0, 1]
    """
    return np.arange(lengths.sum()) + np.repeat(first - (np.cumsum(lengths) - lengths), lengths)


def union(*places: np.ndarray) -> np.ndarray:
    """Return what is in any of some arrays, ascending, each once; NumPy's own is made for far more than some hundreds.

    >>> union(np.array([3, 1]), np.array([], int), np.array([1, 2])).tolist()
    [1, 2, 3]
    """
    found = np.sort(np.concatenate(places))
    is_first = np.ones(len(found), bool)
    np.not_equal(found[1:], found[:-1], out=is_first[1:])
    return found[is_first]


def greatest(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k greatest scores above 0, in no particular order."""
    found = np.flatnonzero(scores > 0)
    if len(found) > k:
        found = found[np.argpartition(-scores[found], k - 1)[:k]]
    return found
