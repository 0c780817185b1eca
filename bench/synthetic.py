"""A catalogue of any size out of the words of the demo: for measuring what many offerings cost, not how good a list is.

Each offering is one of the demo's with its texts drawn anew, word by word, from all words of that language by how often
the demo and the lexicon use them (so Zipf's law holds), and with new names now and then (so the vocabulary grows as
Heaps' law says). Everything else, conditions, places, prices, is as in the demo.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from matchmaker.config import Config
from matchmaker.domain.base import new_id
from matchmaker.ranking.text import Text
from matchmaker.services import training

NEW_WORD = 0.01
"""How often a word is one that nobody used before."""
SYLLABLES = "ba ce di fo gu ha ki lo mu ne pa qui ro su te vo wa xi yo zu".split()


def offerings(n: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield `n` offerings as the API would show them."""
    draw = random.Random(seed)
    known = [training.public(offering) for offering in training.demo_offerings(Config().data)]
    spoken = {language: _spoken(known, language) for language in ("zh", "en")}
    for offering in itertools.islice(itertools.cycle(known), n):
        texts = {field: {language: _drawn(draw, text, spoken[language], language)
                         for language, text in (offering[field] or {}).items()}
                 for field in ("title", "summary", "description")}
        yield {**offering, **texts, "id": str(new_id()), "keywords": []}


def _spoken(known: list[dict[str, Any]], language: str) -> tuple[list[str], list[int]]:
    """Return the words of a language, and how often up to each any word is used."""
    counts = Counter(word for offering in known for field in ("title", "summary", "description")
                     for word in Text((offering[field] or {}).get(language, "")).words)
    return list(counts), list(itertools.accumulate(counts.values()))


def _drawn(draw: random.Random, text: str, spoken: tuple[list[str], list[int]], language: str) -> str:
    length = len(Text(text).words)
    words = draw.choices(spoken[0], cum_weights=spoken[1], k=length)
    new = ["".join(draw.choices(SYLLABLES, k=4)) if draw.random() < NEW_WORD else word for word in words]
    return ("" if language == "zh" else " ").join(new)
