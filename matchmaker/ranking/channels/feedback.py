"""Pseudo relevance feedback: what the texts found first talk about, in words that the need leaves unsaid."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.base import BaseEstimator

from matchmaker.ranking.rows import NOTHING, Row, greatest


class Feedback(BaseEstimator):
    """Expand a need by the heaviest words of the texts found first (after Rocchio 1971; Lavrenko & Croft 2001).

    The texts found first count by the power `sharpness` of their score, so that where one text stands out, as in the
    search for a known item, there is little drift to its neighbours. The words are looked for with BM25 weights, scaled
    like that channel into [0, 1].

    A short need leaves most of its words unsaid, a long one has said them and gains little but drift. So beyond
    `short` words the channel fades with the square of the need's length: once because fewer words are unsaid, and once
    because the need's own words are the better evidence.

    Parameters
    ----------
    texts : int, default=8
        How many of the texts found first are looked at.
    terms : int, default=50
        How many of their words are taken.
    sharpness : float, default=4
        How much more a better text counts; 0 counts all alike.
    short : int, default=10
        Up to so many different words a need is short.
    """

    def __init__(self, texts: int = 8, terms: int = 50, sharpness: float = 4, short: int = 10) -> None:
        self.texts = texts
        self.terms = terms
        self.sharpness = sharpness
        self.short = short

    def look(self, found: np.ndarray) -> np.ndarray:
        """Return the texts looked at, ascending, by what each scores without feedback, shape (n_texts,)."""
        return np.sort(greatest(found, self.texts))

    def encode(self, rows: Sequence[Row], scores: np.ndarray, highest: Callable[[np.ndarray], np.ndarray],
               n_words: int, covered: float) -> Row:
        """Return the weights of the words to look for; none where nothing was found.

        Parameters
        ----------
        rows : sequence of Row
            Terms and BM25 weights of each text looked at.
        scores : ndarray of shape (n_rows,)
            What each of them scores for the need without feedback.
        highest : callable
            Returns what each of some terms weighs at most in any text, idf · (k1 + 1).
        n_words : int
            How many different words of the need the catalogue knows.
        covered : float
            The share of the need that the best text covers, in [0, 1].
        """
        if not rows:
            return NOTHING
        share = (scores / scores.max()).astype(np.float64) ** self.sharpness
        shares = np.repeat(share / share.sum(), [len(terms) for terms, _ in rows])
        columns, place = np.unique(np.concatenate([terms for terms, _ in rows]), return_inverse=True)
        mean = np.bincount(place, np.concatenate([held for _, held in rows]) * shares, len(columns))
        heaviest = np.lexsort((columns, -mean))[:self.terms]
        chosen = columns[heaviest]
        # A text's weight holds the idf already; the query's side says how much the word is talked about.
        most = highest(chosen)
        said = mean[heaviest] / most
        fading = min(1.0, self.short / max(n_words, 1)) ** 2
        weights = (covered ** 2 * fading * said / (said @ most)).astype(np.float32)
        order = np.argsort(chosen)[weights[np.argsort(chosen)] > 0]
        return Row(chosen[order], weights[order])
