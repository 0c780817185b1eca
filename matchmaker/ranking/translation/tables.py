"""Translation tables: the terms of the other language, among those that a catalogue holds, with probabilities."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.ranking.translation.knowledge import Knowledge, Likely
from matchmaker.ranking.translation.segments import SINGLE_CHARACTER

PART_OF_GLOSS = 0.5
LEARNT_SHARE = 0.25
"""How much the alignment counts beside the dictionary, where both know a term."""
MOST_TARGETS = 30
Weights = dict[str, dict[str, float]]


class Table(NamedTuple):
    """Sources by name, and for each the columns of its translations with probabilities that sum to 1."""

    sources: dict[str, int]
    links: csr_matrix
    """Shape (n_sources, n_targets), float32; the likeliest translations of a source come first."""


def into_chinese(known: Knowledge, columns: Mapping[str, int]) -> Table:
    """Return the table from English words and phrases to those Chinese terms that have a column."""
    direct = _same_in_both(columns)
    for headword in columns:
        scale = SINGLE_CHARACTER if len(headword) == 1 else 1.0
        for glosses in known.senses.get(headword, ()):
            for rank, gloss in enumerate(glosses):
                weight = scale * (1 + rank) ** -0.5
                direct[" ".join(gloss)][headword] += weight
                if len(gloss) > 1:
                    for word in gloss:
                        direct[word][headword] += PART_OF_GLOSS * weight / len(gloss)
    return _table(direct, _learnt(known.into_chinese, columns), columns)


def into_english(known: Knowledge, columns: Mapping[str, int]) -> Table:
    """Return the table from Chinese headwords to those English words that have a column."""
    direct = _same_in_both(columns)
    headwords = {headword for word in columns for headword in known.used_in.get(word, ())}
    for headword in sorted(headwords):
        for glosses in known.senses[headword]:
            for rank, gloss in enumerate(glosses):
                share = (1 if len(gloss) == 1 else PART_OF_GLOSS / len(gloss)) * (1 + rank) ** -0.5
                for word in gloss:
                    if word in columns:
                        direct[headword][word] += share
    return _table(direct, _learnt(known.into_english, columns), columns)


def _learnt(likely: Likely, columns: Mapping[str, int]) -> Weights:
    learnt: Weights = defaultdict(dict)
    for target in columns:
        for source, probability in likely.get(target, ()):
            learnt[source][target] = probability
    return learnt


def _same_in_both(columns: Mapping[str, int]) -> Weights:
    """Return weights in which Latin words, names and numbers say the same in both languages."""
    direct: Weights = defaultdict(lambda: defaultdict(float))
    for word in columns:
        if word.isascii():
            direct[word][word] = 1.0
    return direct


def _table(direct: Weights, learnt: Weights, columns: Mapping[str, int]) -> Table:
    """Mix the dictionary's and the alignment's probabilities, where a source has both."""
    sources: dict[str, int] = {}
    rows: list[list[tuple[int, float]]] = []
    for source in dict.fromkeys([*direct, *learnt]):
        mixed: dict[str, float] = defaultdict(float)
        for known, share in ((direct, 1 - LEARNT_SHARE), (learnt, LEARNT_SHARE)):
            for target, probability in _normal(known.get(source, {})).items():
                mixed[target] += share * probability
        best = sorted(mixed.items(), key=lambda item: (-item[1], item[0]))[:MOST_TARGETS]
        if best:
            sources[source] = len(sources)
            rows.append([(columns[target], probability) for target, probability in _normal(dict(best)).items()])
    return Table(sources, _matrix(rows, len(columns)))


def _normal(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _matrix(rows: Sequence[Sequence[tuple[int, float]]], width: int) -> csr_matrix:
    indptr = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    indices = np.array([column for row in rows for column, _ in row], np.int32)
    weights = np.array([weight for row in rows for _, weight in row], np.float32)
    return csr_matrix((weights, indices, indptr), shape=(len(rows), width))
