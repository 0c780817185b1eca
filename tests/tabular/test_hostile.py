import os
import resource
from pathlib import Path

import pytest

from matchmaker.errors import Invalid
from matchmaker.tabular import Limits, read
from tests.tabular.hostile import FILES

BRIEF = Limits(cpu_seconds=12, silence_seconds=12)


def refusal(path: Path) -> str | None:
    """Read the file whole; return the words that refuse it, None when it was read."""
    try:
        for row in read(path, limits=BRIEF):
            assert all(str(fault) for fault in row.faults)
    except Invalid as error:
        return str(error)
    return None


def test_there_are_many():
    assert len(FILES) >= 40
    assert len({file.name for file in FILES}) == len(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_hostile_file_ends_in_rows_or_in_words(tmp_path, file):
    path = tmp_path / file.name
    path.write_bytes(file.content())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    words = refusal(path)
    assert words is None or (len(words) > 15 and "%(" not in words)
    assert not file.words or (words and file.words in words)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 400_000, "this process grew by more than 400 MB"


def test_what_takes_too_long_is_stopped(tmp_path):
    path = tmp_path / "slow.csv"
    path.write_text("title\n" + "a\n" * 50_000)
    with pytest.raises(Invalid, match="too long"):
        list(read(path, limits=Limits(silence_seconds=0.0)))


def test_what_takes_too_much_memory_is_stopped(tmp_path):
    path = tmp_path / "large.json"
    path.write_text('[{"a": "' + "x" * 30_000_000 + '"}]')
    with pytest.raises(Invalid, match="more memory"):
        list(read(path, limits=Limits(memory_bytes=60_000_000)))


def test_what_computes_too_long_is_stopped(tmp_path):
    path = tmp_path / "busy.json"
    path.write_text("[" + ",".join(['{"a": [' + "1," * 200 + "1]}"] * 40_000) + "]")
    with pytest.raises(Invalid, match="too long"):
        list(read(path, limits=Limits(cpu_seconds=1)))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Invalid, match="cannot be read"):
        list(read(tmp_path / "gone.csv"))


def test_leaving_early_ends_the_child(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("title\n" + "abcdefghij\n" * 90_000)
    others = set(_children())
    rows = read(path)
    assert next(rows).number == 2
    assert set(_children()) > others
    rows.close()
    assert set(_children()) <= others


def _children() -> list[str]:
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
