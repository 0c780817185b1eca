"""Pairs of offerings of which people preferred one: what weights are learnt from.

Two kinds. A firm that picked an offering and passed over others on the same list preferred it to each of them. A
platform's reviewers who accepted one lead and declined another say which of the two fitted better; these are compared
within the platform alone, so that no decision sets a platform's offering above another platform's, and who accepts
everything says nothing.

A pick at a place that is seldom looked at counts more, by the inverse of the chance that it is: place ** -exponent,
clipped (Joachims, Swaminathan & Schnabel, "Unbiased Learning-to-Rank with Biased Feedback", WSDM 2017, section 4 and
equation 8).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from matchmaker.ranking.learning.lists import N_PARTS, Decision, JudgedList
from matchmaker.ranking.learning.settings import Position, Settings

NEIGHBOURS = 8
"""An accepted lead is compared with so many declined ones of the platform, those decided nearest in time."""


class Pairs(NamedTuple):
    """What was preferred to what: differences of parts, shape (n_pairs, n_parts), and how much each counts."""

    differences: np.ndarray
    weights: np.ndarray


class _Side(NamedTuple):
    """One decided lead."""

    parts: np.ndarray
    decision: Decision
    weight: float


def inverse_propensity(places: np.ndarray, position: Position) -> np.ndarray:
    """Return how much what happened at places counts, counted from 0; shape as given, from 1 to 1 / clip."""
    return np.asarray(1 / np.maximum((places + 1.0) ** -position.exponent, position.clip))


class Decided(NamedTuple):
    """The pairs of one platform's decisions, and who accepted and who declined, a name for each pair."""

    pairs: Pairs
    accepting: Sequence[str]
    declining: Sequence[str]


class Picked(NamedTuple):
    """The pairs of what firms picked; for each the firm, and the platform, if any, that it is devoted to and preferred.

    A firm is devoted to a platform when nearly all that it picked is that platform's. It may like it, or be made up.
    """

    pairs: Pairs
    firms: Sequence[str]
    devoted: np.ndarray


class Evidence(NamedTuple):
    """What firms preferred, and what reviewers did, by platform."""

    picked: Picked
    decided: Mapping[str, Decided]


def collect(lists: Sequence[JudgedList], settings: Settings) -> Evidence:
    """Return the pairs that lists hold, firms' weights bounded."""
    decided = {platform: _decided(sides, settings) for platform, sides in sorted(_by_platform(lists, settings).items())}
    return Evidence(_picks(lists, settings), decided)


def make_pairs(evidence: Evidence, settings: Settings, without: Collection[str] = ()) -> Pairs:
    """Return the pairs to learn from, each person's, firm's and platform's weight bounded.

    Parameters
    ----------
    evidence : Evidence
    settings : Settings
    without : collection of str
        Platforms whose decisions are left out, and to which no devoted firm's picks set others behind.
    """
    picks, decided = _by_firms(evidence.picked, settings, without), _bounded(evidence, settings, without)
    if decided.weights.sum() and len(picks.weights):
        share = settings.caps.decisions
        most = picks.weights.sum() * share / (1 - share)
        decided = decided._replace(weights=decided.weights * min(1.0, most / decided.weights.sum()))
    return Pairs(np.concatenate([picks.differences, decided.differences]),
                 np.concatenate([picks.weights, decided.weights]))


def capped(weights: np.ndarray, owners: Sequence[str], share: float) -> np.ndarray:
    """Return weights of which no owner holds more than a share of the whole.

    Where there are too few owners for that, all hold the same.

    Examples
    --------
    >>> capped(np.array([6.0, 1, 1, 1, 1]), list("abcde"), 0.25).tolist()
    [1.3333333333333333, 1.0, 1.0, 1.0, 1.0]
    """
    if not len(weights):
        return weights
    _names, codes = np.unique(np.array(owners, str), return_inverse=True)
    totals = np.bincount(codes, weights)
    return weights * (np.minimum(totals, _level(totals, share)) / totals)[codes]


def _level(totals: np.ndarray, share: float) -> float:
    """Return the level at which totals are cut off so that none is more than a share of what remains."""
    ordered = np.sort(totals)
    for n_cut in range(len(ordered)):
        if share * n_cut >= 1:
            break
        kept = ordered[:len(ordered) - n_cut]
        level = share * kept.sum() / (1 - share * n_cut)
        if kept[-1] <= level:
            return float(level)
    return float(ordered[0])


