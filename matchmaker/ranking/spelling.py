"""Words that a need writes slightly wrong: what is unknown to the catalogue, read as a term of the lexicon.

Only what no offering has is read otherwise, and only where one term of the lexicon lies a single slip away: in English,
where the word is no common one, a letter too many, too few, another or two in turn (Damerau 1964); in Chinese one
character that sounds like the right one, for these are typed by their sound.
"""

import functools
import importlib.resources
import itertools
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from symspellpy import SymSpell, Verbosity

from matchmaker.ranking.concepts.lexicon import concepts
from matchmaker.ranking.counts import WordCounts
from matchmaker.ranking.rows import Row
from matchmaker.ranking.text import Text, hash_term, normalise, spans

CERTAINTY = 0.7
"""How much a word counts that is read out of another."""
SHORTEST, SHORTEST_HAN, LONGEST_HAN = 6, 2, 8
"""Letters of an English word, and characters of a Chinese term, that may be misspelt; shorter ones are too alike."""
MOST_LOOKED_AT = 12
"""So many unknown words of a need are looked at, the first ones."""
_LATIN = re.compile("[a-z]+")


class Misspelt(NamedTuple):
    """What a need writes, what it is read as, and the analysed words of that which the catalogue knows."""

    written: str
    meant: str
    words: tuple[str, ...]


def read(text: Text, counts: WordCounts) -> tuple[Row, np.float32, list[Misspelt]]:
    """Return the counts of a need's words and pairs, how many words stay unknown, and what is mended.

    A word that it is read to mean counts `CERTAINTY`, unless the need has it anyway.
    """
    own = counts.count(text)
    unknown = np.float32(len(text.words) - own.after(counts.pair_buckets).data.sum())
    misspelt = [*_misspelt(text, counts)] if unknown else []
    if not misspelt:
        return own, unknown, misspelt
    meant = counts.count(" ".join(one.meant for one in misspelt)).indices
    said = dict.fromkeys(meant.tolist(), CERTAINTY) | dict(zip(own.indices.tolist(), own.data.tolist(), strict=True))
    return Row.of(said), np.maximum(unknown - np.float32(CERTAINTY * len(misspelt)), np.float32(0)), misspelt


def mended(text: Text, misspelt: Sequence[Misspelt]) -> Text:
    """Return a text with what it is read as after it; itself where nothing is misspelt."""
    return Text("\n".join([text, *(one.meant for one in misspelt)])) if misspelt else text


def _misspelt(text: Text, counts: WordCounts) -> Iterator[Misspelt]:
    normal = normalise(text)
    written = [*spans(normal)]
    unknown = [place for place, span in enumerate(written) if counts.place(span.word) is None]
    done: set[str] = set()
    for place in unknown[:MOST_LOOKED_AT]:
        start, end = written[place].start, written[place].end
        stretches = [(start, end)]
        if normal[start] >= "㐀":
            # A wrong character makes the segmentation go wrong beside it, too.
            beside = (written[other] for other in (place - 1, place + 1) if 0 <= other < len(written))
            stretches += [(min(start, span.start), max(end, span.end)) for span in beside
                          if start == span.end or end == span.start]
        for one in sorted({normal[first:last] for first, last in stretches} - done, key=lambda one: (-len(one), one)):
            meant = _homophone(one) if one[0] >= "㐀" else _neighbour(one)
            words = tuple(word for word in Text(meant).words if counts.place(word) is not None) if meant else ()
            if meant and words:
                yield Misspelt(one, meant, words)
                done.add(one)
                break


def _neighbour(written: str) -> str | None:
    """Return the lexicon's word a slip away from an English one that is none, if there is one and no other."""
    if len(written) < SHORTEST or not _LATIN.fullmatch(written):
        return None
    spelt, common = _english()
    near = [one for one in spelt.lookup(written, Verbosity.CLOSEST, max_edit_distance=1)
            if one.distance == 1 and one.term[0] == written[0]]
    is_plain = len(near) == 1 or (len(near) > 1 and near[0].count > near[1].count)
    place = np.searchsorted(common, hash_term(written))
    is_common = place < len(common) and common[place] == hash_term(written)
    return near[0].term if is_plain and not is_common else None


def _homophone(written: str) -> str | None:
    """Return the lexicon's Chinese term that sounds the same and differs in one character, if there is one alone."""
    if not SHORTEST_HAN <= len(written) <= LONGEST_HAN:
        return None
    terms = _chinese()
    near = {term for sound in _sounds(written) for term in terms.get(sound, ())
            if sum(one != other for one, other in zip(term, written, strict=True)) == 1}
    return near.pop() if len(near) == 1 and written not in near else None


@functools.cache
def _english() -> tuple[SymSpell, np.ndarray]:
    """Return the lexicon's words by how often they come, and the hashes of common words, ascending; once a process."""
    words = Counter(word for concept in concepts() for phrase in (*concept.en, *concept.lay_en)
                    for word in _LATIN.findall(normalise(phrase)) if len(word) >= SHORTEST)
    spelt = SymSpell(max_dictionary_edit_distance=1)
    for word, count in words.items():
        spelt.create_dictionary_entry(word, count)
    source = importlib.resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    common = (line.split(" ", 1)[0] for line in source.read_text(encoding="utf-8-sig").splitlines())
    return spelt, np.sort(np.array([hash_term(word) for word in common], np.uint32))


@functools.cache
def _chinese() -> Mapping[str, Sequence[str]]:
    """Return the lexicon's Chinese terms by their sounds; once a process."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for term in sorted({normalise(term) for concept in concepts() for term in concept.zh}):
        if SHORTEST_HAN <= len(term) <= LONGEST_HAN and all("㐀" <= sign <= "鿿" for sign in term):
            for sound in _sounds(term):
                found[sound].append(term)
    return found


def _sounds(term: str) -> Iterator[str]:
    """Yield how a term may be read, without tones, in at most 16 ways."""
    return (" ".join(sounds) for sounds in itertools.islice(itertools.product(*map(_readings, term)), 16))


@functools.lru_cache(maxsize=30_000)
def _readings(sign: str) -> list[str]:
    """Return how a character is read, without tones, in its two commonest ways."""
    # Single characters suffice, and the table of phrases would take forty megabytes.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    return list(pinyin(sign, style=Style.NORMAL, heteronym=True)[0][:2])
