"""Print what it costs and brings to keep a place for what is shown too little, on the demo's judged needs.

    python -m bench.exploring

The lists of all needs are added up as the product does in a month, and each is made again with the place kept, by the
product's own fits, once with its threshold and once without any: nDCG@10 with the interval of the difference, the share
of pages that change, the share of offerings that stand on any page, and the Gini coefficient of the exposure of all
offerings.
"""

from collections import defaultdict

import numpy as np

from bench.turns import Listed, lists, ndcg
from matchmaker.config import Config
from matchmaker.ranking import evaluate, pages
from matchmaker.services import matching, training
from matchmaker.services.fairness.exposing import discount, gini

PLACES = (4, 5, 6, 8, 10)
Entry = tuple[str, float, str]


def shares(found: list[Listed]) -> dict[str, float]:
    """Return how much of the usual each offering was shown for its chances."""
    fits, weights = defaultdict[str, float](float), defaultdict[str, float](float)
    for one in found:
        for place, (name, fit, _platform) in enumerate(one.entries, 1):
            fits[name] += fit
            weights[name] += discount(place) if place <= pages.PLACES else 0.0
    usual = sum(weights.values()) / sum(fits.values())
    return {name: weights[name] / fit / usual for name, fit in fits.items() if fit}


def exposure_of(found: list[list[Entry]], names: list[str]) -> list[float]:
    """Return the exposure of each offering."""
    weights = dict.fromkeys(names, 0.0)
    for page in found:
        for place, entry in enumerate(page[:pages.PLACES], 1):
            weights[entry[0]] += discount(place)
    return list(weights.values())


def main() -> None:
    """Print the table."""
    found, config = lists(), Config()
    threshold, usual = matching.load_model(config.models).threshold, shares(found)
    names = [one["external_id"] for one in training.demo_offerings(config.data)]
    plain = np.array([ndcg([entry[0] for entry in one.entries], one.grades) for one in found])
    print(f"{len(found)} needs")
    print("least fit  place  nDCG@10           difference, 95 %  changed    shown   Gini")
    for least, place in [(threshold, 0), *((least, place) for least in (threshold, 0.0) for place in PLACES)]:
        rule = {pages.PLACE: float(place), pages.BELOW: pages.TOO_LITTLE} if place else {}
        made = [pages.explore(one.entries, lambda entry, least=least: entry[1] >= least,
                              lambda entry: usual.get(entry[0], 0.0), rule) for one in found]
        pages_ = [page for page, _place in made]
        values = np.array([ndcg([entry[0] for entry in page], one.grades)
                           for page, one in zip(pages_, found, strict=True)])
        low, high = evaluate.bootstrap_interval(values - plain)
        told = f"{np.mean(values) - plain.mean():+.4f} ({low:+.4f} to {high:+.4f})"
        weights = exposure_of(pages_, names)
        print(f"{least:>9} {place or '-':>5} {np.mean(values):>8.4f} {told:>26} "
              f"{np.mean([given is not None for _page, given in made]):>8.1%} "
              f"{np.mean([weight > 0 for weight in weights]):>8.1%} {gini(weights):>6.3f}")


if __name__ == "__main__":
    main()
