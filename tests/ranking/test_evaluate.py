import math
from pathlib import Path

import orjson
import pytest

from matchmaker.config import ROOT
from matchmaker.errors import Invalid
from matchmaker.ranking.evaluate import Collection, Run, evaluate, measure, measure_each, read_collection
from tests.ranking.making import DATA

SHARED = ROOT.parent / "shared" / "collections"


def write(folder: Path, corpus, queries, qrels, judgements="qrels.tsv"):
    folder.mkdir(exist_ok=True)
    (folder / judgements).parent.mkdir(exist_ok=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in qrels)]
    (folder / judgements).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


CORPUS = [{"_id": "a", "title": "Pump", "text": "of water"}, {"_id": "b", "text": "motor"},
          {"_id": "c", "title": "pump", "text": "motor \"quoted\ttext"}]
QUERIES = [{"_id": "1", "text": "pump"}, {"_id": "2", "text": "unjudged"}]


def test_a_collection_is_read(tmp_path):
    collection = read_collection(write(tmp_path / "mine", CORPUS, QUERIES, [("1", "a", 2), ("1", "b", 0)]))
    assert collection.name == "mine"
    assert collection.corpus == {"a": "Pump\nof water", "b": "motor", "c": "pump\nmotor \"quoted\ttext"}
    assert collection.queries == {"1": "pump"}
    assert collection.qrels == {"1": {"a": 2, "b": 0}}


def test_judgements_may_lie_where_others_keep_them(tmp_path):
    folder = write(tmp_path / "other", CORPUS, QUERIES, [("1", '"a', 1)], "qrels/test.tsv")
    assert read_collection(folder).qrels == {"1": {'"a': 1}}


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_what_is_missing_is_named(tmp_path, name):
    folder = write(tmp_path / "mine", CORPUS, QUERIES, [])
    (folder / name).unlink()
    with pytest.raises(Invalid, match=name):
        read_collection(folder)


@pytest.mark.parametrize(("name", "content"), [
    ("corpus.jsonl", b"no json\n"), ("corpus.jsonl", b'{"text": "no id"}\n'), ("queries.jsonl", b'{"_id": "1"}\n'),
    ("qrels.tsv", b"head\n1\ta\n"), ("qrels.tsv", b"head\n1\ta\tgood\n"), ("corpus.jsonl", b"[]\n"),
])
def test_what_is_no_collection_is_refused(tmp_path, name, content):
    folder = write(tmp_path / "mine", CORPUS, QUERIES, [("1", "a", 1)])
    (folder / name).write_bytes(content)
    with pytest.raises(Invalid, match="BEIR"):
        read_collection(folder)


def test_the_measures_are_those_of_the_textbook():
    """nDCG with the grade as gain and a log2 discount (Järvelin & Kekäläinen 2002), worked out by hand."""
    qrels = {"1": {"a": 3, "b": 2, "c": 0, "d": 1}, "2": {"a": 1}}
    collection = Collection("hand", dict.fromkeys("abcd", ""), {"1": "", "2": ""}, qrels)
    run = Run({"1": [("b", 4.0), ("c", 3.0), ("a", 2.0)], "2": []}, 1.5)
    reached = 2 / math.log2(2) + 3 / math.log2(4)
    best = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
    assert measure_each(collection, run).tolist() == pytest.approx([reached / best, 0])
    assert measure(collection, run) == {
        "ndcg@10": round(reached / best / 2, 4), "recall@100": round(2 / 3 / 2, 4), "mrr@10": 0.5, "ms_per_query": 1.5,
    }


def test_evaluating_gives_each_collection_by_its_name(tmp_path):
    folders = [write(tmp_path / name, CORPUS, QUERIES, [("1", "a", 1), ("1", "c", 1)]) for name in ("one", "two")]
    found = evaluate(folders)
    assert list(found) == ["one", "two"]
    assert found["one"]["ndcg@10"] == 1


@pytest.mark.parametrize(("name", "floor"), [("demo_zh", 0.57), ("demo_en", 0.59)])
def test_quality_on_the_demo_does_not_fall(name, floor):
    assert evaluate([DATA / "judgements" / name])[name]["ndcg@10"] >= floor


@pytest.mark.shared
@pytest.mark.parametrize(("name", "floor"), [("cranfield", 0.54), ("metatool", 0.64), ("xquad_zh2zh", 0.955)])
def test_quality_on_public_collections_does_not_fall(name, floor):
    if not (SHARED / name).is_dir():
        pytest.skip(f"the public collection {name} is not beside the checkout")
    assert evaluate([SHARED / name])[name]["ndcg@10"] >= floor
