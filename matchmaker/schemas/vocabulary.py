"""The codes of kinds, themes, reasons and added concepts that inputs may use.

An operator extends them, so an entry point says which there are.

Each request, job and command calls `use_vocabulary` with what the database has, or, where its input may name none of
them, `use_vocabulary_of` with how to find out.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Vocabulary(NamedTuple):
    """The codes that are known."""

    kinds: frozenset[str]
    themes: frozenset[str]
    reasons: frozenset[str]
    concepts: frozenset[str]
    """Those that an operator added to the lexicon's own."""


NOTHING = Vocabulary(frozenset(), frozenset(), frozenset(), frozenset())
_vocabulary: ContextVar[tuple[Callable[[], Vocabulary], Vocabulary]] = ContextVar("vocabulary")


@contextmanager
def use_vocabulary_of(read: Callable[[], Vocabulary], known: Vocabulary = NOTHING) -> Iterator[None]:
    """Check what inputs name of the vocabulary, until the block ends, against what `read` returns.

    It is called when the first code has to be checked that is not among those `known` before, and not again: codes are
    added and retired, but none is ever taken out.
    """
    token = _vocabulary.set((functools.cache(read), known))
    try:
        yield
    finally:
        _vocabulary.reset(token)


def use_vocabulary(kinds: frozenset[str], themes: frozenset[str],
                   reasons: frozenset[str] = frozenset(),
                   concepts: frozenset[str] = frozenset()) -> AbstractContextManager[None]:
    """Check what inputs name of the vocabulary against these codes until the block ends."""
    return use_vocabulary_of(lambda: Vocabulary(kinds, themes, reasons, concepts))


def current_vocabulary() -> Vocabulary:
    """Return the codes of this context; raise `LookupError` where no entry point has given any."""
    read, _known = _vocabulary.get()
    return read()


def has_code(codes_of: Callable[[Vocabulary], frozenset[str]], code: str) -> bool:
    """Tell whether one of the lists of this context has a code; raise `LookupError` as above."""
    read, known = _vocabulary.get()
    return code in codes_of(known) or code in codes_of(read())
