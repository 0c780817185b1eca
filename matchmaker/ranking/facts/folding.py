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
_MASK = "\x00"


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
    if text.isascii():
        return Folded(text)
    text = _INVISIBLE.sub("", text).replace("㎡", "m²").replace("㎥", "m³").replace("，", "、")
    text = _APART.sub(" ", text)
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group().translate(_SUPERSCRIPTS), text)
    return Folded(unicodedata.normalize("NFKC", text))


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text`, as long as before, with what stands in `spans` made unreadable."""
    pieces, done = [], 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        start = max(start, done)
        pieces += [text[done:start], _MASK * (end - start)]
        done = end
    return "".join([*pieces, text[done:]])
