"""Print what the ranking makes of needs in lay words and in a specialist's, over real catalogues.

    python -m bench.lay_wording CATALOGUES [--half development] [--each]

`CATALOGUES` is a folder that has a folder with an `items.csv` for each catalogue named in
data/judgements/real_twins.jsonl, which holds the needs, their two wordings and the grades, and no text of a catalogue.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from matchmaker.ranking.evaluate import JUDGED_BY, OURS
from matchmaker.ranking.evaluate.collections import Collection
from matchmaker.ranking.evaluate.rankers import find_maker
from matchmaker.ranking.evaluate.runs import measure_each, run_ranker

TWINS = Path(__file__).resolve().parent.parent / "data" / "judgements" / "real_twins.jsonl"
WORDINGS = ("specialist", "lay")
RANKERS = (OURS, "bm25s")
TEXTS = ("title", "summary", "description")
KEYWORDS = ("category", "subcategory", "keywords")
Figures = dict[tuple[str, str, str], float]
"""nDCG@10 by ranker, need and wording."""


def read_twins(half: str | None = None) -> list[dict]:
    """Return the needs with their wordings and grades; those of one half only, where it is named."""
    twins = [json.loads(line) for line in TWINS.read_text(encoding="utf-8").splitlines()]
    return [twin for twin in twins if half in (None, twin["half"])]


def read_catalogue(path: Path) -> dict[str, str]:
    """Return the texts of a catalogue by id: title, summary, description, and the keywords in a line."""
    csv.field_size_limit(2 ** 30)
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: "\n".join(filter(None, (*(row.get(name) for name in TEXTS), _keywords(row))))
                for row in csv.DictReader(file)}


def measure(catalogues: Path, twins: Sequence[Mapping]) -> Figures:
    """Return how good the first ten are for each need, by ranker and wording."""
    found: Figures = {}
    for name in sorted({twin["catalogue"] for twin in twins}):
        corpus = read_catalogue(catalogues / name / "items.csv")
        mine = [twin for twin in twins if twin["catalogue"] == name]
        queries = {f"{twin['need']} {wording}": twin[wording] for twin in mine for wording in WORDINGS}
        qrels = {f"{twin['need']} {wording}": twin["grades"] for twin in mine for wording in WORDINGS}
        collection = Collection(name, corpus, queries, qrels)
        for ranker in RANKERS:
            values = measure_each(collection, run_ranker(collection, find_maker(ranker)))[JUDGED_BY]
            found |= {(ranker, *query.split(" ")): float(value)
                      for query, value in zip(queries, values, strict=True)}
    return found


def summary(found: Figures, twins: Sequence[Mapping]) -> Iterator[str]:
    """Yield a table: means over all needs, by half, and by the languages of need and catalogue."""
    yield "| needs | n | " + " | ".join(f"{ranker}, {w}" for ranker in RANKERS for w in (*WORDINGS, "ratio")) + " |"
    yield "| --- " * (2 + 3 * len(RANKERS)) + "|"
    for name, chosen in _groups(twins):
        cells = [name, str(len(chosen))]
        for ranker in RANKERS:
            specialist, lay = (np.mean([found[ranker, twin["need"], w] for twin in chosen]) for w in WORDINGS)
            cells += [f"{specialist:.3f}", f"{lay:.3f}", f"{lay / max(specialist, 1e-9):.2f}"]
        yield "| " + " | ".join(cells) + " |"


def _groups(twins: Sequence[Mapping]) -> Iterator[tuple[str, list[Mapping]]]:
    yield "all", list(twins)
    for half in sorted({twin["half"] for twin in twins}):
        yield half, [twin for twin in twins if twin["half"] == half]
    for languages in sorted({_languages(twin) for twin in twins}):
        yield " → ".join(languages), [twin for twin in twins if _languages(twin) == languages]


def _languages(twin: Mapping) -> tuple[str, str]:
    return twin["language"], twin["catalogue"].rpartition("_")[2]


def _keywords(row: Mapping[str, str]) -> str:
    return " ".join(filter(None, (row.get(name, "").strip('[]"').replace('", "', " ") for name in KEYWORDS)))


def main() -> None:
    """Measure, and print the table, and with `--each` every need of the half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogues", type=Path)
    parser.add_argument("--half", help="development or 'held out'; by default both")
    parser.add_argument("--each", action="store_true")
    arguments = parser.parse_args()
    twins = read_twins(arguments.half)
    found = measure(arguments.catalogues, twins)
    print("\n".join(summary(found, twins)))
    for twin in twins if arguments.each else ():
        values = " ".join(f"{found[ranker, twin['need'], w]:.3f}" for ranker in RANKERS for w in WORDINGS)
        print(twin["need"], values, twin["catalogue"])


if __name__ == "__main__":
    main()
