"""Several processes of several threads that do nothing but write to one SQLite file: each comes to its turn."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import Job

PROCESSES, THREADS, TIMES = 4, 8, 40
WRITE = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from matchmaker import storage
from matchmaker.domain import Job

storage.connect(sys.argv[1])

def write(_thread):
    longest = 0
    for _ in range(int(sys.argv[3])):
        begun = time.monotonic()
        with storage.writing() as session:
            session.connection()
            longest = max(longest, time.monotonic() - begun)
            session.add(Job(task="written", payload={}))
            session.flush()
            time.sleep(.005)
    return longest

with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    print(max(pool.map(write, range(int(sys.argv[2])))))
"""


@pytest.fixture
def backend() -> str:
    """Only SQLite has one lock for all writers."""
    return "sqlite"


@pytest.mark.faults
def test_no_writer_is_turned_away_whatever_the_others_do(database):
    command = [sys.executable, "-c", WRITE, f"sqlite:///{database.url.database}", str(THREADS), str(TIMES)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        runs = list(pool.map(lambda _place: subprocess.run(command, capture_output=True, text=True), range(PROCESSES)))
    assert [run.stderr for run in runs if run.returncode] == []
    print(f"{PROCESSES * THREADS * TIMES} transactions, the longest wait {max(float(run.stdout) for run in runs):.1f} s")
    with storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == PROCESSES * THREADS * TIMES
