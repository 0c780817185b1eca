"""Whether a group of firms fares worse than chance explains, over all groups and outcomes together.

Every outcome becomes a score of each lead, high where it went badly: 1 for a lead that was not accepted or completed;
for times the share of all leads that were answered sooner (Gehan, Biometrika 1965). The mean score of a firm's leads
counts once, since leads of one firm are alike. A group's sum over its firms is compared with what the same number of
firms drawn at random would have, one-sided: by the normal approximation, and where that is low and the group not large,
by drawing (a permutation test). The p values of a look are corrected by Holm's procedure (Scandinavian Journal of
Statistics 1979), which holds whatever the tests have to do with one another.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from matchmaker.services.demand.privacy import LEAST
from matchmaker.services.fairness.parity import FOUR_FIFTHS, Leads, masks
from matchmaker.services.fairness.statistics import median_time, shares_sooner

ALPHA = 0.05
"""So likely at most is a false alarm in a month."""
LOOKS = 4
"""So many looks in a month share that between them (Bonferroni)."""
LEVEL = ALPHA / LOOKS
DRAWS = 49_999
BATCH = 2_000_000
"""So many numbers are drawn at a time, which bounds the memory."""
ENOUGH = 30
"""Draws as bad as what was seen, after which no more are needed."""
LARGE = 100
"""From so many firms on, in the group and outside of it, the normal approximation is all that is needed."""
SEED = 20261121


class Tested(NamedTuple):
    """A group beside all others in one outcome."""

    dimension: str
    value: Any
    outcome: str
    firms: int
    leads: int
    figure: float | None
    """The rate, or the median of the hours."""
    others: float | None
    ratio: float
    """Of the two, below 1 where the group fares worse."""
    p: float
    is_within: bool
    """Whether it is so among leads of the same platforms too."""
    is_alarming: bool


def judge_all(parts: Mapping[str, Leads], dimensions: Sequence[str], level: float = LEVEL) -> list[Tested]:
    """Test every group of every sort in every outcome, whose leads `parts` has; those of too few firms are left out."""
    found = [tested for outcome, leads in parts.items() for dimension in dimensions
             for tested in _test(leads, outcome, dimension, level)]
    rejected = holm([tested.p for tested in found], level)
    return [tested._replace(is_alarming=is_rejected and tested.ratio < FOUR_FIFTHS)
            for tested, is_rejected in zip(found, rejected, strict=True)]


def holm(ps: Sequence[float], level: float) -> list[bool]:
    """Return which hypotheses are rejected, the chance of any false one being at most `level`.

    >>> holm([0.03, 0.004, 0.012], 0.05)
    [True, True, True]
    >>> holm([0.03, 0.02, 0.04], 0.05)
    [False, False, False]
    """
    order, rejected = np.argsort(ps, kind="stable"), [False] * len(ps)
    for number, place in enumerate(order.tolist()):
        if ps[place] > level / (len(ps) - number):
            break
        rejected[place] = True
    return rejected


def p_worse(means: np.ndarray, is_member: np.ndarray, level: float) -> float:
    """Return how likely firms drawn at random have a sum as high as the members, or higher.

    Parameters
    ----------
    means : ndarray of shape (n_firms,)
        The mean score of each firm.
    is_member : ndarray of shape (n_firms,), bool
        Which of them belong to the group.
    level : float
        A normal approximation above it is not looked at more closely.
    """
    n, k = len(means), int(is_member.sum())
    spread = math.sqrt(float(means.var()) * k * (n - k) / (n - 1)) if n > 1 else 0.0
    excess = float(means[is_member].sum() - k * means.mean())
    if spread < 1e-12:
        return 1.0
    p = 1 - NormalDist().cdf(excess / spread)
    if p > level or min(k, n - k) >= LARGE:
        return p
    return _drawn(means, k, float(means[is_member].sum()))


def _drawn(means: np.ndarray, k: int, seen: float) -> float:
    """Return the same by drawing `k` of the firms; draws end when enough are as bad (Besag & Clifford 1991)."""
    rng, done, worse = np.random.default_rng(SEED), 0, 0
    size = max(BATCH // len(means), 1)
    while done < DRAWS and worse < ENOUGH:
        count = min(size, DRAWS - done)
        chosen = rng.random((count, len(means))).argpartition(k - 1, axis=1)[:, :k]
        worse += int((means[chosen].sum(axis=1) >= seen - 1e-9).sum())
        done += count
    return (worse + 1) / (done + 1)


def _test(leads: Leads, outcome: str, dimension: str, level: float) -> list[Tested]:
    scores = _scores(leads, outcome)
    is_known = ~np.isnan(scores)
    found = []
    for value, mask in masks(leads, dimension).items():
        inside, outside = mask & is_known, ~mask & is_known
        firms = len(np.unique(leads.firms[inside]))
        if value is None or firms < LEAST or len(np.unique(leads.firms[outside])) < LEAST:
            continue
        p = p_worse(*_by_firm(leads, scores, inside, is_known), level)
        figure, others = (_figure(leads, outcome, part) for part in (inside, outside))
        is_within = p <= level and p_worse(*_by_firm(leads, _centred(leads, scores, is_known), inside, is_known),
                                           ALPHA) <= ALPHA
        found.append(Tested(dimension, value, outcome, firms, int(inside.sum()), figure, others,
                            _ratio(outcome, figure, others), p, is_within, False))
    return found


def _scores(leads: Leads, outcome: str) -> np.ndarray:
    """Return how badly each lead went, not a number where nothing can be said."""
    if outcome == "time":
        return 1 - shares_sooner(leads.hours, leads.is_answered, leads.hours, leads.is_answered)
    return 1 - (leads.accepted if outcome == "accepted" else leads.completed)


def _by_firm(leads: Leads, scores: np.ndarray, inside: np.ndarray,
             is_known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean score of each firm, and whether it is inside; one that is on both sides counts on each."""
    units = 2 * leads.firms[is_known] + inside[is_known]
    kinds, place = np.unique(units, return_inverse=True)
    means = np.bincount(place, scores[is_known]) / np.bincount(place)
    return means, kinds % 2 == 1


def _centred(leads: Leads, scores: np.ndarray, is_known: np.ndarray) -> np.ndarray:
    """Return the scores less the mean of their platform."""
    platforms = leads.platforms[is_known]
    means = np.bincount(platforms, scores[is_known]) / np.maximum(np.bincount(platforms), 1)
    centred = np.full(len(leads), np.nan)
    centred[is_known] = scores[is_known] - means[platforms]
    return centred


def _figure(leads: Leads, outcome: str, part: np.ndarray) -> float | None:
    if outcome == "time":
        return median_time(leads.hours[part], leads.is_answered[part])
    return float((leads.accepted if outcome == "accepted" else leads.completed)[part].mean())


def _ratio(outcome: str, figure: float | None, others: float | None) -> float:
    """Return how a group stands beside the others: 1 where nothing can be said, 0 where it never comes to an answer."""
    if outcome == "time":
        return 1.0 if others is None else 0.0 if figure is None else others / figure if figure else 1.0
    return 1.0 if not others or figure is None else figure / others
