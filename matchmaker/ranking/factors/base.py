"""What every soft factor returns."""

from typing import NamedTuple

from matchmaker.ranking.messages import Message


class Finding(NamedTuple):
    """How one side of an offering suits a need."""

    state: str
    """``met``, ``missing`` or ``unknown``."""
    value: float
    """In [-1, 1]; 0 when unknown."""
    message: Message


def unknown(template: str, **values: object) -> Finding:
    """Return the finding that nothing can be said."""
    return Finding("unknown", 0.0, Message(template, values))


def met(value: float, template: str, **values: object) -> Finding:
    """Return the finding that the offering suits the need."""
    return Finding("met", value, Message(template, values))


def missing(value: float, template: str, **values: object) -> Finding:
    """Return the finding that the offering does not suit the need, with a value of 0 or less."""
    return Finding("missing", value, Message(template, values))
