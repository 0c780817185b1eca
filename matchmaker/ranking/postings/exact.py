"""Exact scores from the forward index, compiled by Numba.

A text has many terms, of which a need seeks few. Where a term stands among the need's own is noted in `slots`, one
place a term, too many for the processor's caches; so a small table of `marks` is asked first, in which a term has the
place that the end of its number names. It says no to nearly all terms that are not sought.
"""

import numpy as np

from matchmaker.ranking.postings.compiling import compiled, prefetch

MARKS = 1 << 13
"""Places in the table of marks: a quarter of the first cache."""
LINE = 16
"""Numbers of 32 bits in a cache line."""
_AHEAD = 8
_MARK = np.uint32(MARKS - 1)


@compiled
def seek(need, notes):
    """Note where each term of a need stands; return the terms' weights, counted from 1, after a 0 for all others."""
    terms, weights = need
    slots, marks = notes
    wanted = np.zeros(len(terms) + 1)
    for place in range(len(terms)):
        slots[terms[place]], wanted[place + 1] = place + 1, weights[place]
        marks[np.uint32(terms[place]) & _MARK] = 1
    return wanted


@compiled
def forget(need, notes):
    """Leave the notes as they were before `seek`."""
    slots, marks = notes
    for term in need[0]:
        slots[term] = 0
        marks[np.uint32(term) & _MARK] = 0


@compiled
def score_row(start, end, columns, values, notes, wanted):
    """Return the score of the text whose terms are those from `start` to `end`, float64, added up in their order."""
    slots, marks = notes
    columns, values = columns[start:end], values[start:end]
    score = 0.0
    for place in range(len(columns)):
        column = np.uint32(columns[place])
        if marks[column & _MARK]:
            score += wanted[slots[column]] * np.float64(values[place])
    return score


@compiled
def fetch(start, end, columns, values):
    """Tell the processor that the exact weights of a text will be read."""
    while start < end:
        prefetch(columns, start)
        prefetch(values, start)
        start += LINE


@compiled
def find(columns, marks, hits):
    """Write to `hits` at which places of a text a term may be sought, and return how many these are.

    Without a branch, which where many terms are sought would be foretold wrongly too often: each place is written, and
    the next one over it unless it counts.
    """
    n = np.uint32(0)
    for place in range(np.uint32(len(columns))):
        hits[n] = place
        n += np.uint32(marks[np.uint32(columns[place]) & _MARK])
    return n


@compiled
def longest(starts, ends):
    """Return how many terms the longest of some texts has."""
    most = 0
    for place in range(len(starts)):
        most = max(most, ends[place] - starts[place])
    return most


@compiled
def score(need, starts, ends, columns, values, notes, scores):
    """Write to `scores` the score of each text, its terms being those from its start to its end."""
    slots, marks = notes
    wanted, hits = seek(need, notes), np.empty(longest(starts, ends), np.uint32)
    for text in range(len(starts)):
        ahead = text + _AHEAD
        if ahead < len(starts):
            fetch(starts[ahead], ends[ahead], columns, values)
        own, held = columns[starts[text]:ends[text]], values[starts[text]:ends[text]]
        score = 0.0
        for hit in range(find(own, marks, hits)):
            place = hits[hit]
            score += wanted[slots[np.uint32(own[place])]] * np.float64(held[place])
        scores[text] = score
    forget(need, notes)
