"""The codes of kinds, themes and reasons that inputs may use.

An operator extends them, so an entry point says which there are.

`use_vocabulary` is called once per request, job or command with what the database has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Vocabulary(NamedTuple):
    """The codes that are known."""

    kinds: frozenset[str]
    themes: frozenset[str]
    reasons: frozenset[str]


_vocabulary: ContextVar[Vocabulary] = ContextVar("vocabulary")


@contextmanager
def use_vocabulary(kinds: frozenset[str], themes: frozenset[str],
                   reasons: frozenset[str] = frozenset()) -> Iterator[None]:
    """Check kinds, themes and reasons to decline against these codes until the block ends."""
    token = _vocabulary.set(Vocabulary(kinds, themes, reasons))
    try:
        yield
    finally:
        _vocabulary.reset(token)


def current_vocabulary() -> Vocabulary:
    """Return the codes of this context; raise `LookupError` where no entry point has given any."""
    return _vocabulary.get()
