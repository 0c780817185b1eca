"""The models are made again bit for bit: in other processes, with other seeds of hashing, by more threads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from matchmaker.ranking import model

ROOT = Path(__file__).resolve().parents[2]
TRAIN = """
import sys
from pathlib import Path
from matchmaker.services import training
training.train(Path("data"), Path(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.faults
def test_two_processes_make_the_same_model_and_it_is_the_one_we_ship(tmp_path):
    ours = model.newest(ROOT / "models")
    made = []
    for seed, threads in (("1", "1"), ("4711", "3")):
        several = {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", TRAIN, tmp_path / seed, ours.name], env=os.environ | several, cwd=ROOT,
                       check=True, timeout=3600)
        made.append({path.name: path.read_bytes() for path in sorted((tmp_path / seed / ours.name).iterdir())})
    assert made[0].keys() == {"card.md", "manifest.json", "ranker.skops"}
    assert made[0] == made[1]
    # The last bits may be others on another make of processor; what the card says is not.
    assert made[0]["card.md"] == (ours / "card.md").read_bytes()
