"""Exact scores of chosen texts, from the weights that each channel keeps by text."""

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.ranking.postings import Kindred, score_texts
from matchmaker.ranking.rows import NOTHING, Row

KINDRED = ("words", "pairs", "bm25", "feedback")
"""Channels that weigh the same terms of a text; feedback has no weights of its own but those of BM25."""

Weights = Mapping[str, csr_matrix]
"""Channel → weights of all texts, shape (n_texts, n_terms), float32."""
Scores = dict[str, np.ndarray]
"""Channel → scores of the chosen texts, float64."""


def score(weights: Weights, added: Weights, texts: np.ndarray, needs: Mapping[str, Row]) -> Scores:
    """Return the scores of chosen texts for the `needs`, which are what each channel looks for.

    Parameters
    ----------
    weights, added : mapping of str to csr_matrix
        The weights of the texts that a catalogue was learnt from, and of those that came after them, which may have
        further terms.
    texts : ndarray of int
    needs : mapping of str to Row
    """
    if not added:
        return _score(weights, texts, needs)
    n_fitted = weights["bm25"].shape[0]
    is_fitted, scores = texts < n_fitted, {name: np.zeros(len(texts)) for name in needs}
    n_terms = {name: weights["bm25" if name == "feedback" else name].shape[1] for name in needs}
    known = {name: need.before(n_terms[name]) for name, need in needs.items()}
    for chosen, found in ((is_fitted, _score(weights, texts[is_fitted], known)),
                          (~is_fitted, _score(added, texts[~is_fitted] - n_fitted, needs))):
        for name, own in found.items():
            scores[name][chosen] = own
    return scores


def _score(weights: Weights, texts: np.ndarray, needs: Mapping[str, Row]) -> Scores:
    alone = {name: need for name, need in needs.items() if name not in KINDRED}
    scores = {name: score_texts(weights[name], texts, need.indices, need.data) for name, need in alone.items()}
    if len(alone) < len(needs):
        kindred = Kindred(*(weights[name] for name in KINDRED[:3]))
        found = kindred.score(texts, [needs.get(name, NOTHING) for name in KINDRED])
        scores |= {name: own for name, own in zip(KINDRED, found, strict=True) if name in needs}
    # In the order of the needs, in which whoever adds them up does so.
    return {name: scores[name] for name in needs}
