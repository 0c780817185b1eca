"""How far texts reach a need by the translations of its terms, compiled by Numba."""

import numpy as np

from matchmaker.ranking.postings.compiling import compiled


@compiled
def reach(links, texts, counts, discount, weights, wanted, reached):
    """Add to `reached` what `matchmaker.ranking.translation.counting.reach` returns, a term of the need at a time.

    Whether a text is met for the first time is as good as random, and a branch on it would be foretold wrongly every
    other time. So each is noted, and the next overwrites it unless it was new; a text that is not wanted never is.
    """
    bounds, shares, starts, ends = links
    tf, found = np.zeros(len(reached), np.float32), np.empty(len(reached) + 1, np.int32)
    for text in range(len(tf)):
        if not wanted[text]:
            tf[text] = np.inf
    for term in range(len(weights)):
        n = 0
        for link in range(bounds[term], bounds[term + 1]):
            share = shares[link]
            for place in range(starts[link], ends[link]):
                text = np.uint32(texts[place])
                found[n] = text
                n += tf[text] == 0
                tf[text] += share * counts[place]
        for text in found[:n]:
            reached[text] += weights[term] * (np.float64(tf[text]) / np.float64(tf[text] + discount[text]))
            tf[text] = 0
