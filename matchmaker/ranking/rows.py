"""Products of a large sparse matrix with one need.

An index keeps each channel's weights as SciPy's compressed rows: by text (a forward index) or by term (postings).
Going over the postings of a need's terms scores the whole catalogue for less than it costs to gather some hundred
texts, unless the terms are many and common, as the character n-grams of a long need are.
"""

import numpy as np
from scipy.sparse import csr_matrix


def score_all(postings: csr_matrix, need: csr_matrix) -> np.ndarray:
    """Return the inner products of all texts with a need, shape (n_texts,), float32.

    Parameters
    ----------
    postings : csr_matrix of shape (n_terms, n_texts), float32
    need : csr_matrix of shape (1, n_terms), float32
    """
    scores: np.ndarray = postings[need.indices].T @ need.data
    return scores


def score_some(forward: csr_matrix, texts: np.ndarray, need: np.ndarray) -> np.ndarray:
    """Return the inner products of chosen texts with a need, shape (len(texts),), float32.

    Parameters
    ----------
    forward : csr_matrix of shape (n_texts, n_terms), float32
    texts : ndarray of int
    need : ndarray of shape (n_terms,), float32
    """
    scores: np.ndarray = forward[texts] @ need
    return scores


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
