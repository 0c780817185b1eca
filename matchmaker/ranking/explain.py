"""Which words of an offering carried a match, as they are written there."""

from collections.abc import Iterable, Sequence

from matchmaker.ranking.catalogue import LANGUAGES, TEXT_FIELDS, Offering
from matchmaker.ranking.text import first_spans

SHOWN = 6
READ = 2000
"""Characters of a text that are looked through for words to mark."""


def marked_words(offering: Offering, carried: Sequence[str], language: str) -> list[str]:
    """Return the written forms of the analysed words `carried`, heaviest first, each once.

    Looked for in the offering's texts, those in the reader's language first. Single characters and bare numbers tell a
    reader nothing: a Han character is given only where there is nothing better.
    """
    written: dict[str, str] = {}
    sought = set(carried)
    for text in _texts(offering, language):
        for span in first_spans(text[:READ], sought) if sought else ():
            written[span.word] = text[span.start:span.end]
    found = dict.fromkeys(written[word] for word in carried if word in written)
    telling = [word for word in found if len(word) > 1 and not word.isdecimal()]
    return (telling or [word for word in found if not word.isascii()])[:SHOWN]


def _texts(offering: Offering, language: str) -> Iterable[str]:
    for own in sorted(LANGUAGES, key=lambda name: name != language):
        for field in TEXT_FIELDS:
            if text := (offering.get(field) or {}).get(own):
                yield text
    yield from offering.get("keywords") or ()
