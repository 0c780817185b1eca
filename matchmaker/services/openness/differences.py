"""What changed between two versions of a list, or between two batches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matchmaker.domain import ListEntry, ListVersion
from matchmaker.services.editing.desk import Changed, differences

Content = Mapping[str, Any]
QUIET = frozenset({"verified_at"})
"""Fields whose change says nothing about what is opened."""


@dataclass(frozen=True)
class Difference:
    """What came, what went, and what says something else: by number, each with its content."""

    added: Sequence[Content] = ()
    removed: Sequence[Content] = ()
    changed: Sequence[tuple[Content, Sequence[Changed]]] = ()
    terms: Sequence[Changed] = field(default=())
    """What the list as a whole says differently: its title, how soon its platform answers, until when it is valid."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing differs."""
        return not (self.added or self.removed or self.changed or self.terms)


def between(before: Iterable[Content], after: Iterable[Content]) -> Difference:
    """Compare the public contents of entries; neither order nor when something was last confirmed matters.

    >>> found = between([{"external_id": "a", "title": "A"}], [{"external_id": "a", "title": "B"}])
    >>> [(change.name, change.before, change.after) for change in found.changed[0][1]]
    [('title', 'A', 'B')]
    """
    old, new = ({content["external_id"]: content for content in side} for side in (before, after))
    changed = []
    for number in sorted(old.keys() & new.keys()):
        found = [change for change in differences(old[number], new[number]) if is_told(change)]
        if found:
            changed.append((new[number], found))
    return Difference(added=[new[number] for number in sorted(new.keys() - old.keys())],
                      removed=[old[number] for number in sorted(old.keys() - new.keys())], changed=changed)


def of_versions(before: ListVersion | None, after: ListVersion) -> Difference:
    """Compare two versions of a list; without one before, everything is new."""
    found = between(contents(before.entries if before else ()), contents(after.entries))
    if before is None:
        return found
    names = ("title", "response_days", "valid_through")
    old, new = ({name: _plain(getattr(side, name)) for name in names} for side in (before, after))
    return Difference(found.added, found.removed, found.changed, differences(old, new))


def contents(entries: Iterable[ListEntry]) -> list[Content]:
    """Return the public contents of entries."""
    return [entry.public for entry in entries]


def is_told(change: Changed) -> bool:
    """Tell whether a change is worth telling: not when something was confirmed, nor how much is free just now."""
    if change.name == "capacity":
        old, new = ({name: (side or {}).get(name) for name in ("unit", "maximum")} for side in (change.before,
                                                                                               change.after))
        return old != new
    return change.name not in QUIET


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
