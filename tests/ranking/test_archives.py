import time

import numpy as np
import pytest
import skops.io

from matchmaker.ranking import archives


def content():
    shared = np.arange(3.0)
    return {"numbers": shared, "again": shared, "names": np.array(["a", "b"]), "inner": [np.eye(2), {"deep": 1.5}]}


def test_an_archive_is_read_back_as_it_was():
    found = skops.io.loads(archives.pack(content()))
    assert found["numbers"].tolist() == [0, 1, 2]
    assert found["again"] is found["numbers"]
    assert found["names"].tolist() == ["a", "b"]
    assert found["inner"][0].tolist() == [[1, 0], [0, 1]]
    assert found["inner"][1] == {"deep": 1.5}


def test_the_same_content_is_the_same_bytes_elsewhere_in_memory_and_at_another_time(monkeypatch):
    first, kept = archives.pack(content()), content()
    past = time.localtime(10**9)
    monkeypatch.setattr("zipfile.time.localtime", lambda *_: past)
    assert archives.pack(content()) == first
    assert archives.pack(kept) == first


@pytest.mark.parametrize("change", [{"numbers": np.arange(4.0)}, {"names": np.array(["a", "c"])}])
def test_other_content_is_other_bytes(change):
    assert archives.pack(content() | change) != archives.pack(content())
