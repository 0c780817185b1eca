"""Archives of skops that are the same bytes whenever, wherever in memory and in whatever process they are made.

skops names parts of an archive by the addresses of objects and dates them by the clock.
"""

import io
import zipfile
from typing import Any

import orjson
import skops.io

SCHEMA = "schema.json"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_ID = "__id__"


def pack(content: Any) -> bytes:
    """Return `content` as an archive that `skops.io.loads` reads: parts named by their turn, and without a date."""
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(content))) as archive:
        schema = orjson.loads(archive.read(SCHEMA))
        turns: dict[int, int] = {}
        files: dict[str, str] = {}
        _renumber(schema, turns, files)
        parts = {new: archive.read(old) for old, new in files.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, block in {**parts, SCHEMA: orjson.dumps(schema, option=orjson.OPT_INDENT_2)}.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.external_attr = 0o600 << 16
            archive.writestr(info, block, zipfile.ZIP_DEFLATED, compresslevel=8)
    return out.getvalue()


def _renumber(node: Any, turns: dict[int, int], files: dict[str, str]) -> None:
    """Name objects, in `node` and all within it, by the turn in which they come; note files by their old names."""
    if isinstance(node, dict):
        if isinstance(address := node.get(_ID), int):
            node[_ID] = turns.setdefault(address, len(turns) + 1)
        if isinstance(file := node.get("file"), str):
            ending = file.rpartition(".")[2]
            node["file"] = files.setdefault(file, f"{len(files) + 1}.{ending}")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _renumber(child, turns, files)
