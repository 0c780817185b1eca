"""Match a need with a catalogue: hard rules, retrieval, soft factors, score, fit, explanation, near misses."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import orjson

from matchmaker.ranking import pages
from matchmaker.ranking.areas import Places
from matchmaker.ranking.catalogue import LOOK, Catalogue, Offering
from matchmaker.ranking.channels.concepts import Meant
from matchmaker.ranking.columns import Column
from matchmaker.ranking.eligibility import Verdict, judge
from matchmaker.ranking.explain import marked_words
from matchmaker.ranking.factors import SOFT_FACTORS, SoftFactor
from matchmaker.ranking.messages import Message
from matchmaker.ranking.model import Model
from matchmaker.ranking.needs import Need
from matchmaker.ranking.queries import Query, Ranked

TEXT_WORDS = Message("Words and phrases that need and offering share, rare ones counting more.")
CONSIDERED = 60
"""How many eligible offerings, best by text, the soft factors order."""
NEAR = 0.3
"""From this cosine on a neural model takes need and text to speak of the same; unlike ones lie about 0.1 apart."""
NEAR_MISSES = 3
CONSIDERED_NEAR = 12
MOST_JUDGED = 1024
"""So much that offerings say of a factor is kept judged for the needs that come next, for each thing that needs say."""


class Factor(NamedTuple):
    """One named part of a score, in words."""

    name: str
    contribution: float
    """Its weight times its value."""
    state: str
    message: Message
    value: float


_Judged = dict[str, dict[int, Factor]]
"""Soft factor → code of what an offering says → what that gives."""


class Match(NamedTuple):
    """An offering beside a need; the contributions of its factors add up to its score."""

    offering: Offering
    score: float
    fit: float
    factors: Sequence[Factor]
    words: list[str]
    """The words, as the offering writes them, that carried the match."""
    verdicts: list[tuple[str, Verdict]]
    """What the hard rules have to say: what excludes it, or is unknown."""
    channels: list[float]
    """What each channel gave to the text's value, in the order of `CHANNELS`."""
    placed: Message | None = None
    """Why it has another place than its score gives it, if that is so."""


class Answer(NamedTuple):
    """The matches of one need, best first, and what almost matched."""

    matches: list[Match]
    near_misses: list[Match]
    n_eligible: int
    n_excluded: int
    nothing_fits: bool
    seed: str
    meant: Sequence[Meant]
    """The concepts that the need is about, likeliest first."""


class _Candidate(NamedTuple):
    place: int
    id: str
    text: int
    score: float
    fit: float
    factors: Sequence[Factor]
    channels: list[float]


def match(need: Need, catalogue: Catalogue, model: Model, places: Places, *, top: int = 10,
          kinds: Sequence[str] = (), regions: Sequence[str] = (), marked: int | None = None) -> Answer:
    """Return the `top` matches of a need among the offerings that the reader's filters leave.

    Only the first `marked` of them, all when that is left out, come with the words that carried them: to find these
    takes longer than all the rest.

    Equal scores are ordered by a draw whose seed is the hash of the need and the index version, so the same need gets
    the same order until the catalogue changes.
    """
    seed = seed_of(need, catalogue.version)
    eligible, chosen = catalogue.eligible(need), catalogue.chosen(kinds, regions)
    open_to = eligible if chosen is None else eligible & chosen
    closed = ~eligible if chosen is None else ~eligible & chosen
    if catalogue.is_gone is not None:
        open_to, closed = open_to & ~catalogue.is_gone, closed & ~catalogue.is_gone
    query = _query(need, catalogue)
    judged = _judged_before(need, catalogue, places)

    def find(mask: np.ndarray, k: int, candidates: int | None = None) -> list[_Candidate]:
        ranked = catalogue.ranker.search(query, mask, k, candidates)
        found = _scored(need, catalogue, model, places, ranked, judged)
        return sorted(found, key=lambda candidate: (-candidate.score, draw(seed, candidate.id)))

    best, placed = _paged(find(open_to, CONSIDERED), catalogue, model)
    near = find(closed, CONSIDERED_NEAR, CONSIDERED) if closed.any() else []
    near = [candidate for candidate in near if candidate.fit >= model.threshold][:NEAR_MISSES]
    matches = [_explained(need, query, catalogue, candidate) if marked is None or place < marked
               else _plain(need, catalogue, candidate) for place, candidate in enumerate(best[:top])]
    return Answer(
        [found._replace(placed=placed.get(found.offering["id"])) for found in matches],
        [_explained(need, query, catalogue, candidate) for candidate in near],
        int(np.count_nonzero(open_to)), int(np.count_nonzero(closed)),
        nothing_fits=not best or best[0].fit < model.threshold, seed=seed, meant=query.meant,
    )


