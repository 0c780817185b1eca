"""The terms of texts as the translation sees them: dictionary words that overlap, and phrases with their parts."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
import re

from matchmaker.ranking.text import normalise
from matchmaker.ranking.translation.dictionary import LONGEST_HEADWORD

SUB_WORD = 0.3
PHRASE_PART = 0.5
LONGEST_PHRASE = 5
_HAN = re.compile(r"[㐀-鿿]+")


def headwords_in(text: str, known: Container[str]) -> Counter[str]:
    """Count every dictionary word in a Chinese text, also those that overlap or lie within another.

    >>> headwords_in("锂电池测试", {"锂电池", "电池", "测试"})
    Counter({'锂电池': 1, '电池': 1, '测试': 1})
    """
    return Counter(run[start:end] for run in _HAN.findall(normalise(text)) for start, end in _slices(len(run))
                   if run[start:end] in known)


def chinese_terms(text: str, known: Container[str]) -> dict[str, float]:
    """Return the dictionary words of a Chinese need with weights: the longest at each place, what lies within at .3."""
    terms: Counter[str] = Counter()
    for run in _HAN.findall(normalise(text)):
        start = 0
        while start < len(run):
            end = next((end for end in range(min(len(run), start + LONGEST_HEADWORD), start + 1, -1)
                        if run[start:end] in known), start + 1)
            _add(terms, run[start:end], known)
            start = end
    return dict(terms)


def english_terms(words: list[str], known: Container[str]) -> dict[str, float]:
    """Return the words and phrases of an English need with weights: the longest phrase, its parts at half weight."""
    terms: Counter[str] = Counter()
    start = 0
    while start < len(words):
        length = next((n for n in range(min(LONGEST_PHRASE, len(words) - start), 1, -1)
                       if " ".join(words[start:start + n]) in known), 1)
        if length > 1:
            terms[" ".join(words[start:start + length])] += 1
        for word in words[start:start + length]:
            if word in known:
                terms[word] += 1 if length == 1 else PHRASE_PART
        start += length
    return dict(terms)


def _add(terms: Counter[str], word: str, known: Container[str]) -> None:
    if word in known:
        terms[word] += 1
    for start, end in _slices(len(word)):
        if 1 < end - start < len(word) and word[start:end] in known:
            terms[word[start:end]] += SUB_WORD


def _slices(length: int) -> Iterable[tuple[int, int]] | Iterator[tuple[int, int]]:
    return ((start, end) for start in range(length) for end in range(start + 1, min(length, start + LONGEST_HEADWORD) + 1))
