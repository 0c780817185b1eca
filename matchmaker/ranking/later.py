"""Texts that came after a catalogue was learnt: scored beside its own, by what it knows of words and lengths.

What they add follows from the set of them alone: texts that were dropped again leave nothing behind, no word and no
place, and words and texts stand in an order that does not tell when they came.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.ranking.channels.encoders import Encoders
from matchmaker.ranking.counts import WordCounts
from matchmaker.ranking.facts import detect
from matchmaker.ranking.rows import appended
from matchmaker.ranking.text import Text

if TYPE_CHECKING:
    from matchmaker.ranking.texts import TextRanker


def grown(ranker: "TextRanker", texts: Sequence[str], owners: np.ndarray, kept: np.ndarray) -> "TextRanker":
    """Do what `TextRanker.grown` says."""
    fitted, analysed = ranker.fitted_ or ranker, [Text(text) for text in texts]
    order = np.argsort(owners, kind="stable")
    held = {name: weights[kept] for name, weights in ranker.added_.items()}
    words = _all_words(ranker.word_counts_, held, analysed)
    counts, grams = words.transform(analysed), fitted.character_counts_.transform(texts)
    terms = {"words": counts, "characters": grams, "bm25": words.words_of(counts), "pairs": counts}
    held |= _renamed(held, ranker.word_counts_, words)
    is_chinese = np.array([detect(text) == "zh" for text in texts], bool)
    other = copy.copy(ranker)
    other.fitted_, other.word_counts_ = fitted, words
    other.encoders_ = _encoders(fitted.encoders_, {name: appended(held.get(name), new) for name, new in terms.items()})
    other.added_ = {name: appended(held.get(name), new)[order]
                    for name, new in other.weigh(counts, grams, is_chinese.astype(int)).items()}
    other.owners_ = np.concatenate([fitted.owners_, owners[order]])
    is_target = {"en": is_chinese, "zh": ~is_chinese}
    other.translators_ = {source: held_of.grown(analysed, len(fitted.owners_), is_target[source], owners, kept, order)
                          for source, held_of in ranker.translators_.items()}
    return other


def _encoders(fitted: Encoders, later: Mapping[str, csr_matrix]) -> Encoders:
    """Return the encoders with the terms of later texts, a matrix for each channel, shape (n_later, n_terms)."""
    words, characters, bm25, pairs = fitted
    return (words.grown(later["words"], bm25.n_texts_), characters.grown(later["characters"], bm25.n_texts_),
            bm25.grown(later["bm25"]), pairs.grown(later["pairs"]))


def _all_words(counts: WordCounts, held: dict[str, csr_matrix], texts: Sequence[Text]) -> WordCounts:
    """Return counts that know the words of the later texts that are kept and of further ones, and no others."""
    recent, n_learnt = [*counts.recent_], len(counts.words_)
    is_used = np.zeros(counts.n_words, bool)
    if held:
        is_used[held["bm25"].indices] = True
    return counts.grown(texts, [recent[place] for place in np.flatnonzero(is_used[n_learnt:]).tolist()])


def _renamed(held: dict[str, csr_matrix], before: WordCounts, after: WordCounts) -> dict[str, csr_matrix]:
    """Return the weights in those channels that know words, by the columns of other counts."""
    moved = np.array([after.recent_.get(word, 0) for word in before.recent_], np.int32)
    renamed = {}
    for channel in held.keys() & {"words", "bm25", "pairs"}:
        first = 0 if channel == "bm25" else after.pair_buckets
        n_learnt, weights = first + len(before.words_), held[channel]
        indices = weights.indices.copy()
        is_later = indices >= n_learnt
        indices[is_later] = first + moved[indices[is_later] - n_learnt]
        shape = weights.shape[0], first + after.n_words
        renamed[channel] = csr_matrix((weights.data, indices, weights.indptr), shape)
        renamed[channel].has_sorted_indices = False
        renamed[channel].sort_indices()
    return renamed
