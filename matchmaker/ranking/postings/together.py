"""Exact scores in the channels that share the terms of a text, compiled by Numba: one walk over a text serves all four.

The channels "words" and "pairs" weigh the same terms of a text, "bm25" and "feedback" its single words, which come
last. So a term is looked for once, among those that any of the four seeks; one that seeks it not gives it no weight.
"""

import numpy as np

from matchmaker.ranking.postings.compiling import compiled
from matchmaker.ranking.postings.exact import AHEAD, AT_ONCE, fetch, make_slots, seek, sift


@compiled
def _note(need, first, channel, known, slots, wanted, n):
    """Note the terms of a channel, counted from `first`, and their weights; return how many are known by now."""
    terms, weights = need
    for place in range(len(terms)):
        term = np.int32(first + terms[place])
        slot = seek(term, known, slots)
        if slots[slot] == 0:
            known[n] = term
            n += 1
            slots[slot] = n
        wanted[slots[slot], channel] = weights[place]
    return n


@compiled
def _note_all(needs, first_single):
    """Note the terms of all four needs; return them, their slots, and their weights by place and channel."""
    words, pairs, single, feedback = needs
    most = len(words[0]) + len(pairs[0]) + len(single[0]) + len(feedback[0])
    known, slots, wanted = np.empty(most, np.int32), make_slots(np.array([0, most]))[0], np.zeros((most + 1, 4))
    n = _note(words, 0, 0, known, slots, wanted, 0)
    n = _note(pairs, 0, 1, known, slots, wanted, n)
    n = _note(single, first_single, 2, known, slots, wanted, n)
    _note(feedback, first_single, 3, known, slots, wanted, n)
    return known, slots, wanted


@compiled
def score_kindred(needs, first_single, bounds, rows, scores):
    """Write to `scores`, shape (4, n_texts), those of chosen texts, each added up in the order of its terms.

    `bounds` says where the terms of each text begin and end, and where its single words do among `rows[3]`.
    """
    starts, ends, single_starts, single_ends = bounds
    columns, of_words, of_pairs, of_single = rows
    known, slots, wanted = _note_all(needs, first_single)
    likely = np.empty(AT_ONCE, np.uint64)
    for text in range(len(starts)):
        ahead = text + AHEAD
        if ahead < len(starts):
            fetch(starts[ahead], ends[ahead], columns, of_words)
            fetch(starts[ahead], ends[ahead], of_pairs, of_pairs)
            fetch(single_starts[ahead], single_ends[ahead], of_single, of_single)
        first = ends[text] - (single_ends[text] - single_starts[text])
        by_words = by_pairs = by_single = by_feedback = 0.0
        for start in range(starts[text], ends[text], AT_ONCE):
            stop = min(start + AT_ONCE, ends[text])
            for one in range(sift(np.uint64(start), np.uint64(stop), columns, slots, likely)):
                place = np.int64(likely[one])
                weights = wanted[slots[seek(columns[place], known, slots)]]
                by_words += weights[0] * np.float64(of_words[place])
                by_pairs += weights[1] * np.float64(of_pairs[place])
                if place >= first:
                    weight = np.float64(of_single[single_starts[text] + place - first])
                    by_single += weights[2] * weight
                    by_feedback += weights[3] * weight
        scores[0, text], scores[1, text], scores[2, text], scores[3, text] = by_words, by_pairs, by_single, by_feedback
