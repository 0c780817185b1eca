"""What the service answers, with types. Fields that this version does not know are left out."""

from dataclasses import dataclass, field, fields
from typing import Any, Self

ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True)
class Document:
    """An answer of the service."""

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """Return the answer that a JSON object holds."""
        names = {known.name for known in fields(cls)}
        return cls(**{name: value for name, value in document.items() if name in names})


@dataclass(frozen=True)
class Batch(Document):
    """A batch and how far it is."""

    id: str
    reference: str
    created_at: str
    live: bool
    dry_run: bool
    state: str = "queued"
    rows: dict[str, int] = field(default_factory=dict)
    """How many rows ended how: accepted, accepted_with_warnings, refused, skipped."""
    standings: dict[str, int] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    weighed: int | None = None
    """How many rows are weighed, while scarce places are shared out."""
    rows_per_second: float | None = None
    seconds_left: int | None = None
    error: str | None = None
    allotment: dict[str, Any] | None = None
    ignored_columns: list[dict[str, Any]] = field(default_factory=list)

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more will happen by itself."""
        return self.state in ENDED


@dataclass(frozen=True)
class Remark(Document):
    """What is wrong with a row, or worth knowing."""

    column: str
    code: str
    words: str


@dataclass(frozen=True)
class Match(Document):
    """An offering that goes with a row's need."""

    offering: str
    external_id: str
    platform: str | None
    title: dict[str, str]
    fit: float
    fits: bool


@dataclass(frozen=True)
class Lead(Document):
    """A lead that came of a row, and how it stands."""

    reference: str
    offering: str
    platform: str | None
    state: str
    due_at: str
    changed_at: str
    decline_reason: str | None = None


@dataclass(frozen=True)
class Result(Document):
    """How one row ended, and what came of it."""

    row: int
    external_id: str | None
    outcome: str
    standing: str | None
    remarks: list[Remark] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """Return the answer that a JSON object holds, with its parts."""
        parts = {name: [kind.of(part) for part in document.get(name) or ()]
                 for name, kind in (("remarks", Remark), ("matches", Match), ("leads", Lead))}
        return super().of(document | parts)
