"""The terms of texts as the translation sees them: dictionary words that overlap, and phrases with their parts."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator

from matchmaker.ranking.text import Text, normalise
from matchmaker.ranking.text.words import Span, spans
from matchmaker.ranking.translation.dictionary import LONGEST_HEADWORD

SUB_WORD = 0.3
SINGLE_CHARACTER = 0.5
"""Single characters have too many meanings to count in full."""
PHRASE_PART = 0.5
LONGEST_PHRASE = 5
_HAN = re.compile(r"[㐀-鿿]+")


def terms_in_chinese(text: Text, known: Container[str]) -> Counter[str]:
    """Count every dictionary word of a Chinese text, also those that overlap or lie within another, and Latin words.

    >>> sorted(terms_in_chinese(Text("锂电池CNAS"), {"锂电池", "电池"}))
    ['cnas', '电池', '锂电池']
    """
    found = Counter(run[start:end] for run in _HAN.findall(normalise(text)) for start, end in _slices(len(run))
                    if run[start:end] in known)
    found.update(_latin(text))
    return found


def terms_of_chinese_need(text: Text, known: Container[str]) -> dict[str, float]:
    """Return the dictionary words of a Chinese need with weights: the longest at each place, what lies within at .3.

    Words are looked for between the seams that the segmentation gives, alone and joined; only in a word that the
    dictionary does not know, at any place. Characters that are left by themselves count half: most are parts of a name.

    >>> terms_of_chinese_need(Text("锂电池"), {"锂电池", "电池"})
    {'锂电池': 1.0, '电池': 0.3}
    >>> terms_of_chinese_need(Text("在野马队中"), {"在野", "马队", "野马", "队"})
    {'野马': 1.0, '队': 0.5}
    """
    terms: dict[str, float] = defaultdict(float)
    for words in _neighbours(spans(text)):
        start = 0
        while start < len(words):
            longest = min(len(words), start + LONGEST_HEADWORD)
            end = next((end for end in range(longest, start, -1) if "".join(words[start:end]) in known), None)
            if end is None:
                for part in _taken_apart(words[start], known):
                    _add(terms, part, known)
            else:
                _add(terms, "".join(words[start:end]), known)
            start = end or start + 1
    for word in _latin(text):
        if word in known:
            terms[word] += 1
    return dict(terms)


def terms_of_english_need(text: Text, known: Container[str]) -> dict[str, float]:
    """Return the words and phrases of an English need with weights: the longest phrase, its parts at half weight."""
    terms: dict[str, float] = defaultdict(float)
    words, start = text.words, 0
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


def _neighbours(found: Iterable[Span]) -> Iterator[list[str]]:
    """Yield the runs of Chinese words between which nothing stands."""
    run: list[str] = []
    last = 0
    for word, start, end in found:
        if run and (start != last or word.isascii()):
            yield run
            run = []
        if not word.isascii():
            run.append(word)
        last = end
    if run:
        yield run


def _taken_apart(word: str, known: Container[str]) -> Iterator[str]:
    """Yield the longest dictionary words at each place of a word, else characters."""
    start = 0
    while start < len(word):
        end = next((end for end in range(min(len(word), start + LONGEST_HEADWORD), start + 1, -1)
                    if word[start:end] in known), start + 1)
        yield word[start:end]
        start = end


def _add(terms: dict[str, float], word: str, known: Container[str]) -> None:
    if word in known:
        terms[word] += 1 if len(word) > 1 else SINGLE_CHARACTER
    for start, end in _slices(len(word)):
        if 1 < end - start < len(word) and word[start:end] in known:
            terms[word[start:end]] += SUB_WORD


def _latin(text: Text) -> list[str]:
    return [word for word in text.words if word.isascii()]


def _slices(length: int) -> Iterator[tuple[int, int]]:
    return ((start, end) for start in range(length)
            for end in range(start + 1, min(length, start + LONGEST_HEADWORD) + 1))
