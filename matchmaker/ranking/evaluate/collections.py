"""Read judged collections in BEIR layout: corpus.jsonl, queries.jsonl, qrels.tsv."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from matchmaker.errors import Invalid

QRELS = ("qrels.tsv", "qrels/test.tsv")
"""Where the judgements may lie."""


class Collection(NamedTuple):
    """A judged collection: texts and needs by id, and graded judgements ``{need: {text: grade}}``."""

    name: str
    corpus: dict[str, str]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


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
    if not queries or not corpus:
        raise Invalid("%(folder)s holds no text, or no need that is judged", folder=str(folder))
    return Collection(folder.resolve().name, corpus, queries, qrels)


def read_collections(folders: Sequence[Path]) -> list[Collection]:
    """Read several collections; raise `Invalid` also where two share a name, by which their figures are told apart."""
    collections = [read_collection(folder) for folder in folders]
    names = [collection.name for collection in collections]
    for name in names:
        if names.count(name) > 1:
            raise Invalid("Two of the collections are called %(name)s; name one differently", name=name)
    return collections


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for need, text, grade in list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            qrels.setdefault(need, {})[text] = int(grade)
    return qrels


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        yield from (orjson.loads(line) for line in file if line.strip())
