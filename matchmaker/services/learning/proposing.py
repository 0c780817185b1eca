"""Propose other weights, where enough has been judged, and measure what they would bring about.

Learning takes seconds to minutes: it is done between two transactions, one that reads and one that keeps what came out.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from matchmaker import jobs, storage
from matchmaker.config import Config
from matchmaker.domain import Job, JobState, ProposalState, WeightsProposal
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.jobs.worker import Chunks
from matchmaker.ranking import learning, matcher
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.evaluate import measure_each, run_ranker
from matchmaker.ranking.evaluate.collections import read_collections
from matchmaker.ranking.learning import Counts, Found, JudgedList, Learnt, Measured, Reason, Settings
from matchmaker.ranking.texts import TextRanker
from matchmaker.ranking.weights import Weights
from matchmaker.services import matching, training, weighing
from matchmaker.services.learning import gathering, words
from matchmaker.storage import Session
from matchmaker.storage.queries.jobs import newest_job, unfinished_jobs

NDCG = "ndcg@10"
TASK = "propose_weights"


@dataclass(frozen=True)
class Draft:
    """Weights that were learnt and measured, not stored yet."""

    base: Weights
    counts: Counts
    learnt: Learnt
    found: Found
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class Attempt:
    """How the last attempt that was asked for stands: whether it goes on, and what it came to where nothing is kept."""

    is_going_on: bool
    lacking: Mapping[str, Sequence[int]]
    """Of what there was too little: how much there was, and how much there has to be."""


def queue(session: Session) -> None:
    """Have weights proposed, unless that waits or is being done already. Flushes."""
    if not unfinished_jobs(session, TASK):
        jobs.enqueue(session, TASK)


def last_attempt(session: Session) -> Attempt:
    """Return how the last attempt that was asked for stands."""
    job = newest_job(session, TASK)
    if job is None:
        return Attempt(is_going_on=False, lacking={})
    return Attempt(job.state in (JobState.QUEUED, JobState.RUNNING), (job.result or {}).get("lacking") or {})


def run(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: learn from what was judged until now, measure, and keep what came out; or say what is lacking."""
    with storage.reading() as session:
        lists, base = gathering.gather(session, learning.settings()), weighing.in_force(session)
    lacking = learning.lacking(learning.count(lists), learning.settings())
    if lacking:
        with chunks.final({"lacking": lacking}):
            return
    with chunks.kept():
        made = draft(config, lists, base)
    with chunks.final({}) as session:
        keep(session, made)


def say_lacking(short: Mapping[str, Sequence[int]]) -> str:
    """Return in words of what there is too little, how much there is and how much there has to be."""
    return gettext("; ").join(
        gettext("%(what)s: %(there)s of %(needed)s", what=gettext(what), there=short[name][0], needed=short[name][1])
        for name, what in words.EVIDENCE.items() if name in short)


def check_enough(lists: Sequence[JudgedList], settings: Settings) -> Counts:
    """Return how much was judged; raise `Invalid` naming what there is too little of."""
    counts = learning.count(lists)
    if short := learning.lacking(counts, settings):
        raise Invalid("Too little has been judged to learn from. %(missing)s", missing=say_lacking(short))
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
