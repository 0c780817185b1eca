"""Side-by-side measurements of the search index: ``python -m bench NAME [--quick] [--json OUT]``.

NAME is exact, single, bulk, many, roofline, build, update or web. ``--quick`` takes a small catalogue and few needs,
and less than a minute on two idle cores. Peers that are not installed (``pip install -r bench/requirements.txt``) are
left out, and named. What ``--json`` wrote, `bench.search.report` turns into tables and plots. Other measurements are
modules of their own; each says in its docstring how it is called.
"""

import argparse
import json
import sys
from pathlib import Path

from bench.search import build, bulk, exact, many, roofline, single, update, web
from bench.search.machine import machine

NAMES = {"exact": exact, "single": single, "bulk": bulk, "many": many, "roofline": roofline, "build": build,
         "update": update, "web": web}
SIZES = (10_000, 100_000)


def main() -> None:
    """Measure, print a line for each row, and write all of them where told to."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--json", type=Path, metavar="OUT")
    arguments = parser.parse_args()
    rows = []
    for n in (2_000,) if arguments.quick else arguments.sizes:
        for row in NAMES[arguments.name].measure(n, arguments.quick):
            rows.append(row)
            print(json.dumps(row), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"name": arguments.name, "machine": machine(), "rows": rows}, indent=1))
    if wrong := sum(row.get("wrong", 0) for row in rows):
        sys.exit(f"{wrong} lists were not those of a full scan")


if __name__ == "__main__":
    main()
