"""How evidence is weighed and what a proposal has to pass: ``data/learning.toml``."""

import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).resolve().parents[3] / "data" / "learning.toml"


@dataclass(frozen=True)
class Evidence:
    """How much there has to be."""

    lists: int
    firms: int
    reviewers: int
    platforms: int
    days: int
    most_lists: int


@dataclass(frozen=True)
class Grades:
    """What outcomes are worth; `rated` by ratings from the worst to the best."""

    completed: int
    rated: Sequence[int]
    against: Sequence[str]


@dataclass(frozen=True)
class Position:
    """How seldom a place is looked at."""

    exponent: float
    clip: float


@dataclass(frozen=True)
class Caps:
    """The most that one may weigh, as a share of all; and who is taken to be devoted."""

    firm: float
    reviewer: float
    platform: float
    decisions: float
    devoted: float
    """A firm is devoted to a platform of which at least this share of its picks is."""


@dataclass(frozen=True)
class Fit:
    """How strongly weights are held near those in force, and the multiples of these that they never leave."""

    strength: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Checks:
    """What a proposal has to pass."""

    held_out: float
    held_out_lists: int
    gain: float
    collection_loss: float
    group_loss: float
    group_lists: int
    platform_share: float
    gini: float
    top_one: float
    own_share: float


@dataclass(frozen=True)
class Settings:
    """All of it."""

    evidence: Evidence
    grades: Grades
    position: Position
    caps: Caps
    fit: Fit
    checks: Checks


@functools.cache
def settings(file: Path = FILE) -> Settings:
    """Return what the file states."""
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    return Settings(Evidence(**read["evidence"]), Grades(**read["grades"]), Position(**read["position"]),
                    Caps(**read["caps"]), Fit(**read["fit"]), Checks(**read["checks"]))
