"""Words for people, kept apart from any language: a sentence with places for values."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Labels(NamedTuple):
    """Codes whose names stand in a vocabulary, for instance ``Labels("region", ("330000",))``."""

    scheme: str
    codes: tuple[str, ...]

    @classmethod
    def of(cls, scheme: str, codes: Iterable[str]) -> "Labels":
        """Return labels for `codes` in their order."""
        return cls(scheme, tuple(codes))


class Amount(NamedTuple):
    """Money in minor units of an ISO 4217 currency."""

    amount: int
    currency: str


class Message(NamedTuple):
    """An English sentence and the values that fill it; whoever shows it translates both.

    Values are plain, or `Labels`, `Amount` and ``datetime.date``, which read differently in each language.
    """

    template: str
    values: dict[str, Any] = {}

    def __str__(self) -> str:
        return self.template % self.values if self.values else self.template
