"""Find out what a file is: its format and its encoding, from its content first and its ending second."""

import codecs
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from matchmaker.errors import Invalid
from matchmaker.tabular.rows import Limits

BLOCK = 1 << 20
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
FOREIGN = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z", b"Rar!": "RAR", b"BZh": "bzip2", b"\xfd7zX": "xz", b"SQLite f": "SQLite",
    b"\x7fELF": "ELF", b"MZ\x90": "EXE",
}


@dataclass(frozen=True)
class Found:
    """What a file turned out to be; `lines` is about how many rows it has, where that is cheap to tell."""

    format: str
    encoding: str
    lines: int | None = None


def detect(path: Path, limits: Limits) -> Found:
    """Return format (``csv``, ``xlsx``, ``json``, ``jsonl``) and encoding; raise `Invalid` when it is none of them."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise Invalid("The file has %(size)s MB; at most %(limit)s MB are read. Split it into several files.",
                      size=round(size / 1e6), limit=round(limits.file_bytes / 1e6))
    with path.open("rb") as file:
        head = file.read(8192)
    if not head.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise Invalid("The file is empty.")
    if head.startswith(b"PK"):
        _check_archive(path, limits)
        return Found("xlsx", "")
    if head.startswith(OLD_OFFICE):
        raise Invalid("This is an old or password-protected Office file. Save it as XLSX without a password.")
    for start, kind in FOREIGN.items():
        if head.startswith(start):
            raise Invalid("This is a file of the kind %(kind)s, no table. Save the table as XLSX, CSV or JSON.",
                          kind=kind)
    encoding, lines = _encoding(path, head)
    kind = _text_format(path, encoding)
    return Found(kind, encoding, _records(path, encoding) if kind == "csv" else lines if kind == "jsonl" else None)


def _check_archive(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Invalid("The workbook is damaged. Open it in a spreadsheet program and save it anew.") from error
    if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
        raise Invalid("This is an archive without an XLSX workbook in it. Unpack it, or save the table as XLSX.")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked_bytes or len(parts) > 10_000:
        raise Invalid("The workbook would unpack to %(size)s MB; at most %(limit)s MB are read. Save only the table, "
                      "without pictures and formatted empty rows.",
                      size=round(unpacked / 1e6), limit=round(limits.unpacked_bytes / 1e6))


def _encoding(path: Path, head: bytes) -> tuple[str, int]:
    """Try, strictly and in this order: byte order mark, UTF-8, UTF-16 by its zero bytes, GB 18030."""
    for mark, encoding in BOMS:
        if head.startswith(mark):
            tried = [encoding]
            break
    else:
        even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
        wide = ["utf-16-le"] if odd > 4 * even + 4 else ["utf-16-be"] if even > 4 * odd + 4 else []
        tried = [*wide, "utf-8", "gb18030"]
    for encoding in tried:
        lines = _decodes(path, encoding)
        if lines is not None:
            return encoding, lines
    raise Invalid("The characters of the file are neither UTF-8, UTF-16 nor GB 18030. Save it anew as UTF-8.")


def _decodes(path: Path, encoding: str) -> int | None:
    """Return the number of line ends when the whole file is text in `encoding`, else None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = common = other = strange = 0
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                text = decoder.decode(block)
                lines += text.count("\n")
                strange += sum(text.count(chr(code)) for code in range(32) if code not in (9, 10, 12, 13))
                if encoding == "gb18030" and common + other < 10_000:
                    wide = [sign for sign in text if sign > "\x7f"]
                    plain = len("".join(wide).encode("gb2312", "ignore")) // 2
                    common, other = common + plain, other + len(wide) - plain
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
    if strange > 100 and strange * 20 > path.stat().st_size:
        raise Invalid("The file holds binary data, no table. Save the table as XLSX, CSV or JSON.")
    # Almost any bytes are valid GB 18030; real Chinese text is mostly made of the common characters of GB 2312.
    return None if other > common else lines


def _records(path: Path, encoding: str) -> int:
    """Return about how many rows a table of text has below its first: line ends within quotation marks end none."""
    count, is_quoted, last = -1, 0, "\n"
    with path.open(encoding=encoding, newline="") as file:
        while block := file.read(BLOCK):
            parts = block.split('"')
            count += sum(part.count("\n") for part in parts[is_quoted::2])
            is_quoted, last = (is_quoted + len(parts) - 1) % 2, block[-1]
    return max(count + (last != "\n"), 1)


def _text_format(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        start = file.read(65536).lstrip("\ufeff \t\r\n")
    ending = path.suffix.lower()
    if start.startswith("{") and (ending in (".json", ".jsonl", ".ndjson") or start[1:].lstrip().startswith('"')):
        return _object_format(start, ending)
    if start.startswith("[") and (ending in (".json", ".jsonl", ".ndjson") or start[1:].lstrip()[:1] in ("{", "]")):
        return "json"
    if ending in (".json", ".jsonl", ".ndjson"):
        raise Invalid("The file is named %(ending)s but holds no JSON: it must begin with [ or {.", ending=ending)
    return "csv"


def _object_format(start: str, ending: str) -> str:
    """Tell an object that holds the table from objects that are its lines."""
    first, _, rest = start.partition("\n")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return "jsonl" if ending in (".jsonl", ".ndjson") else "json"
    if rest.strip() or ending in (".jsonl", ".ndjson"):
        return "jsonl"
    return "json" if any(isinstance(inner, list) for inner in value.values()) else "jsonl"
