"""Measure a ranking on judged collections in BEIR layout: corpus.jsonl, queries.jsonl, qrels.tsv."""

import csv
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import ir_measures
import numpy as np
import orjson
from ir_measures import RR, Qrel, R, ScoredDoc, nDCG

from matchmaker.errors import Invalid
from matchmaker.ranking.texts import TextRanker

MEASURES = {"ndcg@10": nDCG @ 10, "recall@100": R @ 100, "mrr@10": RR @ 10}
DEPTH = 100
QRELS = ("qrels.tsv", "qrels/test.tsv")
"""Where the judgements may lie."""


class Collection(NamedTuple):
    """A judged collection: texts and needs by id, and graded judgements ``{need: {text: grade}}``."""

    name: str
    corpus: dict[str, str]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


class Run(NamedTuple):
    """What a ranking answered: for each need the best texts with their scores, and the milliseconds it took."""

    results: dict[str, list[tuple[str, float]]]
    milliseconds: float


def read_collection(folder: Path) -> Collection:
    """Read a collection; needs without a judgement are left out. Raise `Invalid` naming what is missing."""
    judgements = next((path for path in map(folder.joinpath, QRELS) if path.is_file()), folder / QRELS[0])
    for path in (folder / "corpus.jsonl", folder / "queries.jsonl", judgements):
        if not path.is_file():
            raise Invalid("%(folder)s is no collection in BEIR layout: %(name)s is missing",
                          folder=str(folder), name=path.name)
    try:
        qrels = _read_qrels(judgements)
        corpus = {str(row["_id"]): "\n".join(filter(None, (row.get("title"), row.get("text"))))
                  for row in _lines(folder / "corpus.jsonl")}
        queries = {str(row["_id"]): row["text"] for row in _lines(folder / "queries.jsonl") if str(row["_id"]) in qrels}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("%(folder)s is no collection in BEIR layout: %(detail)s",
                      folder=str(folder), detail=repr(error)) from error
    return Collection(folder.resolve().name, corpus, queries, qrels)


def run_ranker(collection: Collection, make: Callable[[], TextRanker] = TextRanker) -> Run:
    """Rank the collection's texts for each of its needs by a ranker fitted on them."""
    ids = list(collection.corpus)
    ranker = make().fit(list(collection.corpus.values()))
    started = time.perf_counter()
    ranked = ranker.rank(list(collection.queries.values()), k=DEPTH)
    results = {
        need: [(ids[text], float(score)) for text, score in zip(found.offerings, found.scores, strict=True)]
        for need, found in zip(collection.queries, ranked, strict=True)
    }
    return Run(results, (time.perf_counter() - started) * 1000 / max(len(collection.queries), 1))


def measure(collection: Collection, run: Run) -> dict[str, float]:
    """Return the mean of each measure over the needs, and the milliseconds a need."""
    found = ir_measures.calc_aggregate(MEASURES.values(), _judged(collection), _scored(run))
    means = {name: round(float(found[measure]), 4) for name, measure in MEASURES.items()}
    return means | {"ms_per_query": round(run.milliseconds, 3)}


def measure_each(collection: Collection, run: Run, name: str = "ndcg@10") -> np.ndarray:
    """Return one measure for each need, shape (n_needs,), in the order of the queries."""
    found = {value.query_id: value.value
             for value in ir_measures.iter_calc([MEASURES[name]], _judged(collection), _scored(run))}
    return np.array([found.get(need, 0.0) for need in collection.queries])


def evaluate(folders: Sequence[Path]) -> dict[str, Mapping[str, float]]:
    """Return the measures of the default ranking on each collection, by the collection's name."""
    collections = [read_collection(folder) for folder in folders]
    return {collection.name: measure(collection, run_ranker(collection)) for collection in collections}


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for need, text, grade in list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            qrels.setdefault(need, {})[text] = int(grade)
    return qrels


def _judged(collection: Collection) -> list[Qrel]:
    return [Qrel(need, text, grade) for need in collection.queries for text, grade in collection.qrels[need].items()]


def _scored(run: Run) -> list[ScoredDoc]:
    return [ScoredDoc(need, text, score) for need, found in run.results.items() for text, score in found]


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        yield from (orjson.loads(line) for line in file if line.strip())
