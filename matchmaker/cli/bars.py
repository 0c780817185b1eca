"""Draw figures of an evaluation: a group of bars for each collection, a bar for each ranker."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from matchmaker.extras import require
from matchmaker.ranking.evaluate import JUDGED_BY, Figures

INK, QUIET, GRID, PAPER = "#16202e", "#4a5667", "#dfe4ea", "#fff"
OURS = "#0b57a4"
PEERS = ("#8793a3", "#12734f", "#8a5a00", "#a63d12", "#5b6675")
"""The colours of the pages (matchmaker.css): the brand for what is measured, the others for its peers in turn."""
BAR_INCHES, MARGIN_INCHES, LEAST_INCHES, HEIGHT_INCHES = 0.26, 1.2, 6.4, 4.2
GAP = 0.25
"""What is left between two groups, as a share of one."""


def check() -> None:
    """Raise `Unavailable` when pictures cannot be drawn here."""
    require("matplotlib", "plots")


def draw(collections: Mapping[str, Figures], file: BinaryIO) -> None:
    """Write the mean nDCG@10 of each ranker on each collection, with its interval, as PNG."""
    from matplotlib.figure import Figure

    names = _rankers(collections)
    wide = max(LEAST_INCHES, MARGIN_INCHES + BAR_INCHES * len(collections) * (len(names) + 1))
    figure = Figure(figsize=(wide, HEIGHT_INCHES), facecolor=PAPER, layout="constrained")
    axes = figure.subplots()
    for place, name in enumerate(names):
        _draw_ranker(axes, list(collections.values()), name, place, len(names))
    needs = sum(figures["needs"] for figures in collections.values())
    figure.suptitle(f"nDCG@10 on judged collections, {needs:,} needs", x=0.01, ha="left",
                    color=INK, fontsize=13, fontweight="bold")
    axes.set_title("mean over the needs; lines: 95 % bootstrap intervals", loc="left", color=QUIET, fontsize=10)
    axes.set_xticks(range(len(collections)), list(collections), color=INK)
    axes.set_ylim(0, 1.06)
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(axis="y", color=GRID)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    if len(names) > 1:
        figure.legend(loc="outside lower center", ncols=len(names), frameon=False, labelcolor=INK)
    figure.savefig(file, format="png", dpi=150)


def _rankers(collections: Mapping[str, Figures]) -> list[str]:
    """Return the ranker and its peers, which are the same on all collections."""
    figures = next(iter(collections.values()))
    return [figures["ranker"], *figures["against"]]


def _draw_ranker(axes: Any, collections: list[Figures], name: str, place: int, rankers: int) -> None:
    """Draw one ranker's bars, the `place`-th of `rankers` in each group; the first says its values."""
    found = [figures if place == 0 else figures["against"][name] for figures in collections]
    means = [figures[JUDGED_BY] for figures in found]
    bounds = [figures["intervals"][JUDGED_BY] for figures in found]
    # A mean may lie a rounding outside its interval where all needs agree.
    reach = [[max(mean - low, 0) for mean, (low, _) in zip(means, bounds, strict=True)],
             [max(high - mean, 0) for mean, (_, high) in zip(means, bounds, strict=True)]]
    width = (1 - GAP) / rankers
    centres = [group + (place - (rankers - 1) / 2) * width for group in range(len(found))]
    colour = OURS if place == 0 else PEERS[(place - 1) % len(PEERS)]
    axes.bar(centres, means, width * 0.92, yerr=reach, color=colour, ecolor=INK, capsize=2, label=name,
             error_kw={"elinewidth": 1})
    if place == 0:
        for centre, mean, (_, high) in zip(centres, means, bounds, strict=True):
            axes.annotate(f"{mean:.3f}", (centre, high), (0, 3), textcoords="offset points", ha="center",
                          color=OURS, fontsize=8, fontweight="bold")
