"""The openness lists: who opened what in which batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from matchmaker.storage import Session
from matchmaker.storage.queries import lists as queries


@dataclass(frozen=True)
class Batch:
    """The lists that were published together: platforms as ``{"slug", "name", "count"}``, those with most first."""

    number: int
    platforms: list[dict[str, Any]]

    @property
    def count(self) -> int:
        """How many open offerings there are in the batch."""
        return sum(platform["count"] for platform in self.platforms)


def batches(session: Session, counts: Mapping[str, int]) -> list[Batch]:
    """Return the batches, the first first; `counts` has the open offerings of each platform, by its short name."""
    lists = queries.lists_in_batches(session)
    return [Batch(number, _platforms([found.platform for found in group], counts))
            for number, group in groupby(lists, key=lambda found: found.batch or 0)]


def _platforms(found: list[Any], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    by_slug = {platform.slug: platform.name for platform in found if counts.get(platform.slug)}
    entries = [{"slug": slug, "name": name, "count": counts[slug]} for slug, name in by_slug.items()]
    return sorted(entries, key=lambda entry: -entry["count"])
