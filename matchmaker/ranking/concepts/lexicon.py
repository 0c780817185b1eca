"""The concept lexicon: professional terms in both languages, and the words of those who do not know them."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

OUT_OF_SCOPE = "out_of_scope"
"""Broader concept of what firms and people ask for too, but no platform offers; no kind answers it."""
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

    @property
    def label(self) -> dict[str, str]:
        """What it is called, by language."""
        return {"zh": self.zh[0], "en": self.en[0]}


def read_concepts(path: Path) -> Iterator[Concept]:
    """Yield the concepts of a ``.jsonl`` file; raise `ValueError` naming the line that is none."""
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if line.strip():
            try:
                yield _concept(orjson.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from error


def concept_ids() -> frozenset[str]:
    """Return the ids of all concepts."""
    return _ids(_state())


def concepts() -> tuple[Concept, ...]:
    """Return the concepts of every ``.jsonl`` file of the lexicon, in the order of their names.

    They are read once per process, and again when a file was added or changed.
    """
    return _read(_state())


def _state() -> tuple[tuple[Path, int], ...]:
    """Return what is there, and when it was changed, in nanoseconds."""
    return tuple((path, path.stat().st_mtime_ns) for path in sorted(FOLDER.glob("*.jsonl")))


@functools.lru_cache(maxsize=2)
def _read(state: tuple[tuple[Path, int], ...]) -> tuple[Concept, ...]:
    return tuple(concept for path, _ in state for concept in read_concepts(path))


@functools.lru_cache(maxsize=2)
def _ids(state: tuple[tuple[Path, int], ...]) -> frozenset[str]:
    return frozenset(concept.id for concept in _read(state))


def _concept(fields: Any) -> Concept:
    if not isinstance(fields, dict):
        raise ValueError("a concept is an object")
    texts, lists = ("id", "broader"), ("en", "zh", "kinds", "lay_en", "lay_zh")
    for name in (*texts, *lists):
        value = fields.get(name)
        words = [value] if name in texts else value
        may_be_empty = name == "kinds" and fields["broader"] == OUT_OF_SCOPE
        if not isinstance(words, list) or not (words or may_be_empty) or not all(
                isinstance(word, str) and word.strip() for word in words):
            raise ValueError(f"{name} must be {'a text' if name in texts else 'a list of texts, at least one'}")
    return Concept(fields["id"], tuple(fields["en"]), tuple(fields["zh"]), fields["broader"], tuple(fields["kinds"]),
                   tuple(fields["lay_en"]), tuple(fields["lay_zh"]))
