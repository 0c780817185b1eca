"""Mark words in a text that others wrote: the text is escaped first, so that nothing in it can act."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape


def mark(text: str, words: Iterable[str]) -> Markup:
    """Return `text` escaped, with `words` in <mark>; Latin words only where they stand alone.

    >>> mark("Vibration <b> tests", ["vibration", "test"])
    Markup('<mark>Vibration</mark> &lt;b&gt; tests')
    """
    patterns = [_pattern(word) for word in sorted(set(words), key=len, reverse=True) if word.strip()]
    if not patterns:
        return escape(text)
    pieces = re.split(f"({'|'.join(patterns)})", text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces)
    )


def _pattern(word: str) -> str:
    before = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", word) else ""
    after = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]$", word) else ""
    return f"{before}{re.escape(word)}{after}"
