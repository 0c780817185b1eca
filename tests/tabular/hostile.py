"""Hostile and broken files, made by code: name → how to write it, and what the refusal must speak of.

An entry of `FILES` whose `words` are None may be read or refused, but must end in one of the two.
"""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
ROOT = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""
BOOK = """<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>
<sheet name="one" sheetId="1" r:id="rId1"/></sheets></workbook>"""
LINKS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>"""
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + "]>"


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook(rows: str, prologue: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """Return an XLSX file whose one sheet has these rows, written as XML."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", TYPES), ("_rels/.rels", ROOT), ("xl/workbook.xml", BOOK),
                              ("xl/_rels/workbook.xml.rels", LINKS),
                              ("xl/worksheets/sheet1.xml", prologue + SHEET.format(rows))):
            archive.writestr(name, content)
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return file.getvalue()


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def sparse() -> bytes:
    last = "".join(text_cell(f"{letters}1048576", "x") for letters in ("A", "XFD"))
    return workbook(row(1, text_cell("A1", "title")) + row(1048576, last))


def empty_rows() -> bytes:
    blank = "".join(f'<row r="{number}" spans="1:3" ht="15"/>' for number in range(3, 1_000_003))
    return workbook(row(1, text_cell("A1", "title")) + row(2, text_cell("A2", "a")) + blank)


def styled_rows() -> bytes:
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 1_000_003))
    return workbook(row(1, text_cell("A1", "title")) + row(2, text_cell("A2", "a")) + blank)


