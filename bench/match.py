"""CPU time of one match with its explanation, in this process, over the published index.

    python -m bench.match NEEDS.jsonl... [--rounds 3]

NEEDS.jsonl holds one {"text": ...} or {"need": {...}} a line, for instance data/needs_zh.jsonl. Each file is measured
three times: with its needs as they come, with phrases of 5 to 20 characters cut from them, and with pages of at most
2,000 characters joined from them. CPU time does not depend on what else the machine does, waiting does.
"""

import argparse
import gc
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.schemas.needs import NeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import matching, vocabulary

PAGE = 2000
_ENDS = re.compile("[，。；、？！：,.;?!:()（）\n]")


def needs_in(path: Path) -> list[dict[str, Any]]:
    """Return the needs of a file, as the API takes them."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [row.get("need") or {"problem": row["text"]} for row in rows]


def phrases(needs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a need of 5 to 20 characters for each need that has such a phrase."""
    for need in needs:
        short = (part.strip() for part in _ENDS.split(need["problem"]))
        if phrase := next((part for part in short if 5 <= len(part) <= 20), None):
            yield {"problem": phrase}


def pages(needs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield as many needs of about a page, each joined from neighbours."""
    problems = [need["problem"] for need in needs]
    for place in range(len(problems)):
        yield {"problem": "\n".join(problems[place:] + problems[:place])[:PAGE]}


def measure(index: matching.Index, needs: list[dict[str, Any]], rounds: int) -> dict[str, float]:
    """Return the milliseconds of CPU that a match takes, after a first round that warms the caches."""
    milliseconds: list[float] = []
    for turn in range(rounds + 1):
        for need in needs:
            started = time.process_time()
            matching.match(index, need)
            if turn:
                milliseconds.append((time.process_time() - started) * 1000)
    median, p99 = np.percentile(milliseconds, [50, 99])
    return {"needs": len(needs), "median_ms": round(float(median), 1), "p99_ms": round(float(p99), 1)}


def main() -> None:
    """Print a line for each file and length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    config = configured()
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    index = matching.current_index(config)
    gc.freeze()
    with use_vocabulary(*codes):
        for path in arguments.files:
            needs = needs_in(path)
            for length, chosen in (("as they come", needs), ("phrases", phrases(needs)), ("pages", pages(needs))):
                loaded = [NeedSchema().load(need) for need in chosen]
                print(json.dumps({"file": path.name, "length": length,
                                  **measure(index, loaded, arguments.rounds)}), flush=True)


if __name__ == "__main__":
    main()
