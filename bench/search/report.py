"""Tables and plots of what ``python -m bench NAME --json OUT`` wrote.

    python -m bench.search.report OUT.json... [--plots FOLDER]

Prints Markdown: a table of ratios for `single`, one of rates for `bulk`, and one line a row for the others. With
``--plots`` (the extra `plots` is needed) it draws search.png: latency against the number of offerings, and what peers
take for one need, with 60 words and the 10 best; and of `roofline` roofline.png: postings per microsecond against the
postings of a need, below the limits.
"""

import argparse
import json
from pathlib import Path
from typing import Any

WORDS, TOP = 60, 10


def rows_of(files: list[Path], name: str) -> list[dict[str, Any]]:
    """Return the rows that runs of a name wrote."""
    runs = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [row for run in runs if run["name"] == name for row in run["rows"]]


def table(rows: list[dict[str, Any]], figures: tuple[str, str]) -> str:
    """Return a table: a line for each peer, a column for each row, in it the two figures of the peer."""
    heads = [f"{row['offerings']:,}, {row['words']} words, top {row['top']}" for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row["peers"]))
    lines = [f"| | {' | '.join(heads)} |", "| --- " * (len(heads) + 1) + "|"]
    for name in names:
        cells = [row["peers"].get(name) for row in rows]
        said = [f"{cell[figures[0]]:,} ({cell[figures[1]]:.2f})" if cell else "–" for cell in cells]
        lines.append(f"| {name} | {' | '.join(said)} |")
    return "\n".join(lines)


def draw(rows: list[dict[str, Any]], file: Path) -> None:
    """Draw latency against the number of offerings, and the peers' latencies at the greatest number."""
    from matplotlib.figure import Figure
    chosen = [row for row in rows if (row["words"], row["top"]) == (WORDS, TOP)]
    chosen.sort(key=lambda row: row["offerings"])
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    growth, ratios = figure.subplots(1, 2)
    for name in dict.fromkeys(name for row in chosen for name in row["peers"]):
        is_ours = name == "ours"
        held = [(row["offerings"], row["peers"][name]["median_us"]) for row in chosen if name in row["peers"]]
        growth.loglog(*zip(*held, strict=True), "o-", label=name, linewidth=1 + 2 * is_ours,
                      color="black" if is_ours else None)
    growth.set(xlabel="offerings", ylabel="microseconds, median", title=f"One need of {WORDS} words, the {TOP} best")
    figure.legend(*growth.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
    last = sorted(chosen[-1]["peers"].items(), key=lambda peer: -peer[1]["ratio"])
    bars = ratios.barh([name for name, _ in last], [peer["ratio"] for _, peer in last])
    ratios.bar_label(bars, [f" {peer['ratio']:.2f}" for _, peer in last], fontsize=8)
    title = f"{chosen[-1]['offerings']:,} offerings, bm25s-numba = 1"
    ratios.set(xscale="log", xlim=(None, 3 * last[0][1]["ratio"]), title=title)
    figure.savefig(file, dpi=120)


def draw_roofline(rows: list[dict[str, Any]], file: Path) -> None:
    """Draw postings per microsecond against postings a need: two limits, and what searches reach below them."""
    from matplotlib.figure import Figure
    said = {"read": "limit: reading the postings", "scatter": "limit: adding postings that are in the first cache"}
    sizes = sorted({row["offerings"] for row in rows})
    figure = Figure(figsize=(5 * len(sizes), 4.5), layout="constrained")
    panels = figure.subplots(1, len(sizes), sharey=True, squeeze=False)[0]
    for axes, n in zip(panels, sizes, strict=True):
        own = sorted((row for row in rows if row["offerings"] == n), key=lambda row: row["postings"])
        for name in own[0]["postings_a_us"]:
            axes.loglog([row["postings"] for row in own], [row["postings_a_us"][name] for row in own],
                        "--" if name in said else "o-", label=said.get(name, name),
                        linewidth=3 if name == "ours" else 1.5, color="black" if name == "ours" else None)
        axes.set(xlabel="postings of a need", title=f"The 10 best of {n:,} offerings")
    panels[0].set(ylabel="postings per microsecond")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=8)
    figure.savefig(file, dpi=120)


def main() -> None:
    """Print the tables, and draw where told to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--plots", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    single = rows_of(arguments.files, "single")
    for words in sorted({row["words"] for row in single}):
        print(table([row for row in single if row["words"] == words], ("median_us", "ratio")), end="\n\n")
    bulk = rows_of(arguments.files, "bulk")
    if beside := [row for row in bulk if "peers" in row]:
        print(table(beside, ("per_cpu_second", "ratio")), end="\n\n")
    others = [row for name in ("exact", "roofline", "build", "update", "web") for row in rows_of(arguments.files, name)]
    for row in [*(row for row in bulk if "peers" not in row), *others]:
        print(json.dumps(row))
    if arguments.plots and single:
        draw(single, arguments.plots / "search.png")
    if arguments.plots and (limits := rows_of(arguments.files, "roofline")):
        draw_roofline(limits, arguments.plots / "roofline.png")


if __name__ == "__main__":
    main()
