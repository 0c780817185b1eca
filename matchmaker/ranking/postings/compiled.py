"""The search over postings compiled by Numba: all needs of a group go over a block before the next block is touched.

Every function releases the interpreter's lock. Needs are rows of a compressed sparse matrix, as everywhere; what a
search needs to write on is handed in (`Scratch`), so that nothing is allocated while it runs.
"""

from typing import NamedTuple

import numpy as np

from matchmaker.ranking.postings.compiling import compiled, prefetch
from matchmaker.ranking.postings.exact import LINE, MARKS, fetch, forget, score_row, seek
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
GROUP_CANDIDATES = 1 << 14
_PLACE, _WEIGHT, _COARSE = np.uint32(BLOCK - 1), np.uint32(WEIGHT_BIT), np.uint32(WEIGHT_BIT + 8)


class Scratch(NamedTuple):
    """What a thread writes on while it searches for a group of needs."""

    sums: np.ndarray
    """Shape (BLOCK,), uint16."""
    slots: np.ndarray
    """Shape (n_terms,), uint16, and `marks`, shape (MARKS,), uint8: see `exact`."""
    marks: np.ndarray
    texts: np.ndarray
    """Shape (n_needs, n_candidates), int32: the candidates of each need, and in `reached` their sums, uint16."""
    reached: np.ndarray

    @classmethod
    def of(cls, n_terms: int, n_needs: int) -> "Scratch":
        """Allocate for groups of `n_needs`."""
        shape = (n_needs, GROUP_CANDIDATES)
        return cls(np.zeros(BLOCK, np.uint16), np.zeros(n_terms, np.uint16), np.zeros(MARKS, np.uint8),
                   np.empty(shape, np.int32), np.empty(shape, np.uint16))


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
    """Set the terms' gains; return the score that a sum of 1 stands for, and by how much a sum may be too high.

    Where all terms weigh the same, the upper byte of a posting is added as it is. Otherwise each is multiplied, and the
    unit is so small that the sums use all of their 16 bits.
    """
    is_even, total = True, 0.0
    for weight in weights:
        is_even &= weight == weights[0]
        total += weight * step * STEPS
    if len(weights) and is_even and total < weights[0] * step * COARSE * (HIGHEST_SUM - 1):
        gains[:] = EVEN
        return weights[0] * step * COARSE, len(weights) + 2
    unit = max(total / (HIGHEST_SUM - 2.0 * len(weights) - 2), 1e-300)
    for place in range(len(weights)):
        gains[place] = np.uint32(np.ceil(weights[place] * step / unit * ONE))
    return unit, 2 * len(weights) + 2


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
        run = packed[bounds[block, term]:bounds[block + 1, term]]
        gain = np.uint64(gains[term])
        if gain == EVEN:
            for posting in run:
                sums[posting & _PLACE] += np.uint16(posting >> _COARSE)
        else:
            for posting in run:
                sums[posting & _PLACE] += np.uint16((((posting >> _WEIGHT) - LIFT) * gain + (ONE - 1)) >> 16)


@compiled
def _raise_by_parts(sums, k):
    """Return a sum that k texts of the first block reach: of the greatest in each 64 texts, the k-th."""
    if len(sums) < 128 * k:
        return 0
    greatest = np.zeros(k, np.uint16)
    for start in range(0, len(sums) - 63, 64):
        most = np.uint16(0)
        part = sums[start:start + 64]
        for place in range(64):
            most = part[place] if part[place] > most else most
        if most > greatest[k - 1]:
            place = k - 1
            while place > 0 and greatest[place - 1] < most:
                greatest[place] = greatest[place - 1]
                place -= 1
            greatest[place] = most
    return np.int64(greatest[k - 1])


