import math
from pathlib import Path

import orjson
import pytest

from matchmaker.config import ROOT
from matchmaker.errors import Invalid
from matchmaker.ranking.evaluate import (
    FIRST_STAGE,
    OURS,
    RANKERS,
    Collection,
    Run,
    evaluate,
    measure,
    measure_each,
    read_collection,
    run_ranker,
)
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


@pytest.mark.parametrize(("corpus", "judgements"), [([], [("1", "a", 1)]), (CORPUS, [("other", "a", 1)])])
def test_a_collection_without_texts_or_judged_needs_is_refused(tmp_path, corpus, judgements):
    with pytest.raises(Invalid, match="holds no text"):
        read_collection(write(tmp_path / "mine", corpus, QUERIES, judgements))


def test_the_measures_are_those_of_the_textbook():
    """nDCG with the grade as gain and a log2 discount (Järvelin & Kekäläinen 2002), worked out by hand."""
    qrels = {"1": {"a": 3, "b": 2, "c": 0, "d": 1}, "2": {"a": 1}}
    collection = Collection("hand", dict.fromkeys("abcd", ""), {"1": "", "2": ""}, qrels)
    results = {"1": [("b", 4.0), ("c", 3.0), ("a", 2.0)], "2": []}
    run = Run(results, 1.5, 0.5, handed_on={"1": [("b", 1.0)], "2": [("a", 1.0)]})
    reached = 2 / math.log2(2) + 3 / math.log2(4)
    best = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
    each = measure_each(collection, run)
    assert each["ndcg@10"].tolist() == pytest.approx([reached / best, 0])
    assert each[FIRST_STAGE].tolist() == pytest.approx([1 / 3, 1])
    assert measure(collection, run) == {
        "ndcg@10": round(reached / best / 2, 4), "recall@100": round(2 / 3 / 2, 4), "mrr@10": 0.5,
        FIRST_STAGE: round(2 / 3, 4), "ms_per_query": 1.5, "cpu_ms_per_query": 0.5,
    }


def test_a_run_is_measured_by_its_own_answers(tmp_path):
    collection = read_collection(write(tmp_path / "mine", CORPUS, QUERIES, [("1", "a", 1), ("1", "b", 1)]))
    run = run_ranker(collection)
    assert [text for text, _ in run.results["1"]][:2] == ["a", "c"]
    assert {text for text, _ in run.handed_on["1"]} >= {"a", "c"}
    assert run.milliseconds > 0
    assert measure(collection, run)["recall@100"] == {2: 0.5, 3: 1.0}[len(run.results["1"])]


def test_a_ranking_in_one_stage_is_its_own_first_stage(tmp_path):
    collection = read_collection(write(tmp_path / "mine", CORPUS, QUERIES, [("1", "a", 1)]))
    run = run_ranker(collection, RANKERS["tfidf"].make)
    assert run.handed_on == run.results


def test_evaluating_gives_each_collection_by_its_name(tmp_path):
    folders = [write(tmp_path / name, CORPUS, QUERIES, [("1", "a", 1), ("1", "c", 1)]) for name in ("one", "two")]
    found = evaluate(folders)
    assert list(found) == ["one", "two"]
    assert found["one"]["ndcg@10"] == 1
    assert found["one"]["intervals"]["ndcg@10"] == [1, 1]
    assert (found["one"]["ranker"], found["one"]["needs"], found["one"]["texts"]) == (OURS, 1, 3)
    assert found["one"]["against"] == {}


def test_peers_stand_beside_with_the_comparison(tmp_path):
    needs = [{"_id": str(place), "text": "pump"} for place in range(8)]
    folder = write(tmp_path / "mine", CORPUS, needs, [(str(place), "ca"[place % 2], 1) for place in range(8)])
    told = []
    found = evaluate([folder], "tfidf", ["bm25s", "tfidf", "bm25s"], on_step=lambda *step: told.append(step))
    assert told == [("mine", "tfidf"), ("mine", "bm25s")]
    ours, theirs = found["mine"], found["mine"]["against"]["bm25s"]
    assert set(found["mine"]["against"]) == {"bm25s"}
    assert theirs["difference"] == pytest.approx(ours["ndcg@10"] - theirs["ndcg@10"], abs=1e-4)
    assert theirs["relative_gain"] == pytest.approx(theirs["difference"] / theirs["ndcg@10"], abs=1e-4)
    assert {"difference_interval", "p_t", "p_permutation", "intervals", "ms_per_query"} < set(theirs)


def test_what_cannot_be_measured_is_said_before_anything_is(tmp_path):
    folder = write(tmp_path / "mine", CORPUS, QUERIES, [("1", "a", 1)])
    same = write(tmp_path / "elsewhere", CORPUS, QUERIES, []).rename(tmp_path / "other")
    (same / "mine").mkdir()
    namesake = write(same / "mine", CORPUS, QUERIES, [("1", "a", 1)])
    steps = []
    for folders, ranker, against, fault in [
        ([folder], "nobody", [], "nobody"), ([folder], OURS, ["nobody"], "bm25s"),
        ([folder, tmp_path], OURS, [], "BEIR"), ([folder, namesake], OURS, [], "called mine"),
    ]:
        with pytest.raises(Invalid, match=fault):
            evaluate(folders, ranker, against, on_step=lambda *step: steps.append(step))
    assert steps == []


@pytest.fixture(scope="module")
def demo():
    """The demo judgements, needs and texts in one language, beside bm25s."""
    return evaluate([DATA / "judgements" / name for name in ("demo_zh", "demo_en")], against=["bm25s"])


@pytest.mark.parametrize(("name", "floors"), [
    ("demo_zh", {"ndcg@10": 0.58, "recall@100": 0.69, "mrr@10": 0.65, FIRST_STAGE: 0.69}),
    ("demo_en", {"ndcg@10": 0.60, "recall@100": 0.705, "mrr@10": 0.655, FIRST_STAGE: 0.72}),
])
def test_quality_on_the_demo_does_not_fall(demo, name, floors):
    assert {measure: demo[name][measure] for measure, floor in floors.items() if demo[name][measure] < floor} == {}


@pytest.mark.parametrize("name", ["demo_zh", "demo_en"])
def test_the_demo_is_ranked_significantly_better_than_by_bm25s(demo, name):
    theirs = demo[name]["against"]["bm25s"]
    assert theirs["difference"] > 0
    assert theirs["p_t"] < 0.05


@pytest.mark.shared
@pytest.mark.parametrize(("name", "floor"), [
    ("cranfield", 0.57), ("datafinder", 0.13), ("npl", 0.415), ("metatool", 0.65), ("xquad_zh2zh", 0.96),
])
def test_quality_on_public_collections_does_not_fall(name, floor):
    if not (SHARED / name).is_dir():
        pytest.skip(f"the public collection {name} is not beside the checkout")
    assert evaluate([SHARED / name])[name]["ndcg@10"] >= floor