def _by_firms(picked: Picked, settings: Settings, without: Collection[str]) -> Pairs:
    """Return the pairs of all picks but those of firms devoted to some platforms, firms' weights bounded."""
    kept = ~np.isin(picked.devoted, [*without])
    firms = np.array(picked.firms, str)[kept].tolist()
    return Pairs(picked.pairs.differences[kept], capped(picked.pairs.weights[kept], firms, settings.caps.firm))


def _picks(lists: Sequence[JudgedList], settings: Settings) -> Picked:
    differences, weights, firms, devoted = [], [], [], []
    devotion = _devotion(lists, settings.caps.devoted)
    for one in lists:
        if not one.picked:
            continue
        grades = one.grades[:one.shown]
        counts = inverse_propensity(np.arange(one.shown), settings.position)
        better, worse = np.nonzero(grades[:, None] > grades[None, :])
        differences.append(one.parts[better] - one.parts[worse])
        weights.append((grades[better] - grades[worse]) * counts[better])
        firms += [one.firm] * len(better)
        loved, owners = devotion.get(one.firm, ""), np.array(one.platforms, str)
        devoted.append(np.where((owners[better] == loved) & (owners[worse] != loved), loved, ""))
    pairs = Pairs(np.concatenate([np.zeros((0, N_PARTS)), *differences]), np.concatenate([np.zeros(0), *weights]))
    return Picked(pairs, firms, np.concatenate([np.zeros(0, str), *devoted]))


def _devotion(lists: Sequence[JudgedList], share: float) -> dict[str, str]:
    """Return the platform of which at least this share of what a firm picked is, for each firm that has one."""
    picked: dict[str, Counter[str]] = {}
    for one in lists:
        of = picked.setdefault(one.firm, Counter())
        of.update(one.platforms[place] for place in np.flatnonzero(one.grades[:one.shown] > 0).tolist())
    most = {firm: of.most_common(1)[0] for firm, of in picked.items() if of}
    return {firm: platform for firm, (platform, count) in most.items() if count >= share * picked[firm].total()}


def _bounded(evidence: Evidence, settings: Settings, without: Collection[str]) -> Pairs:
    """Return the pairs of all decisions but those of some platforms, with bounded weights."""
    counted = {platform: one for platform, one in evidence.decided.items() if platform not in without}
    weights = np.concatenate([np.zeros(0), *(one.pairs.weights for one in counted.values())])
    for owners, share in (([name for one in counted.values() for name in one.accepting], settings.caps.reviewer),
                          ([name for one in counted.values() for name in one.declining], settings.caps.reviewer),
                          ([platform for platform, one in counted.items() for _name in one.accepting],
                           settings.caps.platform)):
        weights = capped(weights, owners, share)
    differences = [one.pairs.differences for one in counted.values()]
    return Pairs(np.concatenate([np.zeros((0, N_PARTS)), *differences]), weights)


def _decided(sides: Sequence[_Side], settings: Settings) -> Decided:
    pairs = list(_compared(sides))
    weights = np.array([min(good.weight * bad.weight, 1 / settings.position.clip) for good, bad in pairs])
    differences = np.array([good.parts - bad.parts for good, bad in pairs]).reshape(-1, N_PARTS)
    return Decided(Pairs(differences, weights), [good.decision.reviewer for good, _ in pairs],
                   [bad.decision.reviewer for _, bad in pairs])


def _by_platform(lists: Sequence[JudgedList], settings: Settings) -> dict[str, list[_Side]]:
    found: dict[str, list[_Side]] = {}
    for one in lists:
        for place, decision in one.decisions.items():
            # Where the firm did not choose, no place was looked at more than another.
            weight = float(inverse_propensity(np.array(place), settings.position)) if one.picked else 1.0
            found.setdefault(one.platforms[place], []).append(_Side(one.parts[place], decision, weight))
    return found


def _compared(sides: Sequence[_Side]) -> Iterator[tuple[_Side, _Side]]:
    """Yield each accepted lead with the declined ones that were decided nearest in time."""
    declined = sorted((side for side in sides if not side.decision.fits), key=lambda side: side.decision.at)
    moments = np.array([side.decision.at.timestamp() for side in declined])
    for side in sides:
        if side.decision.fits:
            away = np.abs(moments - side.decision.at.timestamp())
            yield from ((side, declined[place]) for place in np.argsort(away, kind="stable")[:NEIGHBOURS].tolist())
