"""The search over postings compiled by Numba: all needs of a group go over a block before the next block is touched.

Every function releases the interpreter's lock. Needs are rows of a compressed sparse matrix, as everywhere.
"""

import numpy as np

from matchmaker.ranking.postings.compiling import compiled, prefetch
from matchmaker.ranking.postings.exact import AT_ONCE, LINE, fetch, make_slots, note, score_row
from matchmaker.ranking.postings.exact import score as score
from matchmaker.ranking.postings.layout import BLOCK, BLOCK_BITS, COARSE, LIFT, MARGIN, STEPS, WEIGHT_BIT
from matchmaker.ranking.postings.together import score_kindred as score_kindred

ONE = 65_536
"""Gains are fixed-point numbers: this is a gain of 1, the greatest."""
EVEN = 2**32 - 1
"""Instead of a gain: all terms of the need weigh the same."""
HIGHEST_SUM = 65_535
AHEAD = 8
"""So many fragments ahead the processor is told what it will need: fragments are too short for it to find out."""
FETCHED = 32 * LINE
PART = 64
"""So many texts of a block are passed over by one look at the greatest of their sums."""
_PLACE, _WEIGHT, _COARSE = np.uint32(BLOCK - 1), np.uint32(WEIGHT_BIT), np.uint32(WEIGHT_BIT + 8)


@compiled
def _push(scores, texts, n, k, score, text):
    """Put a text into a list of the k best, of which there are `n`, score descending, place ascending; return `n`."""
    if n == k:
        if score < scores[k - 1] or (score == scores[k - 1] and text > texts[k - 1]):
            return n
        n -= 1
    place = n
    while place > 0 and (scores[place - 1] < score or (scores[place - 1] == score and texts[place - 1] > text)):
        scores[place], texts[place] = scores[place - 1], texts[place - 1]
        place -= 1
    scores[place], texts[place] = score, text
    return n + 1


@compiled
def _scale(weights, step, gains):
    """Set the terms' gains; return the score that a sum of 1 stands for.

    Where all terms weigh the same, the upper byte of a posting is added as it is. Otherwise each is multiplied, and the
    unit is so small that the sums use all of their 16 bits.
    """
    is_even, total = True, 0.0
    for weight in weights:
        is_even &= weight == weights[0]
        total += weight * step * STEPS
    if len(weights) and is_even and total < weights[0] * step * COARSE * (HIGHEST_SUM - 1):
        gains[:] = EVEN
        return weights[0] * step * COARSE
    unit = max(total / (HIGHEST_SUM - 2.0 * len(weights) - 2), 1e-300)
    for place in range(len(weights)):
        gains[place] = np.uint32(np.ceil(weights[place] * step / unit * ONE))
    return unit


@compiled
def _add_up(sums, packed, bounds, gains, block):
    """Add what each term weighs in the texts of a block; `bounds`, (n_blocks + 1, n_terms), says where its run is."""
    n_terms = len(gains)
    for term in range(n_terms):
        ahead, at = term + AHEAD, block
        if ahead >= n_terms:
            ahead, at = ahead - n_terms, block + 1
        if ahead < n_terms and at + 1 < len(bounds):
            start = np.int64(bounds[at, ahead])
            end = min(np.int64(bounds[at + 1, ahead]), start + FETCHED)
            while start < end:
                prefetch(packed, start)
                start += LINE
        # By unsigned places, so that no posting is asked whether its place counts from the end.
        run = range(np.uint64(bounds[block, term]), np.uint64(bounds[block + 1, term]))
        gain = np.uint64(gains[term])
        if gain == EVEN:
            for place in run:
                posting = packed[place]
                sums[posting & _PLACE] += np.uint16(posting >> _COARSE)
        else:
            for place in run:
                posting = packed[place]
                sums[posting & _PLACE] += np.uint16((((posting >> _WEIGHT) - LIFT) * gain + (ONE - 1)) >> 16)


@compiled
def _survey(sums, kept, tops):
    """Set to 0 the sums of texts that the filter leaves out, and note the greatest of each part in `tops`."""
    n_whole = len(sums) // PART
    for part in range(n_whole):
        # A fixed number of turns, and `max`, make this a handful of vector instructions.
        own, keep, most = sums[part * PART:(part + 1) * PART], kept[part * PART:(part + 1) * PART], np.uint16(0)
        for place in range(PART):
            own[place] = np.uint16(own[place] * keep[place])
            most = max(most, own[place])
        tops[part] = most
    if n_whole < len(tops):
        most = np.uint16(0)
        for place in range(n_whole * PART, len(sums)):
            sums[place] *= kept[place]
            most = max(most, sums[place])
        tops[n_whole] = most


