"""Run a ranker over a judged collection, timed, and measure what it answered."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import ir_measures
import numpy as np
from ir_measures import RR, Measure, Qrel, R, ScoredDoc, nDCG

from matchmaker.ranking.evaluate.collections import Collection
from matchmaker.ranking.evaluate.rankers import Ranker, StagedRanker
from matchmaker.ranking.texts import TextRanker

MEASURES = {"ndcg@10": nDCG @ 10, "recall@100": R @ 100, "mrr@10": RR @ 10}
"""What is measured of a ranking. A text counts as relevant from grade 1; nDCG takes the grade as gain."""
FIRST_STAGE = "first_stage_recall@200"
"""What is measured of the first stage: the share of relevant texts among the 200 that it would hand on."""
DEPTH = 200
"""So many texts are asked for each need."""

Results = Mapping[str, Sequence[tuple[str, float]]]
"""For each need texts with their scores, best first."""


class Run(NamedTuple):
    """What a ranking answered, and what a need took: elapsed milliseconds, and those of all processors together.

    `handed_on` is what the first of two stages found; of a ranking in one stage it is the answer itself.
    """

    results: Results
    milliseconds: float
    cpu_milliseconds: float
    handed_on: Results


def run_ranker(collection: Collection, make: Callable[[], Ranker] = TextRanker) -> Run:
    """Rank the collection's texts for each of its needs by a ranker fitted on them.

    Timed is the answering of all needs one after another, with their analysis; neither fitting nor looking at the
    first stage.
    """
    ids, needs = list(collection.corpus), list(collection.queries.values())
    ranker = make().fit(list(collection.corpus.values()))
    elapsed, worked = time.perf_counter(), time.process_time()
    ranked = list(ranker.rank(needs, k=DEPTH))
    elapsed, worked = time.perf_counter() - elapsed, time.process_time() - worked
    results = _by_id(collection, ids, ((found.offerings, found.scores) for found in ranked))
    handed_on = results
    if isinstance(ranker, StagedRanker):
        first = ranker.retrieve(needs, k=DEPTH)
        handed_on = _by_id(collection, ids, ((found, -np.arange(len(found))) for found in first))
    return Run(results, elapsed * 1000 / len(needs), worked * 1000 / len(needs), handed_on)


def measure_each(collection: Collection, run: Run) -> dict[str, np.ndarray]:
    """Return for each measure its value for each need, shape (n_needs,), in the order of the queries."""
    found = _calculate(collection, run.results, MEASURES)
    return found | _calculate(collection, run.handed_on, {FIRST_STAGE: R @ DEPTH})


def measure(collection: Collection, run: Run) -> dict[str, float]:
    """Return the mean of each measure over the needs, and the milliseconds a need."""
    return summarise(measure_each(collection, run), run)


def summarise(each: Mapping[str, np.ndarray], run: Run) -> dict[str, float]:
    """Do the same with the measures of each need at hand."""
    means = {name: round(float(values.mean()), 4) for name, values in each.items()}
    return means | {"ms_per_query": round(run.milliseconds, 3), "cpu_ms_per_query": round(run.cpu_milliseconds, 3)}


def _calculate(collection: Collection, results: Results, measures: Mapping[str, Measure]) -> dict[str, np.ndarray]:
    judged = [Qrel(need, text, grade)
              for need in collection.queries for text, grade in collection.qrels[need].items()]
    scored = [ScoredDoc(need, text, score) for need, found in results.items() for text, score in found]
    values = {(value.measure, value.query_id): value.value
              for value in ir_measures.iter_calc(measures.values(), judged, scored)}
    return {name: np.array([values.get((measure, need), 0.0) for need in collection.queries])
            for name, measure in measures.items()}


def _by_id(collection: Collection, ids: Sequence[str], ranked: Iterable[tuple[np.ndarray, np.ndarray]]) -> Results:
    return {
        need: [(ids[text], score) for text, score in zip(texts.tolist(), scores.tolist(), strict=True)]
        for need, (texts, scores) in zip(collection.queries, ranked, strict=True)
    }
