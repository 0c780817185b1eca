"""Two hundred hostile files and more, made by code and the same each time, for what takes files from strangers.

Beside the single ones of `tests.tabular.hostile` stand families: the same harm in each place, encoding or length.
A file whose `is_harmless` holds may be read without a word; every other must be refused, as a whole or by its rows.
"""

import bz2
import gzip
import io
import json
import lzma
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.tabular.hostile import FILES, archive, row, text_cell, workbook

HARMLESS = {"utf32.csv", "quoted_header.csv", "empty_rows.xlsx", "styled_rows.xlsx", "backwards.xlsx"}
TOO_LARGE = {"too_large.csv"}
NEED = "Random vibration test of a battery bracket 电池支架随机振动试验"
STRINGS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass(frozen=True)
class File:
    """A file that is sent."""

    name: str
    content: Callable[[], bytes]
    is_harmless: bool = False


def files() -> list[File]:
    """Return all of them, each name once."""
    single = [File(file.name, file.content, file.name in HARMLESS) for file in FILES if file.name not in TOO_LARGE]
    made = [*single, *_encodings(), *_others(), *_cut(), *_flipped(), *_archives(), *_xml(), *_cells(), *_csv(), *_json(),
            *_lines()]
    assert len({file.name for file in made}) == len(made)
    return made


def _table() -> bytes:
    return f"problem,region\n{NEED},320600\n".encode()


def _book() -> bytes:
    return workbook(row(1, text_cell("A1", "problem")) + row(2, text_cell("A2", NEED)))


