import json

import pytest

from matchmaker.errors import Invalid
from matchmaker.schemas.needs import FlatNeedSchema
from matchmaker.services import need_files

FIELDS = frozenset(FlatNeedSchema().fields)


@pytest.fixture
def read(tmp_path):
    """A function that reads needs from a file with this content."""
    def read(content, mapping=None, name="needs.csv"):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return list(need_files.read(path, FIELDS, mapping))

    return read


def test_columns_carry_the_names_of_the_fields(read):
    row, = read("external_id,title,problem,organisation_region,kinds,colour\n"
                "n-1,标题,做振动试验,320500,laboratory,red\n")
    assert (row.number, row.key, row.faults) == (2, "n-1", [])
    assert row.fields == {
        "title": "标题", "problem": "做振动试验", "organisation_region": "320500", "kinds": "laboratory"}


@pytest.mark.parametrize(("header", "cells", "problem"), [
    ("problem,description", "p,d", "p"), ("objective,description", "o,d", "o\nd"), ("title", "t", "t"),
    ("title,text", "t,", "t"), ("描述", "做试验", "做试验"), ("problem,title", ",t", "t"), ("title,problem", ",", ""),
])
def test_the_problem_is_found_where_people_put_it(read, header, cells, problem):
    row, = read(f"n,{header}\n1,{cells}\n")
    assert row.fields["problem"] == problem


def test_a_mapping_names_the_columns_and_constants(read):
    mapping = {"columns": {"problem": "{Topic}. {Text}", "title": "Topic"}, "constants": {"region": "320500"}}
    rows = read("Topic,Text\nPumps,of water\nValves,\n", mapping)
    assert [row.fields for row in rows] == [
        {"problem": "Pumps. of water", "title": "Pumps", "region": "320500"},
        {"problem": "Valves.", "title": "Valves", "region": "320500"},
    ]


def test_a_template_reaches_nothing_but_cells(read):
    row, = read("Topic\nPumps\n", {"columns": {"problem": "{Topic.__class__} {0} {Topic!r} {Topic} {}"}})
    assert row.fields["problem"] == "Pumps {}"


def test_a_file_without_any_column_for_the_problem_says_which_there_are(read):
    with pytest.raises(Invalid, match="colour, size"):
        read("colour,size\nred,3\n")


def test_json_lines_keep_what_they_nest(read):
    need = {"problem": "做试验", "must_haves": [{"text": "CNAS", "required": True}],
            "organisation": {"region": "320500"}}
    row, = read(json.dumps(need), name="needs.jsonl")
    loaded = FlatNeedSchema().load(row.fields)
    assert loaded["must_haves"] == [{"text": "CNAS", "required": True}]
    assert loaded["organisation"]["region"] == "320500"


def test_a_bad_row_tells_its_fault_and_the_others_go_on(read):
    good, bad = read('{"problem": "做试验", "id": 7}\n{"problem": \n', name="needs.jsonl")
    assert bad.faults
    assert (good.key, good.fields["problem"]) == ("7", "做试验")


@pytest.mark.parametrize("text", ["columns = [", '[columns]\nproblem = ["a", "b"]', "columns = 3", "constants = 3"])
def test_a_mapping_that_is_none_is_refused(tmp_path, text):
    (tmp_path / "mapping.toml").write_text(text)
    with pytest.raises(Invalid):
        need_files.read_mapping(tmp_path / "mapping.toml")


def test_a_mapping_is_read(tmp_path):
    (tmp_path / "mapping.toml").write_text('[columns]\nproblem = "{Title}"\n[constants]\nlanguage = "en"\n')
    assert need_files.read_mapping(tmp_path / "mapping.toml") == {
        "columns": {"problem": "{Title}"}, "constants": {"language": "en"}}
