"""From how many firms on a figure is told, and what else is kept back so that none below that can be worked out."""

from collections.abc import Mapping
from typing import TypeVar

from matchmaker.errors import Invalid

LEAST = 5
"""Nothing is told of fewer firms than this."""

Value = TypeVar("Value")


def check_listed(firms: int) -> None:
    """Raise `Invalid` when too few firms stand behind a figure for what it counts to be listed."""
    if firms < LEAST:
        raise Invalid("Fewer than %(least)s firms stand behind this figure; so it is not listed.", least=LEAST)


def kept_back(firms: Mapping[Value, int]) -> set[Value]:
    """Return which groups of a table are kept back: those of too few firms, and what would tell them by subtraction.

    Whoever knows the sum of a table takes what is shown from it: so as many more groups are kept back, the smallest
    first, until `LEAST` firms stand behind what is missing.

    >>> sorted(kept_back({"a": 3, "b": 6, "c": 40}))
    ['a', 'b']
    >>> sorted(kept_back({"a": 3, "b": 2, "c": 40}))
    ['a', 'b']
    """
    hidden = {value for value, count in firms.items() if 0 < count < LEAST}
    missing = sum(firms[value] for value in hidden)
    for value in sorted((one for one, count in firms.items() if count >= LEAST), key=lambda one: firms[one]):
        if not hidden or missing >= LEAST:
            break
        hidden.add(value)
        missing += firms[value]
    return hidden
