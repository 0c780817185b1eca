"""Print what it costs and changes that platforms take turns on a page, on the demo's judged needs.

    python -m bench.turns

For each limit and margin: nDCG@10 over the judged needs, with the interval of the difference to the list without a
limit; the share of pages that change; the share of the first ten places that the fullest platform has on the mean
page; the Gini coefficient of the exposure of all platforms. Conditions are left out, as when the needs were judged.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from matchmaker.config import Config
from matchmaker.ranking import evaluate, matcher, pages
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.services import matching, training
from matchmaker.services.fairness.exposing import discount, gini

LIMITS = (2, 3, 4, 5)
MARGINS = (0.0, 0.02, 0.05, 0.1)


class Listed(NamedTuple):
    """The list of a need without a limit: name, fit and platform of each offering, best first; and its grades."""

    entries: list[tuple[str, float, str]]
    grades: Mapping[str, int]


def lists() -> list[Listed]:
    """Return the lists of all judged demo needs that anything was judged good for."""
    config = Config()
    fitted = matching.load_model(config.models)
    catalogue = Catalogue.build([training.public(one) for one in training.demo_offerings(config.data)], "turns")
    found = []
    for _name, stated, grades in training.demo_needs(config.data):
        need = matching.understand(fitted, training.topical(stated), training.TODAY)
        answer = matcher.match(need, catalogue, fitted, matching.Places(), top=matcher.CONSIDERED, marked=0)
        entries = [(one.offering["external_id"], one.fit, matcher.platform_of(one.offering)) for one in answer.matches]
        if any(grades.values()):
            found.append(Listed(entries, grades))
    return found


def ndcg(names: list[str], grades: Mapping[str, int]) -> float:
    """Return nDCG@10 with the grades as gains (Järvelin & Kekäläinen, TOIS 2002)."""
    ideal = sorted(grades.values(), reverse=True)[:pages.PLACES]
    return float(sum(grades.get(name, 0) * discount(place) for place, name in enumerate(names[:pages.PLACES], 1))
                 / sum(grade * discount(place) for place, grade in enumerate(ideal, 1)))


def main() -> None:
    """Print the table."""
    found = lists()
    plain = np.array([ndcg([entry[0] for entry in one.entries], one.grades) for one in found])
    print(f"{len(found)} needs")
    print(" limit  margin  nDCG@10           difference, 95 %  changed  fullest   Gini")
    for limit, margin in [(0, 0.0), *((limit, margin) for limit in LIMITS for margin in MARGINS)]:
        values, changed, fullest, exposure = [], 0, [], Counter[str]()
        for one in found:
            rule = {pages.MOST: limit, pages.MARGIN: margin} if limit else {}
            page, given = pages.take_turns(one.entries, lambda entry: entry[1], lambda entry: entry[2], rule)
            values.append(ndcg([entry[0] for entry in page], one.grades))
            changed += bool(given)
            held = Counter(entry[2] for entry in page[:pages.PLACES])
            fullest.append(max(held.values()) / held.total())
            for place, entry in enumerate(page[:pages.PLACES], 1):
                exposure[entry[2]] += discount(place)
        low, high = evaluate.bootstrap_interval(np.array(values) - plain)
        told = f"{np.mean(values) - plain.mean():+.4f} ({low:+.4f} to {high:+.4f})"
        print(f"{limit or '-':>6} {margin:>7} {np.mean(values):>8.4f} {told:>26} {changed / len(found):>8.1%} "
              f"{np.mean(fullest):>8.1%} {gini(list(exposure.values())):>6.3f}")


if __name__ == "__main__":
    main()