def compare(need: Need, catalogue: Catalogue, model: Model, places: Places, ids: Sequence[str]) -> list[Match]:
    """Return the matches of the offerings with these ids, in this order and with the scores that `match` gives them.

    What a rule excludes is among them, the rule being in its verdicts; ids that the catalogue does not know are not.
    """
    query = _query(need, catalogue)
    wanted = catalogue.places_of(ids)
    if catalogue.is_gone is not None:
        wanted = wanted[~catalogue.is_gone[wanted]]
    ranked = catalogue.ranker.score(query, wanted)
    judged = _judged_before(need, catalogue, places)
    found = {candidate.id: candidate for candidate in _scored(need, catalogue, model, places, ranked, judged)}
    return [_explained(need, query, catalogue, found[id]) for id in ids if id in found]


def meant(need: Need, catalogue: Catalogue) -> list[Meant]:
    """Return the concepts that a need is about, likeliest first."""
    return catalogue.ranker.concepts_.recognise(need.text, need.stated.get("concepts") or (),
                                                need.stated.get("excluded_concepts") or ())


def seed_of(need: Need, version: str) -> str:
    """Return the seed of a need's draws: SHA-256 of the normalised need and the index version.

    By which exposure a place was kept is no part of it: that moves one offering, and draws nothing anew.
    """
    filled = {name: value for name, value in need.stated.items() if value not in (None, "", [], {})}
    stated = orjson.dumps(filled, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(stated + version.partition(LOOK)[0].encode()).hexdigest()[:16]


def _paged(found: list[_Candidate], catalogue: Catalogue, model: Model) -> tuple[list[_Candidate], dict[str, Message]]:
    """Return the list with what the weights say of the first page, and why some have the place they have, by id."""
    rule, exposure = catalogue.weights.page, catalogue.exposure
    best, given = pages.take_turns(found, lambda candidate: candidate.fit,
                                   lambda candidate: platform_of(catalogue.offerings[candidate.place]), rule)
    placed = {best[place].id: pages.TURN for place in given}
    if exposure is not None:
        best, explored = pages.explore(best, lambda candidate: candidate.fit >= model.threshold,
                                       lambda candidate: exposure.get(candidate.id, 0.0), rule)
        if explored is not None:
            placed[best[explored].id] = pages.EXPLORED
    return best, placed


def _query(need: Need, catalogue: Catalogue) -> Query:
    return catalogue.ranker.query(need.text, catalogue.is_gone, meant=need.stated.get("concepts") or (),
                                  not_meant=need.stated.get("excluded_concepts") or ())


def _judged_before(need: Need, catalogue: Catalogue, places: Places) -> _Judged:
    """Return what the soft factors gave to offerings for needs that say the same; what comes is kept up to a number."""
    judged: _Judged = {}
    for factor in SOFT_FACTORS:
        known: dict[int, Factor] = {}
        if factor.reads is not None:
            asked = factor.reads(need), catalogue.weights.factors[factor.name], places
            known = catalogue.factors[factor.name].kept(asked, dict)
        judged[factor.name] = known if len(known) < MOST_JUDGED else known.copy()
    return judged


def _scored(need: Need, catalogue: Catalogue, model: Model, places: Places, ranked: Ranked,
            judged: "_Judged") -> Iterator[_Candidate]:
    weights = catalogue.weights
    text = [Factor("text", contribution(weights.text, similarity), "met", TEXT_WORDS, similarity)
            for similarity in ranked.scores.tolist()]
    soft = [_judged(need, factor, weights.factors[factor.name], catalogue.factors[factor.name], ranked.offerings,
                    places, judged[factor.name]) for factor in SOFT_FACTORS]
    factors = [*zip(text, *soft, strict=True)]
    given = (map(attrgetter("contribution"), own) for own in (text, *soft))
    scores = [*map(total, zip(*given, strict=True))]
    ids = catalogue.ids[ranked.offerings].tolist()
    found = zip(ranked.offerings.tolist(), ids, ranked.texts.tolist(), scores, map(model.fit_of, scores), factors,
                ranked.channels.tolist(), strict=True)
    return map(_Candidate._make, found)


def contribution(weight: float, value: float) -> float:
    """Return what a factor adds to the score."""
    # Some databases know no zero below zero.
    return round(weight * value, 6) + 0.0


def total(contributions: Iterable[float]) -> float:
    """Return the score: the sum of the contributions, in the order of the factors."""
    return round(sum(contributions), 6) + 0.0


def platform_of(offering: Offering) -> str:
    """Return the id of an offering's platform."""
    return str(offering["platform"]["id"])


def draw(seed: str, offering_id: str) -> bytes:
    """Return what orders offerings of the same score."""
    return hashlib.sha256(f"{seed}{offering_id}".encode()).digest()


def _judged(need: Need, factor: SoftFactor, weight: float, column: Column, offerings: np.ndarray,
            places: Places, known: dict[int, Factor]) -> list[Factor]:
    """Judge offerings by one soft factor, those that say the same once; `known` are those judged before."""
    codes = column.codes[offerings].tolist()
    for code in set(codes).difference(known):
        finding = factor.judge(need, column.values[code], places)
        known[code] = Factor(factor.name, contribution(weight, finding.value), finding.state, finding.message,
                             finding.value + 0.0)
    return [known[code] for code in codes]


def _plain(need: Need, catalogue: Catalogue, candidate: _Candidate) -> Match:
    offering: dict[str, Any] = catalogue.offerings[candidate.place]
    return Match(offering, candidate.score, candidate.fit, candidate.factors, [], judge(need, offering),
                 candidate.channels)


def _explained(need: Need, query: Query, catalogue: Catalogue, candidate: _Candidate) -> Match:
    offering: dict[str, Any] = catalogue.offerings[candidate.place]
    carried = catalogue.ranker.shared_words(query, candidate.text)
    translated = catalogue.ranker.translated_words(query, candidate.text)
    words = marked_words(offering, [*(target for _, target in translated), *carried], need.language)
    text, *others = candidate.factors
    pairs = [f"{source} → {target}" for source, target in translated if source != target]
    concepts = [label[need.language] for label in catalogue.ranker.meant_concepts(query, candidate.text)]
    mended = [f"{one.written} → {one.meant}" for one in query.misspelt if not set(one.words).isdisjoint(carried)]
    text = _carried(text, pairs or words, [*mended, *concepts], is_near=query.meaning_of(candidate.text) >= NEAR)
    factors = [text, *others]
    return Match(offering, candidate.score, candidate.fit, factors, words, judge(need, offering),
                 candidate.channels)


def _carried(text: Factor, words: Sequence[str], concepts: Sequence[str], *, is_near: bool) -> Factor:
    """Return the factor of the texts with what carried it, in words."""
    values = {"words": " · ".join(words), "concepts": " · ".join(concepts)}
    if words and concepts:
        return text._replace(state="met", message=Message("%(words)s (understood as: %(concepts)s)", values))
    if words or concepts:
        template = "%(words)s" if words else "Understood as: %(concepts)s"
        return text._replace(state="met", message=Message(template, values))
    if is_near:
        return text._replace(state="met", message=Message("Close in meaning, as a language model reads it"))
    return text._replace(state="unknown", message=Message("Similar spelling only"))