@compiled
def _collect(sums, first, k, slack, state, best_sums, best_texts, texts, reached):
    """Keep the texts of a block whose sum reaches what the k-th best reaches, less `slack`.

    `state` holds that sum, how many best there are, and how many candidates: -1 when they were too many.
    """
    least, n_best, n = state[0], state[1], state[2]
    cut = np.uint16(max(1, least - slack))
    for start in range(0, len(sums), 256):
        part = sums[start:start + 256]
        is_any = np.uint16(0)
        for place in range(len(part)):
            is_any |= np.uint16(part[place] >= cut)
        if not is_any:
            continue
        for place in range(len(part)):
            reach = part[place]
            if reach < cut:
                continue
            if n == len(texts):
                n = _thin(texts, reached, cut)
                if n == len(texts):
                    state[2] = -1
                    return
            texts[n], reached[n] = first + start + place, reach
            n += 1
            if reach > least or n_best < k:
                n_best = _push(best_sums, best_texts, n_best, k, reach, first + start + place)
                if n_best == k and best_sums[k - 1] > least:
                    least = np.int64(best_sums[k - 1])
                    cut = np.uint16(max(1, least - slack))
    state[0], state[1], state[2] = least, n_best, n


@compiled
def _thin(texts, reached, cut):
    """Drop the candidates that no longer reach enough; return how many are left."""
    n = 0
    for place in range(len(texts)):
        if reached[place] >= cut:
            texts[n], reached[n] = texts[place], reached[place]
            n += 1
    return n


@compiled
def _finish(need, unit, best, texts, reached, notes, forward, scores, found):
    """Give the candidates their exact scores, the `best` by their sums first; return how many were found."""
    k, n, least = len(scores), 0, -1.0
    indptr, columns, values = forward
    wanted = seek(need, notes)
    for text in best:
        fetch(indptr[text], indptr[text + 1], columns, values)
    for text in best:
        score = score_row(indptr[text], indptr[text + 1], columns, values, notes, wanted)
        n = _push(scores, found, n, k, score, text)
    least = scores[k - 1] if n == k else least
    known = np.sort(best)
    for place in range(len(texts)):
        text = texts[place]
        at = np.searchsorted(known, text)
        if reached[place] * unit * MARGIN < least or (at < len(known) and known[at] == text):
            continue
        score = score_row(indptr[text], indptr[text + 1], columns, values, notes, wanted)
        n = _push(scores, found, n, k, score, text)
        least = scores[k - 1] if n == k else least
    forget(need, notes)
    return n


@compiled
def _bounds(terms, fragments):
    """Return where the runs of these terms begin, shape (n_blocks + 1, n_terms): by block, as they are gone over."""
    bounds = np.empty((fragments.shape[1], len(terms)), np.uint32)
    for place in range(len(terms)):
        for block in range(len(bounds)):
            bounds[block, place] = fragments[terms[place], block]
    return bounds


@compiled
def search(needs, index, keep, scratch, scores, found, counts):
    """Search for a group of needs.

    The `k` best of need `i` are written to `scores[i]` and `found[i]`, and their number to `counts[i]`; -1 when it has
    to be searched for otherwise, having too many candidates that are equally good.
    """
    indptr, terms, weights = needs
    packed, fragments, step, forward = index
    sums, slots, marks, texts, reached = scratch
    n_needs, k = scores.shape
    blocks, n_texts = fragments.shape[1] - 1, len(keep)
    gains, bounds = np.empty(len(terms), np.uint32), _bounds(terms, fragments)
    units, slacks, state = np.empty(n_needs), np.empty(n_needs, np.int64), np.zeros((n_needs, 3), np.int64)
    best_sums, best_texts = np.empty((n_needs, k), np.uint16), np.empty((n_needs, k), np.int64)
    for need in range(n_needs):
        own = slice(indptr[need], indptr[need + 1])
        units[need], slacks[need] = _scale(weights[own], step, gains[own])
    for block in range(blocks):
        start = block << BLOCK_BITS
        size = min(BLOCK, n_texts - start)
        part, kept = sums[:size], keep[start:start + size]
        for need in range(n_needs):
            if state[need, 2] < 0:
                continue
            own = slice(indptr[need], indptr[need + 1])
            part[:] = 0
            _add_up(part, packed, bounds[:, own], gains[own], block)
            for place in range(size):
                part[place] *= kept[place]
            if block == 0:
                state[need, 0] = _raise_by_parts(part, k)
            _collect(part, start, k, slacks[need], state[need], best_sums[need], best_texts[need], texts[need],
                     reached[need])
    for need in range(n_needs):
        n = state[need, 2]
        own = slice(indptr[need], indptr[need + 1])
        counts[need] = n if n < 0 else _finish(
            (terms[own], weights[own]), units[need], best_texts[need, :state[need, 1]], texts[need, :n],
            reached[need, :n], (slots, marks), forward, scores[need], found[need])
