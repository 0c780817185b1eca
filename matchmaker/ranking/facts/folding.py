"""Text as the patterns of this package read it: one form for each character, facts already taken masked out."""

import re
import unicodedata
from collections.abc import Iterable

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
# NFKC would glue the circled number of a list to the figure behind it, and make an ordinary comma, which groups
# thousands, of the Chinese one, which parts clauses.
_APART = re.compile("[①-⓿❶-➓]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# What a careless conversion leaves of a page: entities, and the bytes of Windows for dashes and quotes.
_ENTITIES = {"gt": ">", "lt": "<", "deg": "°", "plusmn": "±", "micro": "μ", "nbsp": " ", "times": "×", "ndash": "–"}
_ENTITY = re.compile(f"&({'|'.join(_ENTITIES)});")
_WINDOWS = {0x91: "'", 0x92: "'", 0x93: '"', 0x94: '"', 0x95: "•", 0x96: "–", 0x97: "—"}
# The first of the two bytes of "µ" or "°", read as a character of its own.
_MOJIBAKE = re.compile("Â(?=[°±²³µ·])")
MASK = "\x00"
"""What stands in place of the characters of a fact already taken."""


class Folded(str):
    """A text that was folded; folding it again costs nothing."""

    __slots__ = ()


def fold(text: str) -> Folded:
    """Return `text` in NFKC with powers as ``^2``, without invisible characters; folding twice changes nothing.

    >>> fold("１０ｋＮ，５×１０⁻⁴ Ｐａ，３ ㎡") == "10kN、5×10^-4 Pa、3 m^2"
    True
    """
    if isinstance(text, Folded):
        return text
    if "&" in text:
        text = _ENTITY.sub(lambda entity: _ENTITIES[entity[1]], text)
    if text.isascii():
        return Folded(text)
    text = text.translate(_WINDOWS)
    text = _INVISIBLE.sub("", text).replace("㎡", "m²").replace("㎥", "m³").replace("，", "、")
    text = _MOJIBAKE.sub("", _APART.sub(" ", text))
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group().translate(_SUPERSCRIPTS), text)
    return Folded(_ENTITY.sub(lambda entity: _ENTITIES[entity[1]], unicodedata.normalize("NFKC", text)))


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text`, as long as before, with what stands in `spans` made unreadable."""
    pieces, done = [], 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        start = max(start, done)
        pieces += [text[done:start], MASK * (end - start)]
        done = end
    return "".join([*pieces, text[done:]])
