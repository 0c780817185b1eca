"""``matchmaker evaluate``: the ranking measured on judged collections, beside others."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import click
import orjson
from rich.markup import escape
from rich.table import Table

from matchmaker.cli import bars
from matchmaker.cli.output import Replacing, make_console, make_progress
from matchmaker.ranking import evaluate as evaluation
from matchmaker.ranking.evaluate import FIRST_STAGE, OURS, Figures

COLUMNS = ("collection", "ranker", "nDCG@10", "95 %", "recall@100", "first stage, recall@200", "MRR@10", "ms", "CPU ms")
COSTS = ("collection", "place kept", "nDCG@10", "with it", "cost", "95 %", "lists changed", "texts shown", "with it")
COMPARED = ("lead", "95 %", "gain", "p (t)", "p (signs)")


@click.command()
@click.argument("folders", metavar="COLLECTION...", nargs=-1, required=True,
                type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--ranker", default=OURS, show_default=True, metavar="NAME",
              help=f"What to measure: {', '.join(evaluation.RANKERS)}.")
@click.option("--against", default="", metavar="NAME,...", help="Rankers to compare it with, by name.")
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the figures here.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path),
              help="Also draw them, as PNG; needs matplotlib (the extra plots).")
@click.option("--exploration", type=click.IntRange(4, 10), is_flag=False, flag_value=5, metavar="[PLACE]",
              help="Also measure what it costs to keep this place (5) for what is shown too little.")
def evaluate(folders: tuple[Path, ...], ranker: str, against: str, out: Path | None, plot: Path | None,
             exploration: int | None) -> None:
    """Measure the ranking on COLLECTIONs: folders of texts, needs and judgements in BEIR layout.

    Milliseconds a need are elapsed and of all processors. Intervals are of the bootstrap over needs; lead is the
    difference in nDCG@10, with the p values of a paired t-test and of a permutation test, both two-sided.
    """
    if plot:
        bars.check()
    peers = [name for name in map(str.strip, against.split(",")) if name]
    with ExitStack() as files:
        # Opened first: what cannot be written is told before, not after, all is measured.
        json_file = files.enter_context(Replacing(out)) if out else None
        plot_file = files.enter_context(Replacing(plot)) if plot else None
        collections = measure(folders, ranker, peers, exploration)
        make_console().print(_table(collections))
        if exploration:
            make_console().print(_costs(collections))
        if json_file:
            json_file.write(orjson.dumps({"collections": collections}, option=orjson.OPT_INDENT_2))
        if plot_file:
            bars.draw(collections, plot_file)


def measure(folders: Sequence[Path], ranker: str, against: Sequence[str],
            exploration: int | None = None) -> dict[str, Figures]:
    """Return the figures by collection, with a progress bar meanwhile."""
    with make_progress() as progress:
        # A step is told of when it begins; by the first of them nothing is done yet.
        bar = progress.add_task("evaluate", total=len(folders) * len({ranker, *against}), completed=-1)
        return evaluation.evaluate(
            folders, ranker, against,
            lambda collection, name: progress.update(bar, description=f"{collection}: {name}", advance=1), exploration)


def rows(collections: Mapping[str, Figures]) -> Iterator[tuple[str, ...]]:
    """Yield what stands in a table of the figures: for each collection ours, then the peers with the comparison."""
    for name, figures in collections.items():
        yield name, figures["ranker"], *_measures(figures), *[""] * len(COMPARED)
        for peer, theirs in figures["against"].items():
            gain = "–" if theirs["relative_gain"] is None else f"{theirs['relative_gain']:+.1%}"
            lead = f"{theirs['difference']:+.4f}", _interval(theirs["difference_interval"]), gain
            tests = probability(theirs["p_t"]), probability(theirs["p_permutation"])
            yield name, peer, *_measures(theirs), *lead, *tests


def probability(p: float) -> str:
    """Write a p value as a reader needs it."""
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def _measures(figures: Figures) -> tuple[str, ...]:
    means = [f"{figures[name]:.4f}" for name in ("ndcg@10", "recall@100", FIRST_STAGE, "mrr@10")]
    milliseconds = [f"{figures[name]:.2f}" for name in ("ms_per_query", "cpu_ms_per_query")]
    return (means[0], _interval(figures["intervals"]["ndcg@10"]), *means[1:], *milliseconds)


def _interval(bounds: Sequence[float]) -> str:
    low, high = bounds
    return f"{low:.3f}…{high:.3f}"


def _costs(collections: Mapping[str, Figures]) -> Table:
    table = Table(*COSTS)
    for name, figures in collections.items():
        cost = figures["exploration"]
        table.add_row(escape(name), str(cost["place"]), f"{cost['before']:.4f}", f"{cost['after']:.4f}",
                      f"{cost['difference']:+.4f}", "{:+.4f}…{:+.4f}".format(*cost["interval"]),
                      f"{cost['changed']:.1%}", f"{cost['shown_before']:.1%}", f"{cost['shown_after']:.1%}")
    return table


def _table(collections: Mapping[str, Figures]) -> Table:
    is_compared = any(figures["against"] for figures in collections.values())
    columns = COLUMNS + COMPARED if is_compared else COLUMNS
    table = Table(*columns)
    last = None
    for row in rows(collections):
        if last not in (None, row[0]):
            table.add_section()
        table.add_row("" if last == row[0] else escape(row[0]), *row[1:len(columns)])
        last = row[0]
    return table