def archive(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return file.getvalue()


@dataclass(frozen=True)
class Hostile:
    """One file: its name, its bytes, and a part of the words that refuse it."""

    name: str
    content: Callable[[], bytes]
    words: str | None


def _csv(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


FILES = [
    Hostile("empty.csv", lambda: b"", "empty"),
    Hostile("blank.csv", lambda: b"\n\n  \n", "empty"),
    Hostile("bom_only.csv", lambda: b"\xef\xbb\xbf", "empty"),
    Hostile("nul_only.csv", lambda: b"\0" * 4096, "empty"),
    Hostile("empty.xlsx", lambda: b"", "empty"),
    Hostile("empty.json", lambda: b"  ", "empty"),
    Hostile("header_only.csv", _csv("title,kind\n"), "no row below"),
    Hostile("header_only.xlsx", lambda: workbook(row(1, text_cell("A1", "title"))), "no row below"),
    Hostile("no_items.json", _csv("[]"), "no row below"),
    Hostile("doubled_columns.csv", _csv("title,kind,title\na,b,c\n"), "named title"),
    Hostile("doubled_columns.xlsx", lambda: workbook(
        row(1, text_cell("A1", "t"), text_cell("B1", "t")) + row(2, text_cell("A2", "x"))), "named t"),
    Hostile("random.csv", lambda: random.Random(1).randbytes(100_000), None),
    Hostile("random.xlsx", lambda: random.Random(2).randbytes(100_000), None),
    Hostile("random.json", lambda: b"{" + random.Random(3).randbytes(100_000), None),
    Hostile("random_after_pk.xlsx", lambda: b"PK\x03\x04" + random.Random(4).randbytes(50_000), "damaged"),
    Hostile("cut_short.xlsx", lambda: workbook(row(1, text_cell("A1", "t")))[:-200], "damaged"),
    Hostile("flipped.xlsx", lambda: bytes(b ^ 0x55 if 300 < n < 420 else b for n, b in enumerate(
        workbook(row(1, text_cell("A1", "t"))))), "damaged"),
    Hostile("no_workbook.xlsx", lambda: archive({"readme.txt": b"hello"}), "archive without"),
    Hostile("open_document.ods", lambda: archive({"content.xml": b"<x/>"}), "archive without"),
    Hostile("document.csv", lambda: b"%PDF-1.7\n" + b"x" * 500, "PDF"),
    Hostile("picture.csv", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "PNG"),
    Hostile("photo.xlsx", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 500, "JPEG"),
    Hostile("packed.csv", lambda: gzip.compress(b"title\na\n"), "gzip"),
    Hostile("old.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "password"),
    Hostile("program.csv", lambda: b"\x7fELF" + random.Random(5).randbytes(20_000), "ELF"),
    Hostile("latin1.csv", _csv("title\nGer\xe4te f\xfcr Pr\xfcfung und \xdcberwachung\n" * 30, "latin-1"), "UTF-8"),
    Hostile("broken_utf16.csv", lambda: b"\xff\xfe" + "title\n名称\n".encode("utf-16-le") + b"\x00", "UTF-8"),
    Hostile("utf32.csv", _csv("title\na\n", "utf-32"), None),
    Hostile("nul_header.csv", _csv("ti\0tle,kind\na,b\n"), "NUL"),
    Hostile("control.csv", _csv("title\n" + "\x01\x02\x03" * 5000), "binary"),
    Hostile("only_quote.csv", _csv('"'), "column names"),
    Hostile("quoted_header.csv", _csv('"title,kind\na,b\n' * 3), None),
    Hostile("long_name.csv", _csv("x" * 600 + ",b\n1,2\n"), "500"),
    Hostile("many_columns.csv", _csv(",".join(f"c{n}" for n in range(2_000)) + "\n" + "," * 1_999 + "1\n"), "1000"),
    Hostile("many_rows.csv", _csv("title\n" + "a\n" * 100_001), "100000"),
    Hostile("many_lines.jsonl", _csv('{"t":1}\n' * 100_001), "100000"),
    Hostile("long_line.csv", lambda: b"title\n" + b"a" * 50_000_000, None),
    Hostile("long_cell.json", lambda: b'[{"title": "' + b"a" * 50_000_000 + b'"}]', None),
    Hostile("too_large.csv", lambda: b"title\n" + b"abcdefghi\n" * 10_000_001, "100 MB"),
    Hostile("deep.json", lambda: b"[" * 5_000_000, None),
    Hostile("deep_item.json", lambda: b'[{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]", None),
    Hostile("deep.jsonl", lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n{}\n", None),
    Hostile("no_table.json", _csv('{"a": 1, "b": {"c": 2}}\n'), None),
    Hostile("two_tables.json", _csv('{"a": [{"x": 1}],\n "b": [{"x": 2}]}'), "a, b"),
    Hostile("cut_short.json", _csv('[{"title": "a"}, {"title": "b"'), "not valid JSON"),
    Hostile("trailing.json", _csv('[{"title": "a"},]'), "not valid JSON"),
    Hostile("not_a_number.json", _csv('[{"title": NaN}]'), "not valid JSON"),
    Hostile("named_json.json", _csv("title,kind\na,b\n"), "no JSON"),
    Hostile("huge_number.json", lambda: b'[{"a": ' + b"9" * 100_000 + b"}]", None),
    Hostile("sparse.xlsx", sparse, None),
    Hostile("empty_rows.xlsx", empty_rows, None),
    Hostile("styled_rows.xlsx", styled_rows, None),
    Hostile("laughs.xlsx", lambda: workbook(
        row(1, text_cell("A1", "title")) + row(2, text_cell("A2", "&j;")), LAUGHS), None),
    Hostile("outside.xlsx", lambda: workbook(
        row(1, text_cell("A1", "title")) + row(2, text_cell("A2", "&x;")),
        '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), None),
    Hostile("bomb.xlsx", lambda: workbook(row(1, text_cell("A1", "t")), parts={
        "xl/media/picture.bin": b"\0" * 610_000_000}), "unpack"),
    Hostile("many_parts.xlsx", lambda: workbook(row(1, text_cell("A1", "t")), parts={
        f"xl/media/{n}": b"" for n in range(10_001)}), "unpack"),
    Hostile("empty_sheet.xlsx", lambda: workbook(""), "No visible sheet"),
    Hostile("bad_reference.xlsx", lambda: workbook(row(1, text_cell("ZZZZZ99999999999", "t"))), None),
    Hostile("backwards.xlsx", lambda: workbook(
        row(9, text_cell("A9", "t")) + row(2, text_cell("A2", "x"))), None),
    Hostile("shared.xlsx", lambda: workbook(row(1, '<c r="A1" t="s"><v>999999999</v></c>')), None),
]


def jsonl(*values: object) -> bytes:
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()
