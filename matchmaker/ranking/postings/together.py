"""Exact scores in the channels that share the terms of a text, compiled by Numba: one walk over a text serves all four.

The channels "words" and "pairs" weigh the same terms of a text, "bm25" and "feedback" its single words, which come
last. So a term is looked for once, among those that any of the four seeks; one that seeks it not gives it no weight.
"""

import numpy as np

from matchmaker.ranking.postings.compiling import compiled
from matchmaker.ranking.postings.exact import MARKS, fetch

_AHEAD = 8
_MARK = np.uint32(MARKS - 1)


@compiled
def _note(need, first, channel, notes, wanted, known, n):
    """Note the terms of a channel, counted from `first`, and their weights; return how many are known by now."""
    terms, weights = need
    slots, marks = notes
    for place in range(len(terms)):
        term = np.uint32(first + terms[place])
        if slots[term] == 0:
            known[n] = term
            n += 1
            slots[term] = n
            marks[term & _MARK] = 1
        wanted[slots[term], channel] = weights[place]
    return n


@compiled
def _seek(needs, first_single, notes):
    """Note the terms of all four needs; return their weights by slot and channel, and the terms."""
    words, pairs, single, feedback = needs
    most = len(words[0]) + len(pairs[0]) + len(single[0]) + len(feedback[0])
    wanted, known = np.zeros((most + 1, 4)), np.empty(most, np.uint32)
    n = _note(words, 0, 0, notes, wanted, known, 0)
    n = _note(pairs, 0, 1, notes, wanted, known, n)
    n = _note(single, first_single, 2, notes, wanted, known, n)
    n = _note(feedback, first_single, 3, notes, wanted, known, n)
    return wanted, known[:n]


@compiled
def score_kindred(needs, first_single, bounds, rows, notes, scores):
    """Write to `scores`, shape (4, n_texts), those of chosen texts, each added up in the order of its terms.

    `bounds` says where the terms of each text begin and end, and where its single words do among `rows[3]`.
    """
    starts, ends, single_starts, single_ends = bounds
    columns, of_words, of_pairs, of_single = rows
    slots, marks = notes
    wanted, known = _seek(needs, first_single, notes)
    for text in range(len(starts)):
        ahead = text + _AHEAD
        if ahead < len(starts):
            fetch(starts[ahead], ends[ahead], columns, of_words)
            fetch(starts[ahead], ends[ahead], columns, of_pairs)
            fetch(single_starts[ahead], single_ends[ahead], of_single, of_single)
        first = ends[text] - (single_ends[text] - single_starts[text])
        by_words = by_pairs = by_single = by_feedback = 0.0
        for place in range(starts[text], ends[text]):
            column = np.uint32(columns[place])
            if marks[column & _MARK]:
                weights = wanted[slots[column]]
                by_words += weights[0] * np.float64(of_words[place])
                by_pairs += weights[1] * np.float64(of_pairs[place])
                if place >= first:
                    weight = np.float64(of_single[single_starts[text] + place - first])
                    by_single += weights[2] * weight
                    by_feedback += weights[3] * weight
        scores[0, text], scores[1, text], scores[2, text], scores[3, text] = by_words, by_pairs, by_single, by_feedback
    for term in known:
        slots[term] = 0
        marks[term & _MARK] = 0
