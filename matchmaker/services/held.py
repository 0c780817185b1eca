"""A published index that a process has mapped, and what it is by now."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matchmaker.ranking import model, pages, store, weights
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.services.fairness.exploring import Exposed
from matchmaker.services.formats import CHINA
from matchmaker.services.live import Live

LOOK_EVERY = 1.0
"""Seconds between two looks at the files that are mapped; a look at eighty of them takes a quarter of a millisecond."""


@dataclass(frozen=True, repr=False)
class Index:
    """What this process matches with: a published catalogue and a fitted model.

    It prints as an object and no more: to print its arrays is to read mapped files (see `Held`).
    """

    catalogue: Catalogue
    model: model.Model
    folder: Path


def weights_in_force(every: Sequence[weights.Weights] | None = None) -> weights.Weights:
    """Return the weights that count today in China, of those of the releases or of `every`."""
    return weights.in_force(dt.datetime.now(CHINA).date(), every)


class Held:
    """A mapped index.

    What is mapped is what stands in the files, also when somebody writes over them later; and a process that reads
    beyond the end of one that was cut is killed (SIGBUS). So whoever is about to match asks for its `damage` before.
    """

    def __init__(self, live: Live, fitted: model.Model, folder: Path, stamps: store.Stamps) -> None:
        self.live = live
        self.folder = folder
        self._stamps = stamps
        self._looked_at = float("-inf")
        self._damage: str | None = None
        self._base = live.published
        self._look: Exposed | None = None
        self._now = Index(live.published.weighted(weights_in_force()), fitted, folder)

    @property
    def index(self) -> Index:
        """What is to be matched with now, by the weights of the day."""
        catalogue = self.live.catalogue()
        counting = weights_in_force(self.live.weights)
        look = self.live.look if pages.PLACE in counting.page else None
        if catalogue is not self._base or counting is not self._now.catalogue.weights or look is not self._look:
            weighted = catalogue.weighted(counting)
            self._base, self._look = catalogue, look
            self._now = replace(self._now, catalogue=weighted.exposed(look.shares, look.name) if look else weighted)
        return self._now

    @property
    def published(self) -> Index:
        """What was published, without what changed since, by the weights of the release."""
        return replace(self._now, catalogue=self.live.published.weighted(weights_in_force()))

    @property
    def model(self) -> model.Model:
        """The model that it was mapped with."""
        return self._now.model

    def damage(self) -> str | None:
        """Return the name of a file that was written over since it was mapped; looks once in a while."""
        now = time.monotonic()
        if self._damage is None and now >= self._looked_at + LOOK_EVERY:
            self._damage, self._looked_at = store.written_over(self.folder, self._stamps), now
        return self._damage
