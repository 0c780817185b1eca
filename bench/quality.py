"""Write bench/quality.md and quality.png: ranking quality beside lexical peers, in one run, with paired tests.

    python -m bench.quality FOLDER... [--into bench]

The same as `matchmaker evaluate FOLDER... --against` all peers, as a page.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from matchmaker.cli import bars, evaluation
from matchmaker.cli.output import Replacing
from matchmaker.ranking.evaluate import JUDGED_BY, OURS, RANKERS, Figures

PEERS = [name for name in RANKERS if name != OURS]
HEAD = """# Ranking quality beside lexical peers

One run of `python -m bench.quality FOLDER...`: the product's defaults, no setting for any collection. Peers: bm25s with
its defaults, English stems and stop words, or rjieba words where the texts are Chinese; TF-IDF is scikit-learn's, as it
comes (`tfidf`) and with the words of bm25s and sublinear counts (`tfidf-words`). The optional neural model:
[semantic.md](semantic.md).

Lead is ours less theirs in nDCG@10. Intervals hold 95 % of 2,000 bootstrap means over needs; p values are two-sided, of
a paired t-test, which decides, and of a permutation test of the signs beside it (reasons and sources:
`matchmaker/ranking/evaluate/significance.py`), each peer by itself. The first stage's recall is that of the 200 texts
which it alone puts first; a ranking in one stage is its own first stage. A need that nothing fits counts 0 for all.
Milliseconds a need, analysis included, are elapsed and of all processors, on a machine that had other work too.

![nDCG@10 by collection and ranker](quality.png)
"""


def page(collections: Mapping[str, Figures]) -> Iterator[str]:
    """Yield the lines of the page: a summary, and a table for each collection."""
    yield HEAD
    yield from _table("nDCG@10", OURS, *(text for peer in PEERS for text in (peer, "lead, p (t)")))
    for name, figures in collections.items():
        yield _row(name, f"{figures[JUDGED_BY]:.4f}", *(text for peer in PEERS for text in (
            f"{figures['against'][peer][JUDGED_BY]:.4f}", _verdict(figures["against"][peer]))))
    last = None
    for name, *cells in evaluation.rows(collections):
        if name != last:
            yield f"\n## {name}\n\n{collections[name]['needs']:,} needs, {collections[name]['texts']:,} texts\n"
            yield from _table("", *evaluation.COLUMNS[2:], *evaluation.COMPARED)
        yield _row(*cells)
        last = name


def _verdict(theirs: Figures) -> str:
    """Return the lead, in bold where it is significantly one, or with the word where it is significantly none."""
    lead = f"{theirs['difference']:+.4f}"
    if theirs["p_t"] < 0.05:
        lead = f"**{lead}**" if theirs["difference"] > 0 else f"below: {lead}"
    return f"{lead}, {evaluation.probability(theirs['p_t'])}"


def _table(*names: str) -> tuple[str, str]:
    return _row(*names), _row("---", *["---:"] * (len(names) - 1))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, and write the page and its picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    bars.check()
    collections = evaluation.measure(arguments.folders, OURS, PEERS)
    with Replacing(arguments.into / "quality.md") as file, Replacing(arguments.into / "quality.png") as picture:
        file.write(("\n".join(page(collections)) + "\n").encode())
        bars.draw(collections, picture)


if __name__ == "__main__":
    main()
