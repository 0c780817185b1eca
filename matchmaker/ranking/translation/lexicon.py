"""The concept lexicon: professional terms in both languages, and the words of those who do not know them."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

FOLDER = Path(__file__).resolve().parents[3] / "data" / "lexicon"


class Concept(NamedTuple):
    """One concept of the domain: its terms, its place, and the lay phrases by which it is described."""

    id: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    broader: str
    kinds: tuple[str, ...]
    lay_en: tuple[str, ...]
    lay_zh: tuple[str, ...]


def read_concepts(folder: Path = FOLDER) -> Iterator[Concept]:
    """Yield the concepts of every ``.jsonl`` file in `folder`, in the order of their names."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            if line.strip():
                fields = orjson.loads(line)
                yield Concept(
                    id=fields["id"], en=tuple(fields["en"]), zh=tuple(fields["zh"]), broader=fields["broader"],
                    kinds=tuple(fields["kinds"]), lay_en=tuple(fields["lay_en"]), lay_zh=tuple(fields["lay_zh"]),
                )


@functools.cache
def concepts() -> tuple[Concept, ...]:
    """Return the concepts of the product's lexicon, read once per process."""
    return tuple(read_concepts())
