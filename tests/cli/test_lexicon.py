"""Operators add concepts to the lexicon by a file of theirs."""

import shutil

import orjson
import pytest
from click.testing import CliRunner

from matchmaker.cli import main
from matchmaker.ranking.concepts import lexicon
from matchmaker.ranking.concepts.recogniser import ConceptRecogniser
from matchmaker.ranking.text import Text

CONCEPT = {"id": "pearl_grading", "en": ["pearl grading"], "zh": ["珍珠分级"], "broader": "inspection",
           "kinds": ["inspection_certification"], "lay_en": ["which beads are the good ones"], "lay_zh": ["珠子哪些值钱"]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A lexicon of one file."""
    (tmp_path / "lexicon").mkdir()
    shutil.copy(lexicon.FOLDER / "engineering.jsonl", tmp_path / "lexicon")
    monkeypatch.setattr(lexicon, "FOLDER", tmp_path / "lexicon")
    return tmp_path


def run(folder, act, *concepts, name="ours.jsonl"):
    path = folder / name
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in concepts))
    return CliRunner().invoke(main, ["lexicon", act, str(path)])


def test_an_added_concept_is_known_at_once_and_recognised(folder):
    before = len(lexicon.concepts())
    assert "1 concepts can be added" in run(folder, "check", CONCEPT).output
    assert len(lexicon.concepts()) == before
    found = run(folder, "add", CONCEPT)
    assert found.exit_code == 0, found.output
    assert "pearl_grading" in lexicon.concept_ids()
    scores = ConceptRecogniser().fit(lexicon.concepts()).score(Text("哪些珠子值钱"))
    assert lexicon.concepts()[scores.argmax()].id == "pearl_grading"


def test_a_file_of_the_same_name_takes_the_place_of_the_one_before(folder):
    run(folder, "add", CONCEPT)
    assert run(folder, "add", CONCEPT | {"en": ["grading of pearls"]}).exit_code == 0
    assert [one.en for one in lexicon.concepts() if one.id == "pearl_grading"] == [("grading of pearls",)]


@pytest.mark.parametrize(("concept", "fault"), [
    (CONCEPT | {"id": "Pearl grading"}, "Pearl grading: an id has small letters"),
    (CONCEPT | {"kinds": ["magic"]}, "no such kind: magic"),
    (CONCEPT | {"lay_en": []}, "line 1: lay_en must be a list of texts"),
    (CONCEPT | {"en": ["珍珠"]}, "stands among the English words"),
    (CONCEPT | {"lay_zh": ["pearls"]}, "stands among the Chinese words"),
    ([1], "a concept is an object"),
    (b"{", "ours.jsonl, line 1"),
    (b"", "holds no concept"),
])
def test_what_cannot_be_added_says_why_and_nothing_is_kept(folder, concept, fault):
    found = run(folder, "add", concept)
    assert found.exit_code == 1
    assert fault in found.output
    assert [path.name for path in (folder / "lexicon").iterdir()] == ["engineering.jsonl"]


def test_an_id_stands_once(folder):
    known = lexicon.concepts()[0].id
    assert "already" in run(folder, "add", CONCEPT | {"id": known}).output
    assert "already" in run(folder, "add", CONCEPT, CONCEPT).output


def test_the_lexicons_own_files_are_not_replaced(folder):
    assert "cannot keep this name" in run(folder, "add", CONCEPT, name="core.jsonl").output
    assert "cannot keep this name" in run(folder, "add", CONCEPT, name="ours.txt").output
