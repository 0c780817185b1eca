"""Print what stuffing an offering's text gains it: its places in the lists of the demo's needs, honest and stuffed.

    python -m bench.stuffing [--victims 24]

Every trick is played by some offerings at once, of all that the demo has; ranks are those by text among all offerings,
before any rule, so that nothing else hides a gain.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from matchmaker.config import ROOT
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.needs import text_of
from matchmaker.ranking.text import Text
from matchmaker.services import training

Offering = Mapping[str, Any]
Trick = Callable[[Offering, Sequence[Offering]], Offering]
SEED = 4
LISTED = 10
HOMOGLYPHS = str.maketrans("aceopxy", "асеорху")
SECRET = '<span style="color:#fff;font-size:0">{}</span>'


class Gain(NamedTuple):
    """What a trick brought over all needs and victims.

    `places` is the mean of the places won (negative: lost) where the honest offering was among the first hundred,
    `entered` and `left` how many of the pairs came into the first ten, or fell out of them.
    """

    places: float
    entered: int
    left: int
    pairs: int


def add(offering: Offering, extra: Mapping[str, str], field: str = "description") -> Offering:
    """Return the offering with something appended to a field of its texts, in each language that it has."""
    texts = offering.get(field) or {}
    return {**offering, field: {language: f"{text} {extra.get(language, '')}" for language, text in texts.items()}}


def repeated_title(offering: Offering, others: Sequence[Offering]) -> Offering:
    """Say the title fifty times."""
    del others
    return add(offering, {language: f"{title} " * 50 for language, title in offering["title"].items()})


def listed_keywords(offering: Offering, others: Sequence[Offering]) -> Offering:
    """Add three hundred keywords of all kinds to the keywords."""
    return {**offering, "keywords": [*offering.get("keywords", ()), *_keywords(others)]}


def written_keywords(offering: Offering, others: Sequence[Offering]) -> Offering:
    """Add three hundred keywords of all kinds to the description."""
    return add(offering, dict.fromkeys(("zh", "en"), " ".join(_keywords(others))))


def hidden_keywords(offering: Offering, others: Sequence[Offering]) -> Offering:
    """Write the keywords in white."""
    return add(offering, dict.fromkeys(("zh", "en"), SECRET.format(" ".join(_keywords(others)))))


def cut_by_signs(offering: Offering, others: Sequence[Offering]) -> Offering:
    """Put a sign without width into every word of the texts."""
    del others
    return {**offering, **{field: {language: "\u200b".join(text) for language, text in offering[field].items()}
                           for field in ("title", "summary", "description") if offering.get(field)}}


def homoglyphs(offering: Offering, others: Sequence[Offering]) -> Offering:
    """Repeat the keywords of all kinds with Cyrillic letters that look like Latin ones."""
    return add(offering, dict.fromkeys(("zh", "en"), " ".join(_keywords(others)).translate(HOMOGLYPHS)))


TRICKS: dict[str, Trick] = {
    "title 50 times": repeated_title, "300 keywords in keywords": listed_keywords,
    "300 keywords in description": written_keywords, "300 keywords in white": hidden_keywords,
    "signs without width": cut_by_signs, "homoglyphs": homoglyphs,
}


def gain(trick: Trick, offerings: Sequence[Offering], needs: Sequence[str], victims: Sequence[int]) -> Gain:
    """Return what a trick gains the victims over all needs."""
    played = [trick(offering, offerings) if place in victims else offering for place, offering in enumerate(offerings)]
    return _compared(places_of(offerings, needs)[:, victims], places_of(played, needs)[:, victims])


def rare_words(offerings: Sequence[Offering], needs: Sequence[str], n_words: int = 6) -> Gain:
    """Return what the rarest words of each need gain an offering that has nothing to do with it."""
    honest = places_of(offerings, needs)
    before, after = [], []
    for number, need in enumerate(needs):
        victim = int(np.flatnonzero(honest[number] == 100)[0]) if (honest[number] == 100).any() else 0
        words = rarest(need, offerings, n_words)
        played = [add(offering, dict.fromkeys(("zh", "en"), " ".join(words))) if place == victim else offering
                  for place, offering in enumerate(offerings)]
        before.append([honest[number, victim]])
        after.append([places_of(played, [need])[0, victim]])
    return _compared(np.array(before), np.array(after))


def rarest(need: str, offerings: Sequence[Offering], n_words: int) -> list[str]:
    """Return the words of a need that the fewest offerings have, in the order of their rarity."""
    known = [set(Text(_all_of(offering)).words) for offering in offerings]
    counts = {word: sum(word in words for words in known) for word in dict.fromkeys(Text(need).words)}
    return sorted((word for word, count in counts.items() if count), key=lambda word: (counts[word], word))[:n_words]


def places_of(offerings: Sequence[Offering], needs: Sequence[str]) -> np.ndarray:
    """Return the place of each offering in each need's list, shape (n_needs, n_offerings), from 1; last if absent."""
    ranker = Catalogue.build(list(offerings), "stuffed").ranker
    ranker.set_params(candidates=len(offerings) * 2)
    places = np.full((len(needs), len(offerings)), len(offerings))
    for number, found in enumerate(ranker.rank(needs, k=len(offerings))):
        places[number, found.offerings] = np.arange(1, len(found.offerings) + 1)
    return places


def _compared(before: np.ndarray, after: np.ndarray) -> Gain:
    close = (before <= 100) | (after <= 100)
    won = (before - after)[close]
    return Gain(float(won.mean()) if close.any() else 0.0, int(((before > LISTED) & (after <= LISTED)).sum()),
                int(((before <= LISTED) & (after > LISTED)).sum()), int(close.sum()))


def _keywords(offerings: Sequence[Offering]) -> list[str]:
    found = sorted({word for offering in offerings for word in offering.get("keywords") or ()})
    return random.Random(SEED).sample(found, min(300, len(found)))


def _all_of(offering: Offering) -> str:
    texts = [*(offering.get(field) or {} for field in ("title", "summary", "description"))]
    return " ".join([*(text for field in texts for text in field.values()), *(offering.get("keywords") or ())])


def table(offerings: Sequence[Offering], needs: Sequence[str], n_victims: int) -> Iterator[str]:
    """Yield a line for each trick."""
    victims = random.Random(SEED).sample(range(len(offerings)), n_victims)
    yield f"{'trick':30} {'places won':>10} {'entered':>8} {'left':>6} {'pairs':>6}"
    for name, trick in TRICKS.items():
        yield _line(name, gain(trick, offerings, needs, victims))
    yield _line("rarest words of a need", rare_words(offerings, needs))


def _line(name: str, found: Gain) -> str:
    return f"{name:30} {found.places:10.2f} {found.entered:8} {found.left:6} {found.pairs:6}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--victims", type=int, default=24)
    args = parser.parse_args()
    offerings = [training.public(offering) for offering in training.demo_offerings(ROOT / "data")]
    needs = [text_of(stated) for _, stated, _ in training.demo_needs(ROOT / "data")]
    for line in table(offerings, needs, args.victims):
        print(line, flush=True)


if __name__ == "__main__":
    main()
