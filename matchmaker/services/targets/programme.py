"""The targets as ``data/targets.toml`` states them."""

import datetime as dt
import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchmaker.domain import UnitState
from matchmaker.errors import Invalid

FILE = "targets.toml"
SOURCES = frozenset({"batch", "entries"})


@dataclass(frozen=True)
class Target:
    """One target: how many of what by the programme's last day, and what the service proposes for it."""

    code: str
    aim: int
    title: Mapping[str, str]
    source: str | None = None
    kinds: Sequence[str] = ()
    state: UnitState = UnitState.PROPOSED


@dataclass(frozen=True)
class Programme:
    """The programme with its targets."""

    title: Mapping[str, str]
    first_day: dt.date
    last_day: dt.date
    targets: Sequence[Target]

    @property
    def years(self) -> range:
        """The years in which something may count."""
        return range(self.first_day.year, self.last_day.year + 1)

    def target(self, code: str) -> Target | None:
        """Return the target with this code."""
        return next((target for target in self.targets if target.code == code), None)


def programme(folder: Path) -> Programme:
    """Return the programme as its file in `folder` states it; raise `Invalid` for a file that cannot be used."""
    return _read(folder / FILE)


@functools.lru_cache(maxsize=4)
def _read(path: Path) -> Programme:
    try:
        with path.open("rb") as file:
            stated = tomllib.load(file)
        head = stated["programme"]
        return Programme(_texts(head["title"]), _day(head["first_day"]), _day(head["last_day"]),
                         tuple(_target(entry) for entry in stated["target"]))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise Invalid("The targets in %(file)s cannot be used: %(detail)s", file=str(path),
                      detail=str(error)) from error


def _target(entry: Mapping[str, Any]) -> Target:
    source = entry.get("from")
    if source is not None and source not in SOURCES:
        raise ValueError(f"from = {source!r}")
    return Target(str(entry["code"]), int(entry["aim"]), _texts(entry["title"]), source,
                  tuple(entry.get("kinds", ())), UnitState(entry.get("state", "proposed")))


def _texts(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not value or not set(value) <= {"zh", "en"}:
        raise ValueError(f"title = {value!r}")
    return {language: str(words) for language, words in value.items()}


def _day(value: Any) -> dt.date:
    if not isinstance(value, dt.date):
        raise ValueError(f"{value!r} is no day")
    return value
