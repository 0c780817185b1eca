import json
import shutil

import pytest

from matchmaker import storage
from matchmaker.config import ROOT
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.matches import MatchesAnswer
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import training, vocabulary


@pytest.fixture
def ready(run, make_offering):
    """The command, with two offerings in force."""
    with storage.writing() as session:
        make_offering(session, title={"zh": "随机振动试验 [/b]", "en": "Random vibration test [/dim]"})
        make_offering(session, eligibility={"regions": ["330000"]})
    assert run("index", "publish").exit_code == 0
    return run


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_need_is_matched_and_shown(ready):
    shown = ready("match", "随机振动试验")
    assert shown.exit_code == 0, shown.output
    assert "随机振动试验 [/b]" in shown.output
    english = ready("match", "随机振动试验", "--lang", "en")
    assert "Random vibration test [/dim]" in english.output
    assert "Offering" in english.output


def test_json_is_the_answer_of_the_contract(ready):
    answer = json.loads(ready("match", "随机振动试验", "--json", "--top", "1").stdout)
    assert len(answer["matches"]) == 1
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    with use_vocabulary(*codes):
        assert flatten(MatchesAnswer().validate(answer)) == []


def test_nothing_fits_is_said(ready):
    assert "Nothing fits yet" in ready("match", "wedding photographer", "--lang", "en").output


def test_a_file_of_needs(ready, tmp_path):
    source, out = tmp_path / "needs.csv", tmp_path / "answers.jsonl"
    source.write_text("id,problem,organisation_region,needed_by\nn-1,随机振动试验,320500,\nn-2,,,\nn-3,随机振动,,soon\n")
    done = ready("match", "--file", str(source), "--out", str(out), "--top", "1")
    assert done.exit_code == 0, done.output
    assert "3 needs read, 2 refused" in done.output
    first, second, third = rows(out)
    assert (first["row"], first["external_id"], len(first["matches"])) == (2, "n-1", 1)
    assert first["near_misses"][0]["rules"][0]["name"] == "region"
    assert "problem" in second["error"]
    assert "needed_by" in third["error"]
    assert "matches" not in second
    assert list(tmp_path.glob("*.partial")) == []


def test_a_mapping_names_the_columns(ready, tmp_path):
    source, mapping, out = (tmp_path / name for name in ("needs.csv", "mapping.toml", "answers.jsonl"))
    source.write_text("Topic,Text\n随机振动,试验\n")
    mapping.write_text('[columns]\nproblem = "{Topic}{Text}"\n[constants]\nlanguage = "en"\n')
    done = ready("match", "--file", str(source), "--mapping", str(mapping), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert rows(out)[0]["profile"]["language"] == "en"


@pytest.mark.parametrize(("content", "mapping"), [("colour\nred\n", None), ("Topic\nx\n", "columns = [")])
def test_a_file_that_cannot_be_used_leaves_the_old_answers_alone(ready, tmp_path, content, mapping):
    source, out = tmp_path / "needs.csv", tmp_path / "answers.jsonl"
    source.write_text(content)
    out.write_text("old")
    arguments = ["match", "--file", str(source), "--out", str(out)]
    if mapping:
        (tmp_path / "mapping.toml").write_text(mapping)
        arguments += ["--mapping", str(tmp_path / "mapping.toml")]
    failed = ready(*arguments)
    assert failed.exit_code == 1
    assert "Error: " in failed.output
    assert out.read_text() == "old"
    assert list(tmp_path.glob("*.partial")) == []


def test_answers_that_cannot_be_written(ready, tmp_path):
    (tmp_path / "needs.csv").write_text("problem\n随机振动\n")
    failed = ready("match", "--file", str(tmp_path / "needs.csv"), "--out", str(tmp_path / "no" / "such" / "folder"))
    assert failed.exit_code == 1
    assert "cannot be written" in failed.output


@pytest.mark.parametrize("arguments", [
    ["match"], ["match", "need", "--file", __file__, "--out", "x"], ["match", "--file", __file__],
    ["match", "need", "--out", "x"], ["match", "need", "--top", "0"], ["match", "need", "--lang", "fr"],
])
def test_bad_usage(run, arguments):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("problem", ["", " ", "x\x00y", "x" * 200_000])
def test_a_need_that_cannot_be_used_says_why(ready, problem):
    failed = ready("match", problem)
    assert failed.exit_code == 1
    assert failed.output.startswith("Error: problem: ")


def test_without_an_index_the_way_on_is_said(run):
    failed = run("match", "振动")
    assert failed.exit_code == 1
    assert "matchmaker index publish" in failed.output


@pytest.fixture
def few_examples(tmp_path, monkeypatch):
    """The folder of the data with a tenth of what kinds are learnt from: all of it takes a minute and more."""
    known = training.concepts()[::10]
    monkeypatch.setattr(training, "concepts", lambda: known)
    folder = shutil.copytree(ROOT / "data", tmp_path / "data")
    for path in folder.glob("training_needs_*.jsonl"):
        path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[::10]), encoding="utf-8")
    return folder


def test_training_writes_a_model_and_its_measures(run, tmp_path, few_examples):
    done = run("models", "train", "--version", "2026.99", MATCHMAKER_MODELS=str(tmp_path / "models"),
               MATCHMAKER_DATA=str(few_examples))
    assert done.exit_code == 0, done.output
    measured = dict(line.split(",") for line in done.stdout.splitlines())
    assert float(measured["auc_needs"]) >= 0.85
    assert float(measured["auc_pairs"]) >= 0.85
    assert {path.name for path in (tmp_path / "models" / "2026.99").iterdir()} == {
        "card.md", "manifest.json", "ranker.skops"}
    assert measured["auc_needs"] in (tmp_path / "models" / "2026.99" / "card.md").read_text()


def test_several_processes_answer_as_one_does(ready, tmp_path):
    source, one, two = (tmp_path / name for name in ("needs.jsonl", "one.jsonl", "two.jsonl"))
    needs = [{"id": f"n-{place}", "problem": f"{words} {place}", "organisation_region": region}
             for place in range(20) for words, region in (("随机振动试验", "320500"), ("random vibration", "330000"))]
    needs[7]["problem"] = ""
    source.write_text("\n".join(map(json.dumps, needs)))
    assert ready("match", "--file", str(source), "--out", str(one), "--processes", "1").exit_code == 0
    done = ready("match", "--file", str(source), "--out", str(two), "--processes", "2")
    assert "40 needs read, 1 refused" in done.output
    assert one.read_bytes() == two.read_bytes()
    assert [row["external_id"] for row in rows(two)] == [need["id"] for need in needs]
    assert {row["profile"]["language"] for row in rows(two) if "profile" in row} == {"zh", "en"}
