"""The first stage: from the whole catalogue to some hundred candidates."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.ranking.rows import Rows


class CandidateIndex:
    """An inverted index over the catalogue's texts: for each term the texts that hold it, with their weights.

    An offering may stand in it with several texts, one for each language.

    Parameters
    ----------
    postings : Rows
        Row t holds the texts of term t and the weight of t in each.
    owners : ndarray of shape (n_texts,), int32
        The offering of each text.
    """

    def __init__(self, postings: Rows, owners: np.ndarray) -> None:
        self.postings = postings
        self.owners = owners

    def search(self, needs: csr_matrix, filter: np.ndarray | None = None, k: int = 500) -> Iterator[np.ndarray]:
        """Yield for each need the texts with the k greatest scores above 0, in no particular order.

        Parameters
        ----------
        needs : csr_matrix of shape (n_needs, n_terms)
            Weighted terms of the needs.
        filter : ndarray of shape (n_offerings,), bool, optional
            The offerings that may be found.
        k : int
            The most texts to yield for a need.
        """
        allowed = None if filter is None else filter[self.owners]
        for start, end in zip(needs.indptr, needs.indptr[1:], strict=False):
            scores = np.zeros(len(self.owners), np.float32)
            self.postings.add_to(scores, needs.indices[start:end], needs.data[start:end])
            if allowed is not None:
                scores[~allowed] = 0
            found = np.flatnonzero(scores > 0)
            if len(found) > k:
                found = found[np.argpartition(-scores[found], k - 1)[:k]]
            yield found
