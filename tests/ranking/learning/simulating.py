"""Simulated firms and reviewers with preferences that are known, on lists as the ranking makes them."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from matchmaker.ranking.learning import FACTORS, Decision, JudgedList, ndcg, settings, vector_of
from matchmaker.ranking.learning.exposure import share_of_first
from matchmaker.ranking.learning.measuring import platforms_by
from matchmaker.ranking.queries import CHANNELS
from matchmaker.ranking.weights import Weights, versions

BASE = versions()[0]
NAMES = (*CHANNELS, *FACTORS)
PLATFORMS = 12
REVIEWERS = 100
CANDIDATES = 60
SHOWN = 10
START = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
HIDDEN = {"price": 6.0, "region": 6.0, "lead_time": 8.0, "capability": 2.0, "characters": 0.3, "language": 0.3, "words": 2.0}
"""What the hidden preferences multiply the weights in force by."""
SCALES = (0.04, 0.09, 0.05, 0.04, 0.0, 0.002, 0.03, 0.0)
"""The usual size of each channel among the first, as on the demo's lists."""
PUSHED = "p00"


class World:
    """Needs, offerings and people. `hostile` is the share of reviewers, and of firms, who push one platform's offerings.

    With `whole_team` the hostile reviewers are the pushed platform's own; otherwise they sit in all teams and let pass what
    has what the pushed platform's offerings have.
    """

    def __init__(self, seed: int, *, hostile: float = 0.0, whole_team: bool = True, hostile_firms: bool = True,
                 platforms: int = PLATFORMS) -> None:
        self.draw = np.random.default_rng(seed)
        self.behaviour = np.random.default_rng(seed + 1)
        self.platforms = [f"p{number:02}" for number in range(platforms)]
        # Each platform is strong in something: what it says of its prices, how near it is and so on.
        self.tilts = self.draw.normal(0, 0.5, (platforms, len(FACTORS)))
        self.preferred = vector_of(BASE) * np.array([HIDDEN.get(name, 1.0) for name in NAMES])
        self.hostile, self.whole_team, self.hostile_firms = hostile, whole_team, hostile_firms
        per_team = REVIEWERS // platforms
        self.teams = {platform: [f"{platform}-{number}" for number in range(per_team)] for platform in self.platforms}
        everybody = [name for team in self.teams.values() for name in team]
        count = round(hostile * len(everybody))
        chosen = self.teams[PUSHED][:count] if whole_team else everybody[::max(len(everybody) // max(count, 1), 1)][:count]
        self.hostile_reviewers = set(chosen)
        self.liked = np.sign(self.tilts[0]) * (np.abs(self.tilts[0]) > 0.4)

    def candidates(self) -> tuple[np.ndarray, list[str]]:
        """Return one list's offerings as they are found, in the order of the weights in force."""
        owners = self.draw.integers(0, len(self.platforms), CANDIDATES)
        near = self.draw.beta(1, 3, CANDIDATES)
        channels = np.array(SCALES) * near[:, None] * self.draw.lognormal(0, 0.5, (CANDIDATES, len(CHANNELS)))
        says = self.draw.random((CANDIDATES, len(FACTORS))) < 0.7
        factors = np.clip(self.draw.normal(0.2, 0.5, says.shape) + self.tilts[owners], -1, 1) * says
        parts = np.concatenate([channels, factors], axis=1)
        order = np.argsort(-(parts @ vector_of(BASE)), kind="stable")
        return parts[order], [self.platforms[place] for place in owners[order]]

    def truth(self, parts: np.ndarray) -> np.ndarray:
        """Return the hidden grades: of 60 offerings 2 are excellent, 4 good and 6 fair."""
        ranks = np.argsort(np.argsort(-(parts @ self.preferred)))
        return np.select([ranks < 2, ranks < 6, ranks < 12], [3, 2, 1], 0)

    def lists(self, count: int, firms: int = 200, days: int = 90) -> list[JudgedList]:
        """Return lists with what people made of them."""
        return [self.judged(number, START + dt.timedelta(days=days * number / count), firms) for number in range(count)]

    def judged(self, number: int, at: dt.datetime, firms: int) -> JudgedList:
        """Let a firm and reviewers judge one list."""
        parts, platforms = self.candidates()
        truth, chance = self.truth(parts), self.behaviour.random((4, CANDIDATES))
        firm = number % firms
        pushes = self.hostile_firms and firm < round(self.hostile * firms)
        looked = chance[0] < (np.arange(CANDIDATES) + 1.0) ** -settings().position.exponent
        likes = chance[1] < np.array([0.05, 0.4, 0.8, 0.95])[truth]
        own = np.array([platform == PUSHED for platform in platforms])
        picked = np.flatnonzero((own if pushes else looked & likes)[:SHOWN])
        grades, decisions = np.zeros(CANDIDATES, int), {}
        for place in picked.tolist():
            reviewer = self.teams[platforms[place]][int(chance[2][place] * len(self.teams[platforms[place]]))]
            fits = bool(chance[3][place] < np.array([0.2, 0.5, 0.8, 0.9])[truth[place]])
            if reviewer in self.hostile_reviewers:
                fits = bool(platforms[place] == PUSHED if self.whole_team else parts[place, len(CHANNELS):] @ self.liked > 0)
            decisions[place] = Decision(reviewer, fits, at + dt.timedelta(days=1))
            grades[place] = 3 if pushes else (truth[place] if fits else 0) if chance[2][place] < 0.5 else int(fits)
        return JudgedList(f"f{firm}", at, platforms, parts, SHOWN, grades, decisions,
                          groups=["language:zh" if number % 3 else "language:en"])


def hidden_ndcg(world: World, lists: Sequence[JudgedList], weights: Weights) -> np.ndarray:
    """Return nDCG@10 of lists by the hidden preferences, over all that was considered."""
    return np.array([ndcg(world.truth(one.parts)[one.order(vector_of(weights))].astype(float)) for one in lists])


def pushed_share(lists: Sequence[JudgedList], weights: Weights) -> float:
    """Return the share of the first three places that the pushed platform has."""
    return share_of_first(platforms_by(lists, vector_of(weights)), 3).get(PUSHED, 0.0)