def _encodings() -> Iterator[File]:
    """A table that is in no encoding that is taken, or breaks off in one that is."""
    text = f"problem\n{NEED}\n"
    for name in ("utf-7", "shift_jis", "euc_jp", "euc_kr", "big5", "hz", "iso2022_jp", "johab", "cp037", "utf-32-le"):
        yield File(f"encoding_{name}.csv", lambda name=name: text.encode(name, "replace"), True)
    for place, broken in enumerate((b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xff", b"\xe7\x94")):
        yield File(f"broken_utf8_{place}.csv", lambda broken=broken: b"problem\n" + broken + b"," + broken, True)
        yield File(f"broken_utf8_{place}.ndjson", lambda broken=broken: b'{"problem": "' + broken + b'"}\n', True)


def _others() -> Iterator[File]:
    """Files that are no table at all, whatever they are named."""
    heads = {"gif": b"GIF89a", "bz2": bz2.compress(_table()), "xz": lzma.compress(_table()), "gz": gzip.compress(_table()),
             "zstd": b"\x28\xb5\x2f\xfd", "rar": b"Rar!\x1a\x07\x01\x00", "7z": b"7z\xbc\xaf\x27\x1c",
             "sqlite": b"SQLite format 3\0", "parquet": b"PAR1", "wasm": b"\0asm\x01\0\0\0", "class": b"\xca\xfe\xba\xbe",
             "pdf": b"%PDF-1.7\n", "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "tar": b"a" * 257 + b"ustar\x0000"}
    for name, head in heads.items():
        for ending in ("csv", "xlsx"):
            body = head + random.Random(name).randbytes(3000) + b"\0" * 2000
            yield File(f"really_{name}.{ending}", lambda body=body: body)


def _cut() -> Iterator[File]:
    """Workbooks and documents that break off."""
    for tenth in range(1, 10):
        yield File(f"cut_{tenth}.xlsx", lambda tenth=tenth: _book()[:len(_book()) * tenth // 10])
        document = json.dumps([{"problem": NEED}] * 3, ensure_ascii=False).encode()
        yield File(f"cut_{tenth}.json", lambda tenth=tenth, document=document: document[:len(document) * tenth // 10])


def _flipped() -> Iterator[File]:
    """Workbooks with flipped bits: they may be whole where it does not count, and are never half."""
    for seed in range(20):
        def make(seed: int = seed) -> bytes:
            draw, body = random.Random(seed), bytearray(_book())
            for _ in range(8):
                body[draw.randrange(len(body))] ^= 1 << draw.randrange(8)
            return bytes(body)
        yield File(f"flipped_{seed}.xlsx", make, True)


def _archives() -> Iterator[File]:
    """Archives that are no workbook, or more than one can hold."""
    yield File("archive_in_archive.xlsx", lambda: archive({"xl/workbook.xml": _book()}))
    yield File("absolute.xlsx", lambda: archive({"/etc/passwd": b"x", "../../etc/passwd": b"y"}))
    yield File("picture_before.xlsx", lambda: b"GIF89a" + b"\0" * 100 + _book(), True)
    yield File("junk_behind.xlsx", lambda: _book() + b"junk" * 5000, True)
    yield File("word.xlsx", lambda: archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}))
    yield File("slides.xlsx", lambda: archive({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"}))
    for megabytes in (600, 700):
        yield File(f"bomb_{megabytes}.xlsx", lambda size=megabytes: workbook(
            row(1, text_cell("A1", "problem")), parts={"xl/sharedStrings.xml": b" " * size * 1_000_000}))

    def stored_bomb() -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as packed:
            packed.writestr("xl/workbook.xml", b"\0" * 650_000_000)
        return file.getvalue()
    yield File("bomb_bzip2.xlsx", stored_bomb)


def _xml() -> Iterator[File]:
    """Sheets whose XML reaches out, blows up or is none."""
    entities = {
        "file": '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "http": '<!DOCTYPE x [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
        "parameter": '<!DOCTYPE x [<!ENTITY % y SYSTEM "file:///etc/passwd"> %y;<!ENTITY x "z">]>',
        "public": '<!DOCTYPE x PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd">',
        "quadratic": f'<!DOCTYPE x [<!ENTITY x "{"a" * 100_000}">]>',
    }
    for name, prologue in entities.items():
        cells = text_cell("A2", "&x;" * (1_000 if name == "quadratic" else 1))
        yield File(f"entity_{name}.xlsx", lambda prologue=prologue, cells=cells: workbook(
            row(1, text_cell("A1", "problem")) + row(2, cells), prologue), True)
    bodies = {"open": "<row r='1'><c>", "deep": "<row>" * 100_000, "nothing": "", "text": "x" * 1_000_000,
              "wrong_namespace": '<row xmlns="urn:x"><c><v>1</v></c></row>'}
    for name, body in bodies.items():
        yield File(f"xml_{name}.xlsx", lambda body=body: workbook(body))

    def strings(count: int, each: int) -> bytes:
        item = f"<si><t>{'s' * each}</t></si>"
        table = f'<sst xmlns="{STRINGS}" count="{count}">{item * count}</sst>'
        return workbook(row(1, '<c r="A1" t="s"><v>0</v></c>'), parts={"xl/sharedStrings.xml": table.encode()})
    yield File("shared_strings_many.xlsx", lambda: strings(2_000_000, 8))
    yield File("shared_strings_long.xlsx", lambda: strings(20, 10_000_000))
    for name, place in (("negative", "-1"), ("beyond", "99"), ("words", "abc"), ("huge", "9" * 40)):
        yield File(f"shared_{name}.xlsx", lambda place=place: workbook(
            row(1, text_cell("A1", "problem")) + row(2, f'<c r="A2" t="s"><v>{place}</v></c>')))


def _cells() -> Iterator[File]:
    """Sheets with cells where none can be, or with what is no value."""
    for number, place in enumerate(("XFD1048576", "A1048576", "XFD2", "ZZZ2", "AAAAAAA2", "A99999999999", "A0", "2A")):
        yield File(f"cell_{number}.xlsx", lambda place=place: workbook(
            row(1, text_cell("A1", "problem")) + row(2, text_cell(place, "x"))), True)
    values = {"not_a_number": '<c r="A2"><v>NaN</v></c>', "infinite": '<c r="A2"><v>1e999</v></c>',
              "error": '<c r="A2" t="e"><v>#REF!</v></c>', "unknown_kind": '<c r="A2" t="zz"><v>1</v></c>',
              "date": '<c r="A2" t="d"><v>9999-99-99</v></c>', "truth": '<c r="A2" t="b"><v>7</v></c>',
              "nul": '<c r="A2" t="inlineStr"><is><t>a&#0;b</t></is></c>', "formula": '<c r="A2"><f>1/0</f></c>',
              "half": '<c r="A2" t="inlineStr"><is><t>a&#xD800;b</t></is></c>'}
    for name, cell in values.items():
        yield File(f"value_{name}.xlsx", lambda cell=cell: workbook(row(1, text_cell("A1", "problem")) + row(2, cell)), True)
    yield File("columns_million.xlsx", lambda: workbook(row(1, text_cell("A1", "x") * 1_000_000)))
    yield File("columns_16384.xlsx", lambda: workbook(row(1, *(f'<c t="inlineStr"><is><t>c{n}</t></is></c>'
                                                              for n in range(16_384)))))


def _csv() -> Iterator[File]:
    """Tables of text that are too wide, too long, or cut nowhere."""
    yield File("columns_million.csv", lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\nx\n")
    yield File("cells_million.csv", lambda: b"problem\n" + b"," * 1_000_000 + b"\n")
    yield File("quotes.csv", lambda: b"problem\n" + b'"' * 200_001 + b"\n")
    yield File("quotes_open.csv", lambda: b"problem\n" + b'"a\n' * 5_000)
    yield File("old_ends.csv", lambda: b"problem\r" + b"\r" * 1000)
    yield File("wrong_types.csv", lambda: b"problem,budget_max,needed_by,region,trl_now,organisation_founded\n"
                                          b"vibration test,many,some day,the moon,99,yesterday\n")
    yield File("formulas.csv", lambda: b"problem,budget_max,region\n=1+1,=cmd|'/c calc'!A1,@SUM(1)\n")
    yield File("nul_cell.csv", lambda: b"problem,region\nvibra\0tion,320600\n")
    yield File("hidden.csv", lambda: "problem,\u202eregion\n\u200b\u200b,\u2066x\n".encode())
    yield File("doubled_mark.csv", lambda: b"\xef\xbb\xbf\xef\xbb\xbfproblem\n\n")
    yield File("long_problem.csv", lambda: b"problem\n" + b"word " * 100_000 + b"\n")


def _json() -> Iterator[File]:
    """Documents that are deep, huge, or none."""
    for name, text in {"null": "null", "true": "true", "number": "3", "text": '"x"', "scalars": "[1, 2, 3]",
                       "lists": "[[1], [2]]", "nulls": "[null, null]", "comment": '[{"problem": "x"} /* y */]',
                       "single": "[{'problem': 'x'}]", "infinite": '[{"budget_max": 1e999}]', "minus": '[{"a": -Infinity}]',
                       "nul": '[{"problem": "a\\u0000b"}]', "half": '[{"problem": "a\\ud800b"}]', "behind": '[{"a": 1}] x',
                       "two": '[{"problem": "x"}][{"problem": "y"}]', "no_name": '[{"": "x"}]',
                       "types": '[{"problem": {"a": [1]}, "budget_max": [true], "kinds": {"x": 1}}]',
                       "reserved": '[{"__class__": "x", "constructor": {"prototype": 1}}]'}.items():
        # Half of a character is read as a question mark.
        yield File(f"json_{name}.json", lambda text=text: text.encode(), name == "half")
    for depth in (21, 1_000, 50_000):
        yield File(f"deep_{depth}.json", lambda depth=depth: b'[{"problem":' + b"[" * depth + b"]" * depth + b"}]")
        yield File(f"deep_names_{depth}.json", lambda depth=depth: b"[" + b'{"a":' * depth + b"1" + b"}" * depth + b"]")
    yield File("names_million.json", lambda: b"[{" + b",".join(b'"c%d":1' % n for n in range(1_000_000)) + b"}]")
    yield File("name_long.json", lambda: b'[{"' + b"n" * 5_000_000 + b'": 1}]')
    yield File("number_long.json", lambda: b'[{"budget_max": ' + b"9" * 1_000_000 + b"}]")
    yield File("utf16.json", lambda: '[{"problem": ""}]'.encode("utf-16"), True)


def _lines() -> Iterator[File]:
    """Lines of JSON of which none is a row."""
    for name, text in {"words": "hello\nworld\n", "scalars": "1\n2\n", "cut": '{"problem": "x"\n{"problem": \n',
                       "list": '[{"problem": ""}]\n', "nul": '{"problem": "a\\u0000"}\n', "empty": "{}\n{}\n"}.items():
        yield File(f"lines_{name}.ndjson", lambda text=text: text.encode())
    yield File("line_long.ndjson", lambda: b'{"problem": "' + b"x" * 20_000_000 + b'"}\n')
    yield File("line_deep.ndjson", lambda: b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n")
