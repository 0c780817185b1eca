import json
import os
from pathlib import Path

import pytest
import xlsxwriter

from matchmaker.errors import Invalid
from matchmaker.tabular import Limits, Row, open_table, read
from matchmaker.tabular.export import write_csv
from matchmaker.tabular.json_files import may_hold_halves
from tests.tabular import hostile

TEXT = "title,kind\n振动试验台,laboratory\n“云”平台,compute\n"


def written(tmp_path: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def rows(tmp_path: Path, name: str, content: str | bytes, **limits) -> list[Row]:
    return list(read(written(tmp_path, name, content), limits=Limits(**limits)))


def codes(found: list[Row]) -> list[tuple[int, str, str | None]]:
    return [(row.number, fault.code, fault.column) for row in found for fault in row.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
@pytest.mark.parametrize("name", ["table.csv", "table.json", "table.jsonl", "table"])
def test_every_encoding_is_read(tmp_path, encoding, name):
    items = [{"title": "振动试验台", "kind": "laboratory"}, {"title": "“云”平台", "kind": "compute"}]
    text = {"table.json": json.dumps(items, ensure_ascii=False),
            "table.jsonl": "\n".join(json.dumps(item, ensure_ascii=False) for item in items)}.get(name, TEXT)
    found = list(read(written(tmp_path, name, text, encoding)))
    assert [row.cells for row in found] == items


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_separator_is_found(tmp_path, delimiter):
    text = f'title{delimiter}text\n"a; b, c | d"{delimiter}x\n'
    assert [row.cells for row in rows(tmp_path, "t.csv", text)] == [{"title": "a; b, c | d", "text": "x"}]


def test_one_column_needs_no_separator(tmp_path):
    assert [row.cells for row in rows(tmp_path, "t.csv", "title\none\ntwo\n")] == [{"title": "one"}, {"title": "two"}]


def test_the_content_counts_more_than_the_ending(tmp_path):
    path = written(tmp_path, "t.csv", '[{"title": "a"}]')
    with open_table(path) as table:
        assert (table.format, table.columns) == ("json", None)
        assert [row.cells for row in table] == [{"title": "a"}]


def test_csv_rows_are_counted_as_spreadsheets_do(tmp_path):
    text = 'title,text\r\na,"two\r\nlines"\r\n\r\nb,x\r\n'
    found = rows(tmp_path, "t.csv", text)
    assert [(row.number, row.cells["title"]) for row in found] == [(2, "a"), (4, "b")]
    assert found[0].cells["text"] == "two\r\nlines"


def test_a_row_with_too_few_or_many_cells_stops_no_other(tmp_path):
    found = rows(tmp_path, "t.csv", "a,b\n1,2\n1\n1,2,3\n1,2,,\n3,4\n")
    assert codes(found) == [(3, "cell_count", None), (4, "cell_count", None)]
    assert [row.cells for row in found if not row.faults] == [{"a": "1", "b": "2"}] * 2 + [{"a": "3", "b": "4"}]


def test_an_open_quotation_mark_costs_one_row(tmp_path):
    found = rows(tmp_path, "t.csv", 'a,b\n1,"open\n2,x\n3,y\n')
    assert codes(found) == [(2, "bad_quotes", None)]
    assert [row.cells["a"] for row in found if not row.faults] == ["2", "3"]


def test_many_open_quotation_marks_take_no_time(tmp_path):
    found = rows(tmp_path, "t.csv", "a,b\n" + '1,"x"y\n2,"\n' * 20_000, cpu_seconds=20)
    assert {fault.code for row in found for fault in row.faults} <= {"bad_quotes", "cell_count", "too_long"}


def test_cells_that_no_text_can_hold_are_named(tmp_path):
    found = rows(tmp_path, "t.csv", "a,b\n1,x\0y\n2,z\n")
    assert codes(found) == [(2, "unstorable", "b")]
    half = rows(tmp_path, "t.jsonl", '{"a": "\\ud800"}\n{"a": {"b": ["\\udfff"]}}\n{"a": "fine"}\n')
    assert codes(half) == [(1, "unstorable", "a"), (2, "unstorable", "a")]


HALVES = {
    "first half": '{"a": "x\\ud800y"}', "second half": '{"a": "\\uDE00"}', "two first": '{"a": "\\ud83d\\ud83d\\ude00"}',
    "two second": '{"a": "\\ud83d\\ude00\\ude00"}', "the wrong way round": '{"a": "\\ude00\\ud83d"}',
    "nested": '{"a": {"b": ["\\udbff"]}}', "at the end": '{"a": "x\\ud83d"}',
    "behind a backslash": '{"a": "\\\\ud83d\\ude00"}', "behind an escaped one": '{"a": "\\\\\\ud83d"}',
}


@pytest.mark.parametrize(("form", "encoding"), [("[%s]", "utf-16"), ('{"made": "today", "rows": [%s]}', "utf-8")])
def test_half_a_character_in_json_refuses_its_row_and_changes_none(tmp_path, form, encoding):
    whole = '{"a": "\\ud83d\\ude00 \\\\ud800 \\u632f ?"}'
    text = form % ", ".join([whole, *HALVES.values(), whole])
    found = list(read(written(tmp_path, "t.json", text, encoding)))
    assert codes(found) == [(number, "unstorable", "a") for number in range(2, len(HALVES) + 2)]
    assert [row.cells for row in found if not row.faults] == [{"a": "\U0001f600 \\ud800 振 ?"}] * 2


def test_each_way_to_write_half_a_character_is_seen_by_itself_and_whole_ones_take_the_fast_way(tmp_path):
    for half in HALVES.values():
        assert may_hold_halves(written(tmp_path, "t.json", f"[{half}]"), "utf-8"), half
    whole = json.dumps([{"a": "\U0001f600\U0001f600 振动 ud800"}])
    assert not may_hold_halves(written(tmp_path, "t.json", whole), "utf-8")


@pytest.mark.parametrize("name", ["t.json", "t.jsonl"])
def test_a_field_named_with_half_a_character_is_named_so_that_it_can_be_stored(tmp_path, name):
    text = '{"a": 1, "b\\ud800": 2}'
    found = rows(tmp_path, name, text if name == "t.jsonl" else f"[{text}]")
    assert codes(found) == [(1, "unstorable", "b\ufffd")]


def test_a_cell_may_be_long_up_to_the_limit(tmp_path):
    found = rows(tmp_path, "t.csv", f"a,b\n1,{'x' * 200_000}\n2,{'y' * 200_001}\n3,z\n")
    assert codes(found) == [(3, "too_long", "b")]
    assert len(found[0].cells["b"]) == 200_000
    assert "200001" in str(found[1].faults[0])


def test_lines_of_jsonl_fail_one_by_one(tmp_path):
    lines = ['{"a": 1}', "{broken", "[1]", "", '{"a": 1e999}', '{"a": 123456789012345678901234567890}', '{"a": 2}']
    found = rows(tmp_path, "t.jsonl", "\n".join(lines))
    assert codes(found) == [(2, "bad_json", None), (3, "no_object", None), (5, "too_deep", "a"), (6, "too_deep", "a")]
    assert [row.cells for row in found if not row.faults] == [{"a": 1}, {"a": 2}]


def test_an_object_with_one_array_is_a_table(tmp_path):
    text = '{"made": "today", "by": {"tags": ["x"]}, "data": [{"a": 1}, {"a": {"b": [1, 2.5, null, true]}}]}'
    assert [row.cells for row in rows(tmp_path, "t.json", text)] == [{"a": 1}, {"a": {"b": [1, 2.5, None, True]}}]


def workbook(tmp_path: Path) -> xlsxwriter.Workbook:
    return xlsxwriter.Workbook(tmp_path / "t.xlsx", {"strings_to_formulas": False})


def test_a_workbook_gives_its_first_visible_filled_sheet(tmp_path):
    with workbook(tmp_path) as book:
        book.add_worksheet("blank")
        book.add_worksheet("secret").write(0, 0, "hidden")
        sheet = book.add_worksheet("table")
        book.get_worksheet_by_name("secret").hide()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(2, 1, ["title", "amount", "share", "yes", "day"])
        sheet.write_row(5, 1, ["名称", 3200, 0.25, True])
        sheet.write_number(5, 5, 46204, day)
    found = list(read(tmp_path / "t.xlsx"))
    assert [(row.number, row.cells) for row in found] == [
        (6, {"title": "名称", "amount": 3200, "share": 0.25, "yes": True, "day": "2026-07-01"})]


def test_cells_beyond_the_header_are_not_lost(tmp_path):
    with workbook(tmp_path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, ["1", "2", "3"])
    assert [row.cells for row in read(tmp_path / "t.xlsx")] == [{"a": "1", "b": "2", "(column 3)": "3"}]


def test_an_ordinary_large_workbook_is_read(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx", {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number in range(10_001):
            sheet.write_row(number, 0, [f"cell {place} of {number}" if number else f"c{place}" for place in range(20)])
    assert sum(1 for _ in read(tmp_path / "t.xlsx")) == 10_000


TOO_MANY = {"t.csv": "a\n1\n2\n3\n4\n", "old.csv": "a\r1\r2\r3\r4\r", "open.csv": 'a,b\n1,"open\n2,x\n3,y\n4,z\n',
            "t.jsonl": '{"a": 1}\n' * 4, "t.json": json.dumps([{"a": 1}] * 4), "o.json": json.dumps({"rows": [{"a": 1}] * 4}),
            "numbers.json": "[1,2,3,4]"}


@pytest.mark.parametrize(("name", "text"), TOO_MANY.items(), ids=TOO_MANY)
def test_rows_beyond_the_limit_refuse_the_file_before_its_first_row(tmp_path, name, text):
    path = written(tmp_path, name, text)
    with pytest.raises(Invalid, match="more than 3 rows"), open_table(path, Limits(rows=3)):
        raise AssertionError("opened")


def test_what_is_blank_counts_as_no_row(tmp_path):
    for name, text in {"t.csv": "a,b\n\n1,\n,\n,\n2,\n\n", "t.jsonl": '\n\n{"a": 1}\n\n{}\n{"a": "2"}',
                       "t.json": '[{"a": 1, "b": null}, {}, {"a": null}, {"a": "2", "b": ""}]'}.items():
        assert [str(row.cells["a"]) for row in rows(tmp_path, name, text, rows=2)] == ["1", "2"]


def test_a_workbook_beyond_the_limit_is_refused_before_its_first_row(tmp_path):
    with workbook(tmp_path) as book:
        book.add_worksheet().write_column(0, 0, ["a", 1, 2, "", "", 3])
    with pytest.raises(Invalid, match="more than 2 rows"), open_table(tmp_path / "t.xlsx", Limits(rows=2)):
        raise AssertionError("opened")
    assert [row.number for row in read(tmp_path / "t.xlsx", limits=Limits(rows=3))] == [2, 3, 6]


@pytest.mark.parametrize("name", ["t.csv", "t.json"])
def test_a_table_is_gone_on_with_behind_a_row(tmp_path, name):
    path = written(tmp_path, name, TOO_MANY[name])
    everything = list(read(path, limits=Limits(rows=4)))
    with open_table(path, Limits(rows=4), after=everything[1].number) as table:
        assert list(map(repr, table)) == list(map(repr, everything[2:]))


def test_the_reading_process_sees_no_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("MATCHMAKER_SECRET_KEY", "hidden")
    path = written(tmp_path, "t.csv", "a\n1\n2\n")
    with open_table(path) as table:
        iterator = iter(table)
        next(iterator)
        environments = [Path(f"/proc/{child}/environ").read_bytes() for child in _children()]
    assert environments
    assert all(b"hidden" not in environment for environment in environments)


def _children() -> list[str]:
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\u3000="])
def test_written_cells_are_never_formulas(tmp_path, start):
    write_csv(tmp_path / "out.csv", ["a"], [[start + "cmd|' /C calc'!A0"]])
    line = (tmp_path / "out.csv").read_bytes().decode("utf-8-sig").split("\n", 1)[1]
    assert line.lstrip('"').startswith("'")


def sheet(*places: str) -> bytes:
    """Return a workbook with a text at these places."""
    return hostile.workbook("".join(hostile.row(int(place[1:]), hostile.text_cell(place, "x")) for place in places))


@pytest.mark.parametrize(("name", "content", "expected"), [
    ("t.csv", 'title,text\na,"two\nlines, ""and"" a third\n"\nb,x\n', 2),
    ("t.csv", 'title,text\r\na,"two\r\nlines"\r\nb,x', 2),
    ("t.csv", "title\na", 1),
    ("t.jsonl", '{"title": "a \\" b"}\n{"title": "c"}\n', 2),
    ("t.json", '[{"title": "a"}]', None),
    ("t.xlsx", sheet("A1", "A2", "A4"), 3),
], ids=["quoted", "no last end", "one", "lines", "document", "workbook"])
def test_how_many_rows_there_are_is_told_ahead(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_table(path) as table:
        assert table.expected == expected
