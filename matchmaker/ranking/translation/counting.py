"""How far texts reach a need by the translations of its terms."""

import functools
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix


def reach(links: csr_matrix, postings: csr_matrix, discount: np.ndarray, weights: np.ndarray,
          wanted: np.ndarray) -> np.ndarray:
    """Return Σ weight · TF / (TF + discount) of each text, shape (n_texts,), float64, with TF = Σ p · tf in float32.

    Compiled by Numba where that is there, by SciPy where it is not, with the same results to the last bit.

    Parameters
    ----------
    links : csr_matrix of shape (n_terms, n_targets), float32
        The probabilities of the translations of each term, greater than 0.
    postings : sparse matrix of shape (n_targets, n_texts), float32
        How often each text has each of them.
    discount : ndarray of shape (n_texts,), float32
    weights : ndarray of shape (n_terms,), float64
    wanted : ndarray of shape (n_texts,), bool
        Which texts to look at; the others are given 0.
    """
    compiled = _compiled()
    if compiled is None or postings.format != "csr":
        return _reach_plainly(links, postings, discount, weights, wanted)
    reached = np.zeros(len(discount))
    # The bounds of these targets alone: to bring those of all into one type would take longer.
    starts, ends = (postings.indptr[places].astype(np.int64) for places in (links.indices, links.indices + 1))
    compiled.reach((links.indptr.astype(np.int64), links.data, starts, ends), postings.indices, postings.data, discount,
                   weights, wanted, reached)
    return reached


def _reach_plainly(links: csr_matrix, postings: csr_matrix, discount: np.ndarray, weights: np.ndarray,
                   wanted: np.ndarray) -> np.ndarray:
    tf = (links @ postings).tocsr()
    tf.data = np.divide(tf.data, tf.data + discount[tf.indices], dtype=np.float64)
    reached: np.ndarray = tf.T @ weights * wanted
    return reached


def warm() -> None:
    """Compile what is needed, or read it from disk where it was compiled before."""
    one = csr_matrix(np.eye(1, dtype=np.float32))
    reach(one, one, np.ones(1, np.float32), np.ones(1), np.ones(1, bool))


@functools.cache
def _compiled() -> Any:
    """Return the module with the compiled function, or None where Numba is absent."""
    try:
        from matchmaker.ranking.translation import compiled
    except ImportError:
        return None
    return compiled
