"""What is known of the two languages, ready to be asked by what a catalogue holds."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Sequence

from matchmaker.ranking.concepts.lexicon import Concept, concepts
from matchmaker.ranking.translation.alignment import align
from matchmaker.ranking.translation.dictionary import Entry, cedict, entries_of

Gloss = tuple[str, ...]
Likely = dict[str, list[tuple[str, float]]]
"""Target → the sources that may mean it, each with the probability of the target given the source."""


class Knowledge:
    """Dictionary entries and the alignment learnt from them, looked up by the terms of either language.

    Attributes
    ----------
    headwords : frozenset of str
    senses : dict of str to list of list of gloss
        Headword → its entries, each with its glosses in order of sense.
    used_in : dict of str to set of str
        English word → the headwords in whose glosses it stands.
    into_chinese, into_english : dict
        The alignment by target (see `Likely`).
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = list(entries)
        self.senses: dict[str, list[tuple[Gloss, ...]]] = defaultdict(list)
        self.used_in: dict[str, set[str]] = defaultdict(set)
        for headword, glosses in entries:
            self.senses[headword].append(glosses)
            for gloss in glosses:
                for word in gloss:
                    self.used_in[word].add(headword)
        self.headwords = frozenset(self.senses)
        alignment = align(entries)
        self.into_chinese: Likely = defaultdict(list)
        self.into_english: Likely = defaultdict(list)
        for (chinese, english), probability in alignment.to_chinese.items():
            self.into_chinese[chinese].append((english, probability))
        for (chinese, english), probability in alignment.to_english.items():
            self.into_english[english].append((chinese, probability))


def knowledge(known: Sequence[Concept] | None = None) -> Knowledge:
    """Return what a lexicon, by default ours, and CC-CEDICT know; the last one made is kept (it takes some seconds)."""
    return _knowledge(concepts() if known is None else tuple(known))


@functools.lru_cache(maxsize=1)
def _knowledge(known: tuple[Concept, ...]) -> Knowledge:
    own = entries_of((concept.zh, concept.en) for concept in known)
    return Knowledge([*own, *cedict()])
