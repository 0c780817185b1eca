"""The weights of the ranking, by version: data, so that a change is announced before it counts and stays readable.

``data/weights.toml`` holds every version that came with a release. Those that operators promoted come beside them (see
`matchmaker.services.weighing`). Rankings name theirs, and are replayed with it.
"""

import datetime as dt
import functools
import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matchmaker.errors import Invalid, NotFound

FILE = Path(__file__).resolve().parents[2] / "data" / "weights.toml"
NOTICE = dt.timedelta(days=14)
"""So long before it counts a version is announced."""


@dataclass(frozen=True)
class Weights:
    """One version of the weights."""

    version: str
    announced: dt.date
    in_force_from: dt.date
    text: float
    """Weight of the texts' similarity in the score."""
    channels: Mapping[str, float]
    """Weight of each channel in the texts' similarity."""
    factors: Mapping[str, float]
    """Weight of each soft factor in the score."""
    why: Mapping[str, str]
    """Why it came, by language."""
    base: str | None = None
    """The version that it changes; None for the one before it."""
    ended: dt.date | None = None
    """The first day on which it no longer counts, where it was rolled back: from then on those before it do again."""
    ended_why: Mapping[str, str] = field(default_factory=dict)
    page: Mapping[str, float] = field(default_factory=dict)
    """How much of the first page one platform may fill when others fit equally (see `pages`); empty: no limit."""

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether it was taken back before it ever counted."""
        return self.ended is not None and self.ended <= self.in_force_from

    def counts_on(self, day: dt.date) -> bool:
        """Tell whether it counts on a day, unless one after it does."""
        return self.in_force_from <= day and (self.ended is None or day < self.ended)


@dataclass(frozen=True)
class Change:
    """One weight that differs between two versions; None where a version has no such weight."""

    group: str
    name: str
    before: float | None
    after: float | None


@functools.cache
def versions(file: Path = FILE) -> Sequence[Weights]:
    """Return all versions of a file, the oldest first; raise `Invalid` when one came without the notice promised."""
    read = tomllib.loads(file.read_text(encoding="utf-8"))["version"]
    found = [Weights(**fields) for fields in read]
    for before, after in itertools.pairwise(found):
        if after.in_force_from < after.announced + NOTICE or after.in_force_from <= before.in_force_from:
            raise Invalid("The weights %(version)s must be announced %(days)s days before they count, and after all "
                          "others", version=after.version, days=NOTICE.days)
    return found


def newest() -> Weights:
    """Return the newest version, which may only be announced yet."""
    return versions()[-1]


def in_force(today: dt.date, every: Sequence[Weights] | None = None) -> Weights:
    """Return the version that counts on a day, of those of the releases or of `every`, the oldest first.

    Before the first there is none, and the first counts.
    """
    known = every or versions()
    return next((one for one in reversed(known) if one.counts_on(today)), known[0])


def named(version: str, every: Sequence[Weights] | None = None) -> Weights:
    """Return a version by its name; raise `NotFound` when there was none."""
    found = next((one for one in every or versions() if one.version == version), None)
    if found is None:
        raise NotFound("There are no weights of the version %(version)s.", version=version)
    return found


def changes(before: Weights, after: Weights) -> Iterator[Change]:
    """Yield what differs between two versions."""
    groups = {"text": ({"text": before.text}, {"text": after.text}), "channels": (before.channels, after.channels),
              "factors": (before.factors, after.factors), "page": (before.page, after.page)}
    for group, (old, new) in groups.items():
        for name in dict.fromkeys([*old, *new]):
            if old.get(name) != new.get(name):
                yield Change(group, name, old.get(name), new.get(name))
