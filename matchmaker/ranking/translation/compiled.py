"""How far texts reach a need by the translations of its terms, compiled by Numba."""

import numpy as np

from matchmaker.ranking.postings.compiling import compiled


@compiled
def reach(links, texts, counts, discount, weights, wanted, reached):
    """Add to `reached` what `matchmaker.ranking.translation.counting.reach` returns, a term of the need at a time."""
    bounds, shares, starts, ends = links
    tf, found = np.zeros(len(reached), np.float32), np.empty(len(reached), np.int32)
    for term in range(len(weights)):
        n = 0
        for link in range(bounds[term], bounds[term + 1]):
            share = shares[link]
            for place in range(starts[link], ends[link]):
                text = texts[place]
                if not wanted[text]:
                    continue
                if tf[text] == 0:
                    found[n] = text
                    n += 1
                tf[text] += share * counts[place]
        for text in found[:n]:
            reached[text] += weights[term] * (np.float64(tf[text]) / np.float64(tf[text] + discount[text]))
            tf[text] = 0
