"""Words of a text: normalised, segmented, stemmed, without function words."""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import rjieba
import Stemmer

from matchmaker.ranking.text.stopwords import STOPWORDS

_RUNS = re.compile(r"[㐀-鿿]+|[a-z0-9ß-öø-ɏͰ-ϿЀ-ӿ]+(?:[.\-/_+][a-z0-9ß-öø-ɏ]+)*")
# The same where all is ASCII, by which alone a class is looked up in a table, and nothing is gone back on.
_ASCII_RUNS = re.compile(r"[a-z0-9]++(?:[.\-/_+][a-z0-9]++)*+")
_PLAIN = re.compile(r"[a-z0-9]+")
_PLAIN_RUNS = re.compile(r"[㐀-鿿]+|[a-z0-9]+")
_PARTS = re.compile(r"[.\-/_+]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_local = threading.local()
FIRST_HAN = "㐀"


class Span(NamedTuple):
    """A word where it stands: its analysed form, and the place of what was written."""

    word: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Return `text` in NFKC, lower case and without invisible characters, which could hide or fake words.

    >>> normalise("ＧＢ/Ｔ\u200b 2423")
    'gb/t 2423'
    """
    if text.isascii():
        return text.lower()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()


def words(text: str) -> list[str]:
    """Return the content words of `text` in order, stemmed where they are Latin.

    >>> words("It is for vibration testing to GB/T 2423.10")
    ['vibrat', 'test', 'gb', 't', 'gb/t', '2423', '10', '2423.10']
    >>> words("锂电池振动试验，A100显卡")
    ['锂电池', '振动', '试验', 'a100', '显卡']
    """
    if text.isascii():
        return list(chain.from_iterable(map(_latin_words, _ASCII_RUNS.findall(text.lower()))))
    runs = _RUNS.findall(normalise(text))
    return [word for run in runs for word in (_han_words(run) if _is_han(run) else _latin_words(run))]


def all_words(text: str) -> list[str]:
    """Return every word of `text` in order, function words too, stemmed where they are Latin.

    >>> all_words("who lets us drill? 自己带刀具")
    ['who', 'let', 'us', 'drill', '自己', '带', '刀具']
    """
    found: list[str] = []
    for run in _PLAIN_RUNS.findall(normalise(text)):
        if _is_han(run):
            found.extend(rjieba.cut(run))
        else:
            found.append(_stem(run))
    return found


def plain_words(text: str) -> tuple[str, ...]:
    """Return the content words of a short English text such as a dictionary's gloss, quicker than `words`.

    >>> plain_words("to divide exactly, without remainder")
    ('divid', 'exact', 'remaind')
    """
    return tuple(_stem(part) for part in _PLAIN.findall(text.lower()) if part not in STOPWORDS)


def spans(text: str) -> Iterator[Span]:
    """Yield the content words of `text` with their places in it.

    >>> text = "耐温85℃的ＰＣＢ"
    >>> [text[span.start:span.end] for span in spans(text)]
    ['耐温', '85', '℃', 'ＰＣＢ']
    """
    return _placed(text, _spans)


def first_spans(text: str, sought: set[str]) -> Iterator[Span]:
    """Yield where words that are `sought` stand first in `text`, and take them out of the set.

    >>> sought = {"test", "振动"}
    >>> [span.start for span in first_spans("Tests: 振动, testing", sought)], sought
    ([0, 7], set())
    """
    return _placed(text, lambda normal: _first_spans(normal, sought))


def _placed(text: str, find: Callable[[str], Iterator[Span]]) -> Iterator[Span]:
    """Yield what is found in the normalised text, with the places that it has in `text`."""
    normal = normalise(text)
    if len(normal) == len(text) and not _INVISIBLE.search(text):
        yield from find(normal)
        return
    # Sign by sign, so that the places are known where one becomes several ("℃") or none.
    signs = [_normalise_sign(sign) for sign in text]
    places = [place for place, sign in enumerate(signs) for _ in sign]
    for word, start, end in find("".join(signs)):
        yield Span(word, places[start], places[end - 1] + 1)


_normalise_sign = lru_cache(maxsize=20_000)(normalise)


def _spans(text: str) -> Iterator[Span]:
    for found in _RUNS.finditer(text):
        for word, start, end in _parts(found.group()):
            yield Span(word, found.start() + start, found.start() + end)


def _first_spans(text: str, sought: set[str]) -> Iterator[Span]:
    """Do what `first_spans` says, in a normalised text.

    Of most words a look at the letters with which they begin tells that a text lacks them. A Chinese word stands in its
    run as it is, so most runs need not be segmented.
    """
    here = {word for word in sought if _beginning(word) in text}
    han = [word for word in here if _is_han(word)]
    for found in (_ASCII_RUNS if text.isascii() else _RUNS).finditer(text) if here else ():
        run = found.group()
        if here.isdisjoint(_latin_words(run)) if run[0] < FIRST_HAN else not any(map(run.__contains__, han)):
            continue
        for word, start, end in _parts(run):
            if word in here:
                here.remove(word)
                sought.remove(word)
                yield Span(word, found.start() + start, found.start() + end)
        if not here:
            return


@lru_cache(maxsize=50_000)
def _beginning(word: str) -> str:
    """Return with what a word begins however it is inflected: "happi" stands for "happy", "die" for "dying"."""
    if _is_han(word) or len(word) < 3:
        return word
    return word[:-2] if word.endswith("ie") else word[:-1]


def _parts(run: str) -> Iterable[tuple[str, int, int]]:
    """Return the words of a run of one script, with their places in the run."""
    return _han(run) if _is_han(run) else _latin(run)


def _is_han(run: str) -> bool:
    return run[0] >= FIRST_HAN


def _han(run: str) -> Iterator[tuple[str, int, int]]:
    end = 0
    for word in rjieba.cut(run):
        start, end = end, end + len(word)
        if word not in STOPWORDS:
            yield word, start, end


def _han_words(run: str) -> list[str]:
    return [word for word in rjieba.cut(run) if word not in STOPWORDS]


@lru_cache(maxsize=50_000)
def _latin(run: str) -> tuple[Span, ...]:
    found, start = [], 0
    parts = _PARTS.split(run)
    for part in parts:
        if part and part not in STOPWORDS:
            found.append(Span(_stem(part), start, start + len(part)))
        start += len(part) + 1
    if len(parts) > 1 and len(run) <= 40:
        found.append(Span(run, 0, len(run)))
    return tuple(found)


@lru_cache(maxsize=50_000)
def _latin_words(run: str) -> tuple[str, ...]:
    return tuple(span.word for span in _latin(run))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        # A stemmer keeps a buffer of its own, so threads must not share one.
        stemmer = _local.stemmer = Stemmer.Stemmer("english", 0)
    stem: str = stemmer.stemWord(word)
    return stem
