"""Files that strangers send as batches: each ends in words of the sender's language, and nothing else ends.

The reading child is watched through /proc while it lives: its high-water mark may not pass 512 MB.
"""

import re
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from matchmaker.services.referrals import processing
from tests.referring import PATH, incubator
from tests.tabular.hostile_many import files

FORMS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "json": "application/json", "jsonl": "application/x-ndjson", "ndjson": "application/x-ndjson",
         "ods": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "xls": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_MEGABYTES = 512
PARTS = 10
FILES = files()
SAMPLE = ("hidden.csv", "really_gif.xlsx", "cut_5.xlsx", "entity_file.xlsx", "shared_beyond.xlsx", "wrong_types.csv",
          "columns_million.csv", "deep_1000.json", "json_nul.json", "lines_cut.ndjson")
CHINESE = {"Accept-Language": "zh"}
HAN = re.compile("[\u4e00-\u9fff]")


def test_there_are_two_hundred():
    assert len(FILES) >= 200


@pytest.fixture
def caller(client, session, published, monkeypatch):
    """A program of an incubator, whose batches are not waited for as long, nor have as many rows, as outside of tests."""
    assert processing.LIMITS.memory_bytes == MOST_MEGABYTES << 20
    monkeypatch.setattr(processing, "LIMITS", replace(processing.LIMITS, cpu_seconds=15, silence_seconds=60, rows=500))
    return incubator(client, session, published)


@contextmanager
def watched():
    """Give the high-water marks in MB of the children that come meanwhile, by id."""
    marks, stop, own = {}, threading.Event(), Path(f"/proc/{Path('/proc/self').resolve().name}/task")

    def look():
        while not stop.is_set():
            for task in own.iterdir():
                with suppress(FileNotFoundError, ProcessLookupError):
                    for id in (task / "children").read_text().split():
                        status, words = Path(f"/proc/{id}/status").read_text(), Path(f"/proc/{id}/cmdline").read_text()
                        if "matchmaker.tabular.child" in words and (found := re.search(r"VmHWM:\s+(\d+)", status)):
                            marks[id] = int(found[1]) / 1024
            time.sleep(0.005)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield marks
    finally:
        stop.set()
        thread.join()


def said_of(caller, file) -> list[str]:
    """Send a file and let its job be done; return what its sender is told, in words."""
    body = file.content()
    answer = caller.call("POST", PATH, data=body, content_type=FORMS[file.name.rpartition(".")[2]],
                         headers={"Idempotency-Key": file.name, **CHINESE})
    if answer.status_code != 202:
        assert answer.status_code in (413, 422), answer.text
        problem = answer.get_json()
        assert problem["status"] == answer.status_code
        return [problem["detail"]]
    batch = caller.work(answer)
    assert batch["state"] in ("done", "failed")
    if batch["state"] == "failed":
        assert len(batch["error"]) > 5
        return [batch["error"]]
    assert batch["done"] == sum(batch["rows"].values()) > 0
    found = caller.call("GET", f"{PATH}/{batch['id']}/results", query_string={"limit": 100}, headers=CHINESE)
    rows = found.get_json()["results"]
    assert all(row["remarks"] for row in rows if row["outcome"] == "refused")
    assert all(remark["code"] and {"column", "words"} <= remark.keys() for row in rows for remark in row["remarks"])
    return [remark["words"] for row in rows for remark in row["remarks"]]


def check(caller, file) -> float:
    """Send a file, look at what is said of it, and return the megabytes that its reader held at most."""
    with watched() as marks:
        words = said_of(caller, file)
    assert words or file.is_harmless, file.name
    assert all(HAN.search(text) and "%(" not in text and "Traceback" not in text for text in words), words
    assert caller.call("GET", PATH).status_code == 200
    assert not list(caller.config.uploads.iterdir())
    most = max(marks.values(), default=0.0)
    assert most <= MOST_MEGABYTES, (file.name, most)
    return most


@pytest.mark.parametrize("backend", ["sqlite"])
def test_hostile_files_end_in_words(caller):
    for file in FILES:
        if file.name in SAMPLE:
            check(caller, file)


@pytest.mark.faults
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("part", range(PARTS))
def test_every_hostile_file_ends_in_words(caller, part):
    failed, most = [], {}
    for file in FILES[part::PARTS]:
        try:
            most[file.name] = check(caller, file)
        except AssertionError as error:
            failed.append(f"{file.name}: {str(error)[:300]}")
    worst = max(most, key=lambda name: most[name])
    print(f"{len(most)} files, at most {most[worst]:.0f} MB ({worst})")
    assert not failed, "\n".join(failed)
