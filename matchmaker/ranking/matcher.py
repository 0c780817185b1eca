"""Match a need with a catalogue: hard rules, retrieval, soft factors, score, fit, explanation, near misses."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson

from matchmaker.ranking.areas import Places
from matchmaker.ranking.catalogue import Catalogue, Offering
from matchmaker.ranking.columns import Column
from matchmaker.ranking.eligibility import Verdict, judge
from matchmaker.ranking.explain import marked_words
from matchmaker.ranking.factors import SOFT_FACTORS, SoftFactor
from matchmaker.ranking.messages import Message
from matchmaker.ranking.model import Model
from matchmaker.ranking.needs import Need
from matchmaker.ranking.texts import Query, Ranked

TEXT_WEIGHT = 4.0
TEXT_WORDS = Message("Words and phrases that need and offering share, rare ones counting more.")
CONSIDERED = 60
"""How many eligible offerings, best by text, the soft factors order."""
NEAR_MISSES = 3
CONSIDERED_NEAR = 12


class Factor(NamedTuple):
    """One named part of a score, in words."""

    name: str
    contribution: float
    state: str
    message: Message


class Match(NamedTuple):
    """An offering beside a need; the contributions of its factors add up to its score."""

    offering: Offering
    score: float
    fit: float
    factors: list[Factor]
    words: list[str]
    """The words, as the offering writes them, that carried the match."""
    verdicts: list[tuple[str, Verdict]]
    """What the hard rules have to say: what excludes it, or is unknown."""


class Answer(NamedTuple):
    """The matches of one need, best first, and what almost matched."""

    matches: list[Match]
    near_misses: list[Match]
    n_eligible: int
    n_excluded: int
    nothing_fits: bool
    seed: str


class _Candidate(NamedTuple):
    place: int
    id: str
    text: int
    score: float
    fit: float
    factors: list[Factor]


def match(need: Need, catalogue: Catalogue, model: Model, places: Places, *, top: int = 10,
          kinds: Sequence[str] = (), regions: Sequence[str] = ()) -> Answer:
    """Return the `top` matches of a need among the offerings that the reader's filters leave.

    Equal scores are ordered by a draw whose seed is the hash of the need and the index version, so the same need gets
    the same order until the catalogue changes.
    """
    seed = seed_of(need, catalogue.version)
    eligible, chosen = catalogue.eligible(need), catalogue.chosen(kinds, regions)
    open_to = eligible if chosen is None else eligible & chosen
    closed = ~eligible if chosen is None else ~eligible & chosen
    query = catalogue.ranker.query(need.text)

    def find(mask: np.ndarray, k: int, candidates: int | None = None) -> list[_Candidate]:
        ranked = catalogue.ranker.search(query, mask, k, candidates)
        found = _scored(need, catalogue, model, places, ranked)
        return sorted(found, key=lambda candidate: (-candidate.score, _draw(seed, candidate.id)))

    best = find(open_to, CONSIDERED)
    near = find(closed, CONSIDERED_NEAR, CONSIDERED) if closed.any() else []
    near = [candidate for candidate in near if candidate.fit >= model.threshold][:NEAR_MISSES]
    return Answer(
        [_explained(need, query, catalogue, candidate) for candidate in best[:top]],
        [_explained(need, query, catalogue, candidate) for candidate in near],
        int(open_to.sum()), int(closed.sum()),
        nothing_fits=not best or best[0].fit < model.threshold, seed=seed,
    )


def compare(need: Need, catalogue: Catalogue, model: Model, places: Places, ids: Sequence[str]) -> list[Match]:
    """Return the matches of the offerings with these ids, in this order and with the scores that `match` gives them.

    What a rule excludes is among them, the rule being in its verdicts; ids that the catalogue does not know are not.
    """
    query = catalogue.ranker.query(need.text)
    ranked = catalogue.ranker.score(query, np.flatnonzero(np.isin(catalogue.ids, list(ids))))
    found = {candidate.id: candidate for candidate in _scored(need, catalogue, model, places, ranked)}
    return [_explained(need, query, catalogue, found[id]) for id in ids if id in found]


def seed_of(need: Need, version: str) -> str:
    """Return the seed of a need's draws: SHA-256 of the normalised need and the index version."""
    filled = {name: value for name, value in need.stated.items() if value not in (None, "", [], {})}
    stated = orjson.dumps(filled, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(stated + version.encode()).hexdigest()[:16]


def _scored(need: Need, catalogue: Catalogue, model: Model, places: Places, ranked: Ranked) -> Iterator[_Candidate]:
    text = [Factor("text", round(TEXT_WEIGHT * similarity, 6), "met", TEXT_WORDS)
            for similarity in ranked.scores.tolist()]
    soft = [_judged(need, factor, catalogue.factors[factor.name], ranked.offerings, places) for factor in SOFT_FACTORS]
    ids = catalogue.ids[ranked.offerings].tolist()
    for place, id, row, *factors in zip(ranked.offerings.tolist(), ids, ranked.texts.tolist(), text, *soft,
                                        strict=True):
        score = round(sum(factor.contribution for factor in factors), 6)
        yield _Candidate(place, id, row, score, model.fit_of(score), factors)


def _judged(need: Need, factor: SoftFactor, column: Column, offerings: np.ndarray, places: Places) -> list[Factor]:
    """Judge offerings by one soft factor, those that say the same once."""
    codes = column.codes[offerings].tolist()
    findings = {code: factor.judge(need, column.values[code], places) for code in set(codes)}
    judged = {code: Factor(factor.name, round(factor.weight * finding.value, 6), finding.state, finding.message)
              for code, finding in findings.items()}
    return [judged[code] for code in codes]


def _draw(seed: str, offering_id: str) -> bytes:
    return hashlib.sha256(f"{seed}{offering_id}".encode()).digest()


def _explained(need: Need, query: Query, catalogue: Catalogue, candidate: _Candidate) -> Match:
    offering: dict[str, Any] = catalogue.offerings[candidate.place]
    carried = catalogue.ranker.shared_words(query, candidate.text)
    translated = catalogue.ranker.translated_words(query, candidate.text)
    words = marked_words(offering, [*(target for _, target in translated), *carried], need.language)
    text, *others = candidate.factors
    pairs = [f"{source} → {target}" for source, target in translated if source != target]
    message = Message("%(words)s", {"words": " · ".join(pairs or words)})
    factors = [text._replace(state="met", message=message) if pairs or words
               else text._replace(state="unknown", message=Message("Similar spelling only")), *others]
    return Match(offering, candidate.score, candidate.fit, factors, words, judge(need, offering))
