"""Which English word goes with which part of a Chinese headword: IBM Model 1, learnt from the dictionary itself."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from matchmaker.ranking.translation.dictionary import Entry

ITERATIONS = 5
WHOLE = 2
"""Headwords up to this length are not taken apart."""
LEAST = 0.003
"""Probabilities below this are noise and dropped."""


class Alignment(NamedTuple):
    """Translation probabilities in both directions: ``{(Chinese part, English word): probability}``."""

    to_english: dict[tuple[str, str], float]
    to_chinese: dict[tuple[str, str], float]


def parts_of(headword: str, known: frozenset[str]) -> list[str]:
    """Return what a headword is made of: the shorter headwords, the longest at each place, and all its characters.

    One of up to two characters is a part of itself.

    >>> parts_of("抽象代数", frozenset({"抽象", "代数", "抽", "象"}))
    ['抽象', '代数', '抽', '象', '代', '数']
    """
    if len(headword) == 1:
        return [headword]
    if len(headword) <= WHOLE:
        return [headword, *headword]
    parts, start = [], 0
    while start < len(headword):
        longest = min(len(headword) - start, len(headword) - 1, 4)
        end = next((start + n for n in range(longest, 1, -1) if headword[start:start + n] in known), start + 1)
        parts.append(headword[start:end])
        start = end
    return [part for part in parts if len(part) > 1] + list(headword)


def align(entries: Iterable[Entry]) -> Alignment:
    """Learn the alignment by expectation maximisation (Brown et al. 1993, Model 1, without a null word)."""
    entries = list(entries)
    known = frozenset(entry.headword for entry in entries)
    chinese: dict[str, int] = {}
    english: dict[str, int] = {}
    pair, one, other = [], [], []
    count = 0
    for entry in entries:
        parts = [chinese.setdefault(part, len(chinese)) for part in parts_of(entry.headword, known)]
        for gloss in entry.glosses[:6]:
            for word in gloss:
                place = english.setdefault(word, len(english))
                pair.extend([count] * len(parts))
                one.extend(parts)
                other.extend([place] * len(parts))
            count += 1
    links = _Links(np.array(pair), np.array(one), np.array(other), len(chinese), len(english))
    names = list(chinese), list(english)
    return Alignment(_named(links, links.learn(), names), _named(links, links.reversed().learn(), names))


class _Links:
    """All links that are possible: in pair p, part i may stand for word j."""

    def __init__(self, pair: np.ndarray, one: np.ndarray, other: np.ndarray, n_one: int, n_other: int) -> None:
        self.pair, self.one, self.other, self.n_one, self.n_other = pair, one, other, n_one, n_other
        self.key, self.link = np.unique(one.astype(np.int64) * n_other + other, return_inverse=True)

    def reversed(self) -> "_Links":
        """Return the same links seen from the other side, with keys in the same order."""
        turned = _Links.__new__(_Links)
        turned.pair, turned.one, turned.other = self.pair, self.other, self.one
        turned.n_one, turned.n_other, turned.key, turned.link = self.n_other, self.n_one, self.key, self.link
        return turned

    def learn(self) -> np.ndarray:
        """Return for each link the probability of the other side given this one."""
        probability = np.ones(len(self.key))
        # A word of a pair is explained by the parts of that pair, which share it out.
        cell = np.unique(self.pair.astype(np.int64) * self.n_other + self.other, return_inverse=True)[1]
        source = np.zeros(len(self.key), np.int64)
        source[self.link] = self.one
        for _ in range(ITERATIONS):
            share = probability[self.link]
            share = share / np.bincount(cell, share)[cell]
            expected = np.bincount(self.link, share, len(self.key))
            probability = expected / np.bincount(source, expected, self.n_one)[source]
        return probability


def _named(links: _Links, probability: np.ndarray, names: tuple[list[str], list[str]]) -> dict[tuple[str, str], float]:
    chinese, english = names
    kept = np.flatnonzero(probability >= LEAST)
    width = len(english)
    ones, others = links.key[kept] // width, links.key[kept] % width
    return {(chinese[one], english[other]): float(p)
            for one, other, p in zip(ones.tolist(), others.tolist(), probability[kept].tolist(), strict=True)}
