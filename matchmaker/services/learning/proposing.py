"""Propose other weights, where enough has been judged, and measure what they would bring about.

Learning takes seconds to minutes: it is done between two transactions, one that reads and one that keeps what came out.
"""

import functools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from matchmaker.config import Config
from matchmaker.domain import ProposalState, WeightsProposal
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.ranking import learning, matcher
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.evaluate import measure_each, run_ranker
from matchmaker.ranking.evaluate.collections import read_collections
from matchmaker.ranking.learning import Counts, Found, JudgedList, Learnt, Measured, Reason, Settings
from matchmaker.ranking.texts import TextRanker
from matchmaker.ranking.weights import Weights
from matchmaker.services import matching, training, weighing
from matchmaker.services.learning import words
from matchmaker.storage import Session

NDCG = "ndcg@10"


@dataclass(frozen=True)
class Draft:
    """Weights that were learnt and measured, not stored yet."""

    base: Weights
    counts: Counts
    learnt: Learnt
    found: Found
    reasons: Sequence[Reason]


def check_enough(lists: Sequence[JudgedList], settings: Settings) -> Counts:
    """Return how much was judged; raise `Invalid` naming what there is too little of."""
    counts = learning.count(lists)
    if short := learning.lacking(counts, settings):
        missing = gettext("; ").join(
            gettext("%(what)s: %(there)s of %(needed)s", what=gettext(words.EVIDENCE[name]), there=there, needed=needed)
            for name, (there, needed) in short.items())
        raise Invalid("Too little has been judged to learn from. %(missing)s", missing=missing)
    return counts


def draft(config: Config, lists: Sequence[JudgedList], base: Weights, folders: Sequence[Path] = (),
          settings: Settings | None = None) -> Draft:
    """Learn from lists and measure what came out; nothing is read from the database or stored.

    Parameters
    ----------
    lists : sequence of JudgedList
        As `gathering.gather` returns them.
    base : Weights
        In force today.
    folders : sequence of Path
        Further judged collections in BEIR layout. The demo's needs are always looked at.

    Raises
    ------
    Invalid
        When too little has been judged, or a folder holds no collection.
    """
    chosen = settings or learning.settings()
    counts = check_enough(lists, chosen)
    collections = read_collections(folders)
    learnt_from, held_out = learning.split(lists, chosen.checks.held_out)
    learnt = learning.learn(learnt_from, base, chosen)
    measures = measure_demo(config, base, learnt.weights)
    for collection in collections:
        runs = [run_ranker(collection, functools.partial(TextRanker, one.channels)) for one in (base, learnt.weights)]
        measures[collection.name] = learning.measured(*(measure_each(collection, run)[NDCG] for run in runs))
    found = learning.measure(held_out, base, learnt.weights, chosen, measures)
    return Draft(base, counts, learnt, found, learning.reasons_against(found, chosen.checks))


def measure_demo(config: Config, base: Weights, weights: Weights) -> dict[str, Measured]:
    """Return nDCG@10 of the judged demo needs by both weights, factors included, by language."""
    fitted = matching.load_model(config.models)
    built = Catalogue.build([training.public(one) for one in training.demo_offerings(config.data)], "learning")
    values: dict[str, list[tuple[float, float]]] = {}
    for need_id, stated, grades in training.demo_needs(config.data):
        need = matching.understand(fitted, training.topical(stated), training.TODAY)
        if not any(grades.values()):
            continue
        both = []
        for one in (base, weights):
            answer = matcher.match(need, built.weighted(one), fitted, matching.Places(), top=matcher.CONSIDERED,
                                   marked=0)
            gains = [grades.get(found.offering["external_id"], 0) for found in answer.matches]
            both.append(learning.ndcg(np.array(gains, float), np.array([*grades.values()], float)))
        values.setdefault(f"demo_{need_id.partition('-')[0]}", []).append((both[0], both[1]))
    return {name: learning.measured(*np.array(pairs).T) for name, pairs in sorted(values.items())}


def keep(session: Session, made: Draft) -> WeightsProposal:
    """Store what was learnt, as proposed or as refused with its reasons. Flushes."""
    found = {
        "held_out": asdict(made.found.held_out),
        "collections": {name: asdict(one) for name, one in made.found.collections.items()},
        "groups": {name: asdict(one) for name, one in made.found.groups.items()},
        "exposure": {name: {"gini": one.gini, "top_one": one.top_one, "most": max(one.shares.values(), default=0.0)}
                     for name, one in (("before", made.found.exposure_before), ("after", made.found.exposure_after))},
    }
    proposal = WeightsProposal(
        state=ProposalState.REFUSED if made.reasons else ProposalState.PROPOSED, base=made.base.version,
        weights=weighing.content(made.learnt.weights), evidence=asdict(made.counts), left_out=made.learnt.left_out,
        found=found, reasons=[asdict(reason) for reason in made.reasons])
    session.add(proposal)
    session.flush()
    return proposal