@compiled
def _reached(sums, k):
    """Return the greatest number, 0 at least, that k of the sums reach: by halves."""
    low, high = 0, 1
    for reach in sums:
        high = max(high, reach + 1)
    while high - low > 1:
        middle, n = np.uint16((low + high) // 2), np.uint16(0)
        for place in range(len(sums)):
            # With a branch, which becomes none: the sum of comparisons would be reckoned in 64 bits.
            if sums[place] >= middle:
                n += np.uint16(1)
        if n >= k:
            low = np.int64(middle)
        else:
            high = np.int64(middle)
    return low


@compiled
def _choose(sums, tops, low, high, first, indptr, chosen):
    """Write to `chosen` the texts whose sums are from `low` to below `high`; return how many they are."""
    n = 0
    for part in range(len(tops)):
        if tops[part] < low:
            continue
        for place in range(part * PART, min((part + 1) * PART, len(sums))):
            if low <= sums[place] < high:
                prefetch(indptr, first + place)
                chosen[n] = first + place
                n += 1
    return n


@compiled
def _rank(chosen, sums, first, need, unit, forward, best, n):
    """Give the texts chosen from a block their exact scores, and put them among the best, of which there are `n`."""
    terms, weights, slots, likely = need
    indptr, columns, values = forward
    scores, found = best
    for place in range(-AHEAD, len(chosen)):
        if place + AHEAD < len(chosen):
            text = chosen[place + AHEAD]
            fetch(indptr[text], indptr[text + 1], columns, values)
        if place < 0:
            continue
        text = chosen[place]
        if n < len(scores) or sums[text - first] * unit * MARGIN >= scores[n - 1]:
            score = score_row(indptr[text], indptr[text + 1], columns, values, terms, weights, slots, likely)
            n = _push(scores, found, n, len(scores), score, text)
    return n


@compiled
def _take(sums, tops, chosen, first, need, unit, forward, best, n):
    """Put the texts of a block among the best whose sums say that they may belong there; return how many are there.

    As long as there are fewer than k best, the k greatest sums, or nearly those, go first: what they really score says
    which of the others can be passed over.
    """
    scores, high = best[0], HIGHEST_SUM + 1
    k = len(scores)
    if n < k:
        low = max(1, _reached(tops if 2 * k <= len(tops) else sums, k))
        n_chosen = _choose(sums, tops, low, high, first, forward[0], chosen)
        n, high = _rank(chosen[:n_chosen], sums, first, need, unit, forward, best, n), low
    low = 1 if n < k else max(1, np.int64(np.ceil(scores[k - 1] / (unit * MARGIN))))
    n_chosen = _choose(sums, tops, low, high, first, forward[0], chosen)
    return _rank(chosen[:n_chosen], sums, first, need, unit, forward, best, n)


@compiled
def _bounds(terms, fragments):
    """Return where the runs of these terms begin, shape (n_blocks + 1, n_terms): by block, as they are gone over."""
    bounds = np.empty((fragments.shape[1], len(terms)), np.uint32)
    for place in range(len(terms)):
        for block in range(len(bounds)):
            bounds[block, place] = fragments[terms[place], block]
    return bounds


@compiled
def search(needs, index, keep, scores, found, counts):
    """Write the `k` best of need `i` of a group to `scores[i]` and `found[i]`, and their number to `counts[i]`."""
    indptr, terms, weights = needs
    packed, fragments, step, forward = index
    gains, bounds = np.empty(len(terms), np.uint32), _bounds(terms, fragments)
    units, slots = np.empty(len(counts)), make_slots(indptr)
    for need in range(len(counts)):
        own = slice(indptr[need], indptr[need + 1])
        units[need] = _scale(weights[own], step, gains[own])
        note(terms[own], slots[need])
        counts[need] = 0
    all_sums, all_tops = np.empty(BLOCK, np.uint16), np.empty(BLOCK // PART, np.uint16)
    chosen, likely = np.empty(BLOCK, np.int64), np.empty(AT_ONCE, np.uint64)
    for block in range(fragments.shape[1] - 1):
        first = block << BLOCK_BITS
        kept = keep[first:first + BLOCK]
        sums, tops = all_sums[:len(kept)], all_tops[:-(-len(kept) // PART)]
        for need in range(len(counts)):
            own = slice(indptr[need], indptr[need + 1])
            sums[:] = 0
            _add_up(sums, packed, bounds[:, own], gains[own], block)
            _survey(sums, kept, tops)
            counts[need] = _take(sums, tops, chosen, first, (terms[own], weights[own], slots[need], likely),
                                 units[need], forward, (scores[need], found[need]), counts[need])
