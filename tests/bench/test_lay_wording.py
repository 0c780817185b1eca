import csv

import pytest

from bench import lay_wording


def test_the_needs_are_whole_and_halved_within_each_language():
    twins = lay_wording.read_twins()
    assert len({twin["need"] for twin in twins}) == len(twins) == 49
    assert all(twin["specialist"] != twin["lay"] and set(twin["grades"].values()) <= {1, 2} for twin in twins)
    assert all(2 in twin["grades"].values() for twin in twins)
    for language in ("zh", "en"):
        halves = [twin["half"] for twin in twins if twin["language"] == language]
        assert abs(halves.count("development") - halves.count("held out")) <= 1
        assert halves.count("development") + halves.count("held out") == len(halves)


@pytest.fixture
def catalogues(tmp_path):
    folder = tmp_path / "tools_en"
    folder.mkdir()
    with (folder / "items.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "title", "description", "category"])
        writer.writeheader()
        writer.writerow({"id": "a", "title": "Torch", "description": "A light", "category": '["lamps", "night"]'})
        writer.writerow({"id": "b", "title": "Hammer", "description": "Drives nails", "category": ""})
    return tmp_path


def test_texts_are_title_description_and_keywords(catalogues):
    assert lay_wording.read_catalogue(catalogues / "tools_en" / "items.csv") == {
        "a": "Torch\nA light\nlamps night", "b": "Hammer\nDrives nails"}


def test_each_wording_is_measured_by_itself(catalogues):
    twins = [{"need": "x", "catalogue": "tools_en", "language": "en", "half": "development", "specialist": "a hammer",
              "lay": "zzz qqq", "grades": {"b": 2}}]
    found = lay_wording.measure(catalogues, twins)
    assert found["matchmaker", "x", "specialist"] == 1
    assert found["matchmaker", "x", "lay"] == 0
    assert "| en → en | 1 | 1.000 | 0.000 | 0.00 |" in "\n".join(lay_wording.summary(found, twins))
