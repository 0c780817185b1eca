"""What it costs that a place of the first page is kept for what is shown too little, on a judged collection.

All needs are ranked once, and what that showed of each text is added up, as the product does in a month; then each
list is made again with the place kept. A text's chance on a list is its score by the best of the list, since texts
alone have no calibrated fit; for the same reason every text of the first `CONSIDERED` counts as fitting, so the cost is
the most that there can be.
"""

import math
from collections import defaultdict
from typing import Any

import numpy as np

from matchmaker.ranking import pages
from matchmaker.ranking.evaluate.collections import Collection
from matchmaker.ranking.evaluate.runs import Results, Run, measure_each
from matchmaker.ranking.evaluate.significance import bootstrap_interval

CONSIDERED = 60
JUDGED_BY = "ndcg@10"


def cost_of_exploration(collection: Collection, run: Run, place: int) -> dict[str, Any]:
    """Return what keeping a place, counted from 1, does to nDCG@10, and how much more of the texts is shown.

    ``before``, ``after``, ``difference`` with its 95 % ``interval``; ``changed``: the share of lists that change;
    ``shown_before`` and ``shown_after``: the share of texts that stand on any first page.
    """
    lists = {need: list(found[:CONSIDERED]) for need, found in run.results.items()}
    usual = shares(lists)
    rule = {pages.PLACE: float(place), pages.BELOW: pages.TOO_LITTLE}
    after = {need: pages.explore(found, lambda item: item[1] > 0, lambda item: usual.get(item[0], 0.0), rule)[0]
             for need, found in lists.items()}
    values = {name: measure_each(collection, run._replace(results=_descending(found), handed_on={}))[JUDGED_BY]
              for name, found in (("before", lists), ("after", after))}
    low, high = bootstrap_interval(values["after"] - values["before"])
    return {
        **{name: round(float(one.mean()), 4) for name, one in values.items()},
        "difference": round(float((values["after"] - values["before"]).mean()), 4),
        "interval": [round(low, 4), round(high, 4)], "place": place,
        "changed": round(float(np.mean([lists[need] != after[need] for need in lists])), 4),
        "shown_before": _shown(collection, lists), "shown_after": _shown(collection, after),
    }


def shares(lists: Results) -> dict[str, float]:
    """Return how much of the usual each text was shown for its chances, 1 being the usual."""
    chances, weights = defaultdict[str, float](float), defaultdict[str, float](float)
    for found in lists.values():
        best = found[0][1] if found else 0.0
        for place, (text, score) in enumerate(found, 1):
            chances[text] += max(score / best, 0.0) if best > 0 else 0.0
            weights[text] += 1 / math.log2(1 + place) if place <= pages.PLACES else 0.0
    usual = sum(weights.values()) / (sum(chances.values()) or 1.0)
    return {text: weights[text] / chance / usual for text, chance in chances.items() if chance and usual}


def _descending(lists: Results) -> Results:
    """Return the lists with scores that keep their order."""
    return {need: [(text, float(-place)) for place, (text, _score) in enumerate(found)]
            for need, found in lists.items()}


def _shown(collection: Collection, lists: Results) -> float:
    shown = {text for found in lists.values() for text, _score in found[:pages.PLACES]}
    return round(len(shown) / len(collection.corpus), 4)
