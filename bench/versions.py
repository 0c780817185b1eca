"""CPU time of a match by two versions of the product, in turns, and whether they answer the same.

    python -m bench.versions CHECKOUT INDEX NEEDS.jsonl... [--rounds 2] [--turn 4] [--other-index INDEX]

CHECKOUT is another version's folder, for instance a worktree of the last release; INDEX a published index that both
read, for instance ~/.matchmaker/index/000001, unless the other has one of its own; NEEDS.jsonl as in `bench.match`.
Each version matches in a process of its own. They take turns by a few needs, so that what else the machine does slows
both, and each need is matched twice at once, of which the quicker call counts as the best.
"""

import argparse
import gc
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import orjson

from bench.match import needs_in
from matchmaker.config import Config
from matchmaker.ranking import store
from matchmaker.schemas.needs import NeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import matching

CALLS = 2


def serve(folder: str) -> None:
    """Match the needs that come in, a list of them a line; answer with milliseconds of each call, and a digest."""
    index = matching.Index(store.load(Path(folder)), matching.load_model(Config().models), Path(folder))
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        answers = []
        for need in json.loads(line):
            with use_vocabulary(*(frozenset(need.get(name) or ()) for name in ("kinds", "themes"))):
                known = NeedSchema().load(need)
            milliseconds = []
            for _ in range(CALLS):
                started = time.process_time()
                answer = matching.match(index, known)
                milliseconds.append((time.process_time() - started) * 1000)
            answers.append((milliseconds, hashlib.sha256(orjson.dumps(answer, default=str)).hexdigest()))
        print(json.dumps(answers), flush=True)


class Version:
    """A version that matches in a process of its own."""

    def __init__(self, checkout: Path, index: Path) -> None:
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        process = subprocess.Popen([sys.executable, __file__, "--serve", str(index)], cwd=checkout, text=True,
                                   env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._asked, self._answered = cast(IO[str], process.stdin), cast(IO[str], process.stdout)

    def match(self, needs: Sequence[Any]) -> list[tuple[list[float], str]]:
        """Return the milliseconds of each call, and a digest of the answer, need by need."""
        print(json.dumps(needs), file=self._asked, flush=True)
        return [tuple(answer) for answer in json.loads(self._answered.readline())]


def compare(versions: Sequence[Version], needs: Sequence[Any], turn: int, rounds: int) -> dict[str, Any]:
    """Return median milliseconds of both versions, their ratio, and how many answers differ."""
    found: list[list[tuple[list[float], str]]] = [[], []]
    for count in range(rounds + 1):
        for start in range(0, len(needs), turn):
            for version, own in zip(versions, found, strict=True):
                answers = version.match(needs[start:start + turn])
                own.extend(answers if count else ())
    own, other = (np.array([calls for calls, _ in answers]) for answers in found)
    differ = sum(one != another for (_, one), (_, another) in zip(*found, strict=True)) // max(rounds, 1)
    return {"needs": len(needs), "ms": round(float(np.median(own)), 2), "other_ms": round(float(np.median(other)), 2),
            "best_ms": round(float(np.median(own.min(axis=1))), 2),
            "other_best_ms": round(float(np.median(other.min(axis=1))), 2),
            "ratio": round(float(np.median(own.min(axis=1) / other.min(axis=1))), 3), "answers_differ": differ}


def main() -> None:
    """Print a line for each file of needs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--other-index", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--turn", type=int, default=4)
    arguments = parser.parse_args()
    here, index = Path(__file__).resolve().parent.parent, arguments.index.resolve()
    versions = [Version(here, index),
                Version(arguments.checkout.resolve(), (arguments.other_index or index).resolve())]
    for path in arguments.files:
        figures = compare(versions, needs_in(path), arguments.turn, arguments.rounds)
        print(json.dumps({"file": path.name, **figures}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    else:
        main()
