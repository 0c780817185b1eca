"""The rankers that can be measured, by name: ours, and simple ones of others to stand beside it."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np

from matchmaker.errors import Invalid
from matchmaker.extras import require
from matchmaker.ranking.channels.semantic import Semantic
from matchmaker.ranking.evaluate.peers import Bm25sPeer, TfidfPeer, WordTfidfPeer
from matchmaker.ranking.semantic.encoder import EXTRA, PACKAGE, SentenceEncoder
from matchmaker.ranking.semantic.ranker import SemanticRanker
from matchmaker.ranking.texts import TextRanker

OURS = "matchmaker"
SEMANTIC = "semantic:"
"""Before the folder of a sentence-transformers model: our ranker with that model."""


class Answer(Protocol):
    """What was found for a need, best first: places of texts and their scores, shape (n_found,) each."""

    @property
    def offerings(self) -> np.ndarray:
        """Places of the texts as they were fitted, counted from 0."""

    @property
    def scores(self) -> np.ndarray:
        """Greater is better."""


class Ranker(Protocol):
    """What can be measured: fitted on texts, it ranks them for needs."""

    def fit(self, texts: Sequence[str]) -> Self:
        """Index the texts."""

    def rank(self, needs: Sequence[str], *, k: int) -> Iterable[Answer]:
        """Return for each need its k best texts, or fewer."""


@runtime_checkable
class StagedRanker(Protocol):
    """A ranker whose first stage can be measured by itself."""

    def retrieve(self, needs: Sequence[str], *, k: int) -> Iterable[np.ndarray]:
        """Return for each need the places of the k texts that the first stage puts first, or fewer."""


class Entry(NamedTuple):
    """How a ranker is made, and the package that it needs beyond ours."""

    make: Callable[[], Any]
    package: str | None = None


RANKERS: Mapping[str, Entry] = {
    OURS: Entry(TextRanker),
    "bm25s": Entry(Bm25sPeer, "bm25s"),
    "tfidf": Entry(TfidfPeer),
    "tfidf-words": Entry(WordTfidfPeer, "bm25s"),
}


def _with_model(folder: Path) -> SemanticRanker:
    return SemanticRanker(Semantic(SentenceEncoder(folder)))


def find_maker(name: str) -> Callable[[], Ranker]:
    """Return what makes a ranker.

    Raise `Invalid` when there is none of this name, `Unavailable` when its package is not installed.
    """
    if name.startswith(SEMANTIC):
        require(PACKAGE, EXTRA)
        return functools.partial(_with_model, Path(name.removeprefix(SEMANTIC)))
    if name not in RANKERS:
        raise Invalid("No ranker is called %(name)s. Known are: %(known)s.", name=name, known=", ".join(RANKERS))
    entry = RANKERS[name]
    if entry.package:
        require(entry.package, "test")
    return entry.make
