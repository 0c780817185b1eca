"""Exact scores from the forward index, compiled by Numba.

A text has many terms, of which a need seeks few. Where a term stands among the need's own is noted in `slots`, a small
table by the end of its number (linear probing; Knuth 1998, 6.4, algorithm L), so empty that it says no to nearly all
terms that are not sought. The terms of a text are first asked after, without a branch, and those sought then added up:
whether a term is sought is what a processor cannot foresee.
"""

import numpy as np

from matchmaker.ranking.postings.compiling import compiled, prefetch

ROOM = 16
"""So many slots for each term of a need at least."""
FEWEST_SLOTS = 1 << 12
"""A sixth of the first cache."""
LINE = 16
"""Numbers of 32 bits in a cache line."""
AT_ONCE = 128
"""So many terms of a text are asked after before those sought are added up."""
AHEAD = 8


@compiled
def make_slots(ends):
    """Return empty slots for needs whose terms end at `ends`, shape (n_needs, n_slots), uint16."""
    most, n_slots = 0, FEWEST_SLOTS
    for need in range(len(ends) - 1):
        most = max(most, ends[need + 1] - ends[need])
    while n_slots < ROOM * most:
        n_slots *= 2
    return np.zeros((len(ends) - 1, n_slots), np.uint16)


@compiled
def seek(term, terms, slots):
    """Return the slot in which a term is noted, or where it is not, the empty one in which it would be."""
    last = np.uint32(len(slots) - 1)
    slot = np.uint32(term) & last
    while slots[slot] and terms[slots[slot] - 1] != term:
        slot = (slot + np.uint32(1)) & last
    return slot


@compiled
def note(terms, slots):
    """Note in `slots`, which are empty, where each term of a need stands, counted from 1."""
    for place in range(len(terms)):
        slots[seek(terms[place], terms, slots)] = place + 1


@compiled
def sift(start, stop, columns, slots, likely):
    """Write to `likely` which terms of a text may be sought, at most AT_ONCE; return how many they are."""
    n, last = 0, np.uint32(len(slots) - 1)
    for place in range(start, stop):
        likely[n] = place
        n += np.int64(slots[np.uint32(columns[place]) & last] != 0)
    return n


@compiled
def score_row(start, end, columns, values, terms, weights, slots, likely):
    """Return the score of the text whose terms are those from `start` to `end`, float64, added up in their order.

    The need is its `terms`, their `weights` and `slots`; `likely`, shape (AT_ONCE,), uint64, is written on.
    """
    start, end, score = np.uint64(start), np.uint64(end), 0.0
    while start < end:
        stop = min(end, start + np.uint64(AT_ONCE))
        for one in range(sift(start, stop, columns, slots, likely)):
            place = likely[one]
            sought = slots[seek(columns[place], terms, slots)]
            if sought:
                score += weights[sought - 1] * np.float64(values[place])
        start = stop
    return score


@compiled
def fetch(start, end, columns, values):
    """Tell the processor that the exact weights of a text will be read."""
    while start < end:
        prefetch(columns, start)
        prefetch(values, start)
        start += LINE


@compiled
def score(terms, weights, starts, ends, columns, values, scores):
    """Write to `scores` the score of each text, its terms being those from its start to its end."""
    slots = make_slots(np.array([0, len(terms)]))[0]
    note(terms, slots)
    likely = np.empty(AT_ONCE, np.uint64)
    for place in range(len(starts)):
        ahead = place + AHEAD
        if ahead < len(starts):
            fetch(starts[ahead], ends[ahead], columns, values)
        scores[place] = score_row(starts[place], ends[place], columns, values, terms, weights, slots, likely)
