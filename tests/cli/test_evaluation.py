import json
import re
import sys

import pytest

from matchmaker.config import ROOT

DEMO = [str(ROOT / "data" / "judgements" / name) for name in ("demo_zh", "demo_en")]
PNG = b"\x89PNG\r\n\x1a\n"


def make_collection(folder):
    """Three texts and four judged needs, quickly measured."""
    folder.mkdir()
    texts = {"a": "pump", "b": "valve seat", "c": "motor pump"}
    needs = {"1": "pump", "2": "valve", "3": "motor", "4": "seat of a valve"}
    for name, rows in (("corpus", texts), ("queries", needs)):
        (folder / f"{name}.jsonl").write_text("".join(
            json.dumps({"_id": key, "text": text}) + "\n" for key, text in rows.items()))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tc\t1\n2\tb\t1\n3\tc\t2\n4\ta\t1\n")
    return str(folder)


def test_the_figures_are_written_and_shown(run, tmp_path):
    out = tmp_path / "figures.json"
    done = run("evaluate", *DEMO, "--json", str(out))
    assert done.exit_code == 0, done.output
    figures = json.loads(out.read_bytes())
    assert list(figures) == ["collections"]
    assert list(figures["collections"]) == ["demo_zh", "demo_en"]
    for measured in figures["collections"].values():
        assert {"ndcg@10", "recall@100", "mrr@10", "first_stage_recall@200", "ms_per_query", "cpu_ms_per_query",
                "intervals", "ranker", "needs", "texts", "against"} == set(measured)
        low, high = measured["intervals"]["ndcg@10"]
        assert 0 < low < measured["ndcg@10"] < high < 1
        assert f"{measured['ndcg@10']:.4f}" in done.stdout
    assert "lead" not in done.stdout
    assert list(tmp_path.glob("*.partial")) == []


def test_peers_are_measured_and_drawn_beside(run, tmp_path):
    out, plot = tmp_path / "figures.json", tmp_path / "figures.png"
    folders = [make_collection(tmp_path / name) for name in ("one", "two[/b]".replace("/", ""))]
    done = run("evaluate", *folders, "--ranker", "tfidf", "--against", "bm25s, matchmaker", "--json", str(out),
               "--plot", str(plot))
    assert done.exit_code == 0, done.output
    figures = json.loads(out.read_bytes())["collections"]
    assert list(figures) == ["one", "two[b]"]
    assert figures["one"]["ranker"] == "tfidf"
    assert list(figures["one"]["against"]) == ["bm25s", "matchmaker"]
    assert plot.read_bytes().startswith(PNG)
    assert re.search(r"one +│ tfidf +│", done.stdout)
    assert re.search(r"│ +│ bm25s +│", done.stdout)
    assert "two[b]" in done.stdout
    assert "p (t)" in done.stdout


def test_the_picture_has_the_colours_of_the_pages():
    from matchmaker.cli import bars
    css = (ROOT / "matchmaker" / "web" / "static" / "matchmaker.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", css))
    assert colours["brand"] == bars.OURS
    assert (colours["ink"], colours["ink-2"], colours["line"], colours["paper"]) == (
        bars.INK, bars.QUIET, bars.GRID, bars.PAPER)
    assert set(bars.PEERS) <= set(colours.values())


def test_without_matplotlib_the_extra_is_named_and_nothing_measured(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    folder, plot = make_collection(tmp_path / "one"), tmp_path / "figures.png"
    failed = run("evaluate", folder, "--plot", str(plot))
    assert failed.exit_code == 1
    assert 'matplotlib is not installed; run: pip install "matchmaker[plots]"' in failed.output
    assert not plot.exists()
    assert run("evaluate", folder).exit_code == 0


def test_without_bm25s_the_extra_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "bm25s", None)
    failed = run("evaluate", make_collection(tmp_path / "one"), "--against", "bm25s")
    assert failed.exit_code == 1
    assert 'pip install "matchmaker[test]"' in failed.output


@pytest.mark.parametrize(("arguments", "words"), [
    (["--ranker", "nobody"], "No ranker is called nobody. Known are: matchmaker, bm25s"),
    (["--against", "bm25s,nobody"], "No ranker is called nobody"),
    (["--json", "/no/such/folder/x.json"], "cannot be written"),
    (["--plot", "/no/such/folder/x.png"], "cannot be written"),
])
def test_what_cannot_be_done_is_said_in_words(run, tmp_path, arguments, words):
    failed = run("evaluate", make_collection(tmp_path / "one"), *arguments)
    assert failed.exit_code == 1
    assert words in failed.output
    assert "nDCG" not in failed.output


def test_a_failure_leaves_the_old_figures_alone(run, tmp_path):
    out = tmp_path / "figures.json"
    out.write_text("old")
    failed = run("evaluate", str(tmp_path), "--json", str(out))
    assert failed.exit_code == 1
    assert "corpus.jsonl is missing" in failed.output.replace("\n", " ")
    assert out.read_text() == "old"
    assert list(tmp_path.glob("*.partial")) == []


@pytest.mark.parametrize("arguments", [[], ["/no/such/folder"], [__file__]])
def test_bad_usage(run, arguments):
    assert run("evaluate", *arguments).exit_code == 2


def test_what_a_place_for_exploration_costs_is_measured_beside(run, tmp_path):
    out = tmp_path / "figures.json"
    done = run("evaluate", make_collection(tmp_path / "one"), "--exploration", "6", "--json", str(out))
    assert done.exit_code == 0
    assert "place kept" in done.output
    cost = json.loads(out.read_text())["collections"]["one"]["exploration"]
    assert (cost["place"], cost["difference"]) == (6, round(cost["after"] - cost["before"], 4))
    assert cost["shown_after"] >= cost["shown_before"]
    assert run("evaluate", make_collection(tmp_path / "two"), "--exploration", "3").exit_code == 2
