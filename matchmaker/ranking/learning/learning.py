"""Learn other weights from judged lists, without what would let a platform raise itself."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from matchmaker.ranking.learning.exposure import share_of_first
from matchmaker.ranking.learning.fusion import FusionLearner
from matchmaker.ranking.learning.lists import JudgedList, multiplied, vector_of
from matchmaker.ranking.learning.measuring import platforms_by
from matchmaker.ranking.learning.pairs import Evidence, collect, make_pairs
from matchmaker.ranking.learning.settings import Settings
from matchmaker.ranking.weights import Weights

HEAD = 3
"""A platform must not bring itself more of so many first places."""
ROUNDS = 3


class Learnt(NamedTuple):
    """Other weights, and the platforms whose decisions, and firms devoted to them, were left out."""

    weights: Weights
    left_out: list[str]


def split(lists: Sequence[JudgedList], held_out: float) -> tuple[list[JudgedList], list[JudgedList]]:
    """Return what is learnt from and what is held out: the last part of the lists by time."""
    ordered = sorted(lists, key=lambda one: one.at)
    n_learnt = len(ordered) - round(held_out * len(ordered))
    return ordered[:n_learnt], ordered[n_learnt:]


def learn(lists: Sequence[JudgedList], base: Weights, settings: Settings) -> Learnt:
    """Learn weights in place of `base`.

    A platform whose own decisions, with what firms devoted to it picked, bring itself more of the first places than
    what is learnt without them, has these left out; what all other firms made of its offerings stays.
    """
    evidence, left_out = collect(lists, settings), set[str]()
    for _round in range(ROUNDS):
        together = _fit(lists, evidence, base, settings, left_out)
        shares = _shares(lists, together)
        raised = set()
        concerned = {*evidence.decided, *evidence.picked.devoted.tolist()} - {""}
        for platform in concerned - left_out:
            without = _shares(lists, _fit(lists, evidence, base, settings, left_out | {platform}))
            if shares.get(platform, 0.0) - without.get(platform, 0.0) > settings.checks.own_share:
                raised.add(platform)
        if not raised:
            return Learnt(together, sorted(left_out))
        left_out |= raised
    return Learnt(_fit(lists, evidence, base, settings, left_out), sorted(left_out))


def _fit(lists: Sequence[JudgedList], evidence: Evidence, base: Weights, settings: Settings,
         without: Collection[str]) -> Weights:
    fit, start = settings.fit, vector_of(base)
    learner = FusionLearner(start, fit.strength, fit.lowest, fit.highest).fit(make_pairs(evidence, settings, without))
    # The best of a list keeps its level, so that fit and the threshold below which nothing fits mean what they did.
    level = _level(lists, start) / _level(lists, start * learner.multiples_)
    return multiplied(base, np.clip(learner.multiples_ * level, fit.lowest, fit.highest))


def _level(lists: Sequence[JudgedList], vector: np.ndarray) -> float:
    """Return the mean of the best scores."""
    return float(np.mean([(one.parts @ vector).max() for one in lists])) or 1.0


def _shares(lists: Sequence[JudgedList], weights: Weights) -> dict[str, float]:
    return share_of_first(platforms_by(lists, vector_of(weights)), HEAD)
