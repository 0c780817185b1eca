"""Weights for terms that came after the catalogue was learnt."""

import numpy as np
from scipy.sparse import csr_matrix


def with_new_terms(idf: np.ndarray, counts: csr_matrix, rare: float) -> np.ndarray:
    """Return `idf`, shape (n_terms,), with the weight `rare` for the terms of `counts` that have none in it."""
    grown = np.zeros(counts.shape[1], np.float32)
    grown[:len(idf)] = idf
    is_there = np.zeros(len(grown), bool)
    is_there[counts.indices] = True
    grown[is_there & (grown == 0)] = rare
    return grown
