"""What can go wrong in the product's own terms; ``app`` maps each class to one HTTP status.

Messages are written for the person who can mend the fault. A message is a ``code`` that the translation catalogue
knows, with the values that fill it; ``str(error)`` gives it in English.
"""

from typing import Any


class MatchmakerError(Exception):
    """Base class: something that the caller can understand and put right."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class NotFound(MatchmakerError):
    """The thing asked for does not exist, or not for this caller."""


class Conflict(MatchmakerError):
    """The thing is no longer in a state that allows this."""


class Expired(MatchmakerError):
    """What was asked for was there once, and its time is over."""


class SignInNeeded(MatchmakerError):
    """Nobody has signed in, and this needs somebody."""


class TooMany(MatchmakerError):
    """This was tried too often; the value ``seconds`` says how long to wait."""


class Forbidden(MatchmakerError):
    """The caller may not do this."""


class Invalid(MatchmakerError):
    """What was sent cannot be used; the message says what to change."""


class Unavailable(MatchmakerError):
    """A part that the answer needs is not there yet, for instance a published index."""


class LeaseLost(MatchmakerError):
    """Another worker has taken the job over; whatever this one still holds must not be written."""
