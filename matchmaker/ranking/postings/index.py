"""What holds postings and answers searches, by whichever way is there."""

import functools
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.ranking.postings import layout, plain

GROUP = 32
"""So many needs go over a block together, while it is in the processor's cache."""
MOST = 2048
"""For more than so many best texts a list that is kept in order is no longer the quickest."""
MOST_TERMS = 10_000


class Found(NamedTuple):
    """The best texts for a need, best first, and their scores, float64."""

    texts: np.ndarray
    scores: np.ndarray


class Postings:
    """An index over weights by text and term, all of which are 0 or more (see `matchmaker.ranking.postings`).

    Parameters
    ----------
    forward : csr_matrix of shape (n_texts, n_terms), float32
        The weights, the terms of a text ascending.
    data : ndarray of shape (n_stored,), uint32
        The same by term, packed.
    fragments : ndarray of shape (n_terms, n_blocks + 1), uint32
        Where the run of each term in each block begins in `data`.
    step : float
        The weight that a step of a posting stands for.
    """

    def __init__(self, forward: csr_matrix, data: np.ndarray, fragments: np.ndarray, step: float) -> None:
        self.forward = forward
        self.data = data
        self.fragments = fragments
        self.step = step
        self._index = data, fragments, step, _arrays(forward)
        self._all = np.ones(forward.shape[0], np.uint8)

    @classmethod
    def of(cls, forward: csr_matrix) -> "Postings":
        """Index weights; raise `ValueError` when one of them is negative or no number."""
        weights = forward.data
        if len(weights) and not (weights.min() >= 0 and np.isfinite(weights.max())):
            raise ValueError("weights are numbers of 0 or more")
        forward.sort_indices()
        forward = csr_matrix((weights.astype(np.float32, copy=False), forward.indices.astype(np.int32, copy=False),
                              forward.indptr.astype(np.int64, copy=False)), forward.shape)
        step = float(weights.max(initial=0)) / layout.STEPS * layout.MARGIN or 1.0
        return cls(forward, *_pack(forward, step), step)

    def search(self, terms: np.ndarray, weights: np.ndarray, k: int, keep: np.ndarray | None = None) -> Found:
        """Return the k texts with the greatest scores above 0, equal ones by their places.

        Parameters
        ----------
        terms : ndarray of shape (n_sought,), int
            Ascending.
        weights : ndarray of shape (n_sought,)
            0 or more.
        k : int
        keep : ndarray of shape (n_texts,), bool, optional
            Which texts may be found.
        """
        compiled = _compiled()
        mask = self._all if keep is None else keep.view(np.uint8)
        if compiled is None or not 0 < k <= MOST or len(terms) > MOST_TERMS:
            return self._search_plainly(terms, weights, k, mask)
        scores, found, counts = np.empty((1, k)), np.empty((1, k), np.int64), np.empty(1, np.int64)
        need = np.array([0, len(terms)]), terms.astype(np.int32, copy=False), weights.astype(np.float64, copy=False)
        compiled.search(need, self._index, mask, scores, found, counts)
        n = counts[0]
        return Found(found[0, :n], scores[0, :n])

    def search_many(self, needs: csr_matrix, k: int, keep: np.ndarray | None = None) -> list[Found]:
        """Return what `search` finds for each row of `needs`, in this thread; several threads run side by side."""
        compiled = _compiled()
        if compiled is None or not 0 < k <= MOST or np.diff(needs.indptr).max(initial=0) > MOST_TERMS:
            return [self.search(*_need(needs, row), k, keep) for row in range(needs.shape[0])]
        mask = self._all if keep is None else keep.view(np.uint8)
        indptr, terms = needs.indptr.astype(np.int64, copy=False), needs.indices.astype(np.int32, copy=False)
        weights = needs.data.astype(np.float64, copy=False)
        scores, found = np.empty((needs.shape[0], k)), np.empty((needs.shape[0], k), np.int64)
        counts = np.empty(needs.shape[0], np.int64)
        for start in range(0, needs.shape[0], GROUP):
            ends = indptr[start:start + GROUP + 1]
            group, own = slice(start, start + GROUP), slice(ends[0], ends[-1])
            compiled.search((ends - ends[0], terms[own], weights[own]), self._index, mask,
                            scores[group], found[group], counts[group])
        return [Found(found[row, :n], scores[row, :n]) for row, n in enumerate(counts.tolist())]

    def contributions(self, text: int, terms: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return what each term adds to a text's score, shape (n_sought,), float64."""
        start, end = self.forward.indptr[text:text + 2]
        own = self.forward.indices[start:end]
        places = np.minimum(np.searchsorted(own, terms), max(len(own) - 1, 0))
        held = own[places] == terms if len(own) else np.zeros(len(terms), bool)
        return np.where(held, weights * self.forward.data[start:end][places], 0.0) if len(own) else np.zeros(len(terms))

    def _search_plainly(self, terms: np.ndarray, weights: np.ndarray, k: int, keep: np.ndarray) -> Found:
        return Found(*plain.search(self.data, self.fragments, self.step, self.forward, terms,
                                   weights.astype(np.float64, copy=False), k, keep))


def score_texts(forward: csr_matrix, texts: np.ndarray, terms: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the exact scores of chosen texts, shape (len(texts),), float64, as `Postings.search` gives them.

    Parameters
    ----------
    forward : csr_matrix of shape (n_texts, n_terms), float32
    texts : ndarray of int
    terms, weights : ndarray of shape (n_sought,)
        As in `Postings.search`.
    """
    compiled, weights = _compiled(), weights.astype(np.float64, copy=False)
    if compiled is None or len(terms) > MOST_TERMS:
        return plain.exact(forward, texts, terms, weights)
    scores = np.empty(len(texts))
    # The bounds of these texts alone: to bring those of all into one type would take longer than the rest.
    starts, ends = (forward.indptr[places].astype(np.int64, copy=False) for places in (texts, texts + 1))
    columns, values = forward.indices.astype(np.int32, copy=False), forward.data.astype(np.float32, copy=False)
    compiled.score(terms.astype(np.int32, copy=False), weights, starts, ends, columns, values, scores)
    return scores


def warm() -> None:
    """Compile what searches need, or read it from disk where it was compiled before."""
    index = Postings.of(csr_matrix(np.eye(2, dtype=np.float32)))
    index.search(np.array([0]), np.array([1.0]), 1)
    score_texts(index.forward, np.array([0]), np.array([0]), np.array([1.0]))


def _pack(forward: csr_matrix, step: float) -> tuple[np.ndarray, np.ndarray]:
    if _compiled() is None:
        return layout.pack(forward, step)
    from matchmaker.ranking.postings.packing import pack
    data, fragments = pack(*_arrays(forward), forward.shape[1], step)
    return data, fragments


@functools.cache
def _compiled() -> Any:
    """Return the module with the compiled functions, or None where Numba is absent."""
    try:
        from matchmaker.ranking.postings import compiled
    except ImportError:
        return None
    return compiled


def _arrays(matrix: csr_matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a matrix's arrays in the types that all was compiled for."""
    return (matrix.indptr.astype(np.int64, copy=False), matrix.indices.astype(np.int32, copy=False),
            matrix.data.astype(np.float32, copy=False))


def _need(needs: csr_matrix, row: int) -> tuple[np.ndarray, np.ndarray]:
    own = slice(*needs.indptr[row:row + 2])
    return needs.indices[own], needs.data[own]
