"""What other weights have to pass: better on lists held out by time, and worse on nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matchmaker.ranking.evaluate.significance import bootstrap_interval
from matchmaker.ranking.learning.exposure import Exposure, exposure
from matchmaker.ranking.learning.lists import JudgedList, vector_of
from matchmaker.ranking.learning.measuring import judged, measure_lists, platforms_by
from matchmaker.ranking.learning.settings import Checks, Settings
from matchmaker.ranking.weights import Weights


@dataclass(frozen=True)
class Measured:
    """Mean nDCG@10 by both weights over the same needs, and the difference with its bootstrap interval."""

    needs: int
    before: float
    after: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Found:
    """All that was measured of other weights."""

    held_out: Measured
    collections: Mapping[str, Measured]
    groups: Mapping[str, Measured]
    exposure_before: Exposure
    exposure_after: Exposure


@dataclass(frozen=True)
class Reason:
    """Why weights are refused: a check by its name, what it concerns, what was found and where the limit is."""

    check: str
    concerns: str
    found: float
    limit: float


def measured(before: np.ndarray, after: np.ndarray) -> Measured:
    """Compare two measurements of the same needs, shape (n_needs,) each."""
    if not len(before):
        return Measured(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    low, high = bootstrap_interval(after - before)
    return Measured(len(before), *(round(float(value), 4) for value in (
        before.mean(), after.mean(), (after - before).mean(), low, high)))


def measure(held_out: Sequence[JudgedList], base: Weights, weights: Weights, settings: Settings,
            collections: Mapping[str, Measured]) -> Found:
    """Measure other weights on lists that they were not learnt from, beside what was measured on collections."""
    of_firms = judged(held_out)
    old, new = (measure_lists(of_firms, vector_of(one), settings.position) for one in (base, weights))
    groups = {}
    for name, count in sorted(Counter(name for one in of_firms for name in one.groups).items()):
        if count >= settings.checks.group_lists:
            mine = np.array([name in one.groups for one in of_firms])
            groups[name] = measured(old[mine], new[mine])
    return Found(measured(old, new), dict(collections), groups,
                 *(exposure(platforms_by(held_out, vector_of(one))) for one in (base, weights)))


def reasons_against(found: Found, checks: Checks) -> list[Reason]:
    """Return why weights are not proposed; none when they are."""
    return [*_not_better(found.held_out, checks), *_worse(found, checks), *_less_fair(found, checks)]


def _not_better(held_out: Measured, checks: Checks) -> Iterator[Reason]:
    if held_out.needs < checks.held_out_lists:
        yield Reason("held_out_lists", "", held_out.needs, checks.held_out_lists)
    if held_out.difference < checks.gain:
        yield Reason("gain", "", held_out.difference, checks.gain)
    elif held_out.low <= 0:
        yield Reason("certain", "", held_out.low, 0.0)


def _worse(found: Found, checks: Checks) -> Iterator[Reason]:
    for check, measures, limit in (("collection", found.collections, checks.collection_loss),
                                   ("group", found.groups, checks.group_loss)):
        for name, one in measures.items():
            if one.difference < -limit or one.high < 0:
                yield Reason(check, name, one.difference, -limit)


def _less_fair(found: Found, checks: Checks) -> Iterator[Reason]:
    before, after = found.exposure_before, found.exposure_after
    for platform, share in after.shares.items():
        more = share - before.shares.get(platform, 0.0)
        if more > checks.platform_share:
            yield Reason("platform_share", platform, round(more, 4), checks.platform_share)
    for check, more, limit in (("gini", after.gini - before.gini, checks.gini),
                               ("top_one", after.top_one - before.top_one, checks.top_one)):
        if more > limit:
            yield Reason(check, "", round(more, 4), limit)
