"""Print how well facts are extracted from the labelled cases of tests/ranking/facts/cases, by type, language, origin.

    python -m bench.facts [--shared FOLDER] [--held-out NAME] [--faults]

The real half is read where the public collections lie; without them only our own sentences are measured.
"""

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from matchmaker.domain import codes
from matchmaker.ranking.facts import Facts, Gazetteer, Quantity, extract, normalise_standard
from matchmaker.ranking.facts.units import Unit, resolve_unit, to_base

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "ranking" / "facts" / "cases"
SHARED = ROOT.parent / "shared" / "data"
TODAY = date(2026, 11, 20)
HELD_OUT = ("held_out", "held_out_2")
TYPES = {"s": "standard", "a": "accreditation", "q": "quantity", "b": "budget", "d": "deadline", "r": "region",
         "t": "trl", "l": "language"}  # fmt: skip


class Case(NamedTuple):
    """A text with its labels; `origin` is "own" or the collection."""

    name: str
    origin: str
    text: str
    language: str | None
    labels: tuple[str, ...]


class Finding(NamedTuple):
    """One label found or missed, or one fact that no label states; `parameter` tells whether it is named right."""

    case: Case
    type: str
    verdict: str
    stated: str
    parameter: bool | None = None


class Range(NamedTuple):
    """The ends of a quantity with its unit, as a label or the extractor states them."""

    low: float | None
    high: float | None
    unit: str


def own_cases() -> list[Case]:
    """Return the sentences of ours."""
    rows = _lines(CASES / "own.jsonl")
    return [Case(row["id"], "own", row["text"], row["language"], tuple(row["facts"])) for row in rows]


def real_cases(shared: Path = SHARED, name: str = "real") -> list[Case]:
    """Return the windows into public rows, "real" or one of `HELD_OUT`, of the collections that are in `shared`."""
    cases = []
    for row in _lines(CASES / f"{name}.jsonl"):
        if (table := _table(shared / row["collection"] / "items.csv")) is not None:
            text = table[row["row"]][row["field"]][row["start"] : row["end"]]
            labels = tuple(label for _, _, label in row["facts"])
            cases.append(Case(row["id"], row["collection"], text, row["language"], labels))
    return cases


def findings(cases: Iterable[Case]) -> Iterator[Finding]:
    """Yield each label and each fact of the extractor once, held against each other."""
    for case in cases:
        facts = extract(case.text, today=TODAY, gazetteer=_gazetteer())
        yield from _quantities(case, list(facts.quantities))
        labels = [label for label in case.labels if not label.startswith("q:")]
        labels += [f"l:{case.language}"] if case.language else []
        stated = Counter(_stated(facts, bool(case.language)))
        for label in map(_plain, labels):
            hit = stated[label] > 0
            stated[label] -= hit
            yield Finding(case, TYPES[label[0]], "right" if hit else "missed", label)
        for extra in stated.elements():
            yield Finding(case, TYPES[extra[0]], "wrong", extra)


def rates(found: Iterable[Finding]) -> tuple[float, float, int]:
    """Return precision, recall and the number of labels; what was never tried counts as 1."""
    counts = Counter(finding.verdict for finding in found)
    right, labels = counts["right"], counts["right"] + counts["missed"]
    return right / ((right + counts["wrong"]) or 1) if right + counts["wrong"] else 1.0, \
        right / labels if labels else 1.0, labels


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer(codes.gazetteer())


@cache
def _table(path: Path) -> Mapping[str, Mapping[str, str]] | None:
    if not path.is_file():
        return None
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8", newline="") as lines:
        return {row.get("id") or str(place): row for place, row in enumerate(csv.DictReader(lines))}


def _stated(facts: Facts, with_language: bool) -> Iterator[str]:
    yield from (f"s:{standard}" for standard in facts.standards)
    yield from (f"a:{code}" for code in facts.accreditations)
    yield from (f"r:{region.code}" for region in facts.regions)
    if budget := facts.budget:
        low, high = ("" if end is None else f"{end / 100:g}" for end in (budget.minimum, budget.maximum))
        yield f"b:{low}..{high} {budget.currency}"
    if facts.needed_by:
        yield f"d:{facts.needed_by}"
    if facts.trl:
        yield "t:" + "-".join(str(level) for level in sorted(set(facts.trl)))
    if with_language:
        yield f"l:{facts.language}"


def _plain(label: str) -> str:
    """Return a label in the spelling of the extractor: a standard normalised, an amount as one number."""
    kind, _, rest = label.partition(":")
    if kind == "s":
        return f"s:{normalise_standard(rest)}"
    if kind == "b":
        amounts, currency = rest.split()
        low, high = (f"{float(end):g}" if end else "" for end in amounts.split(".."))
        return f"b:{low}..{high} {currency}"
    return label


def _quantities(case: Case, stated: list[Quantity]) -> Iterator[Finding]:
    for label in (label for label in case.labels if label.startswith("q:")):
        wanted, parameter = read_range(label)
        hit = next((q for q in stated if _same(wanted, Range(q.low, q.high, q.unit))), None)
        if hit is None:
            yield Finding(case, "quantity", "missed", label)
            continue
        stated.remove(hit)
        yield Finding(case, "quantity", "right", label, None if parameter is None else hit.parameter == parameter)
    for extra in stated:
        yield Finding(case, "quantity", "wrong", f"{extra.text!r}: {extra.low}..{extra.high} {extra.unit}")


def read_range(label: str) -> tuple[Range, str | None]:
    """Read the label of a quantity, "q:-40..85 °C temperature", and the parameter behind it."""
    ends, unit, *parameter = label[2:].split(" ")
    if ends.startswith("+-"):
        low, high = f"-{ends[2:]}", ends[2:]
    elif ends.startswith((">=", "<=")):
        low, high = (ends[2:], "") if ends[0] == ">" else ("", ends[2:])
    else:
        low, _, high = ends.partition("..")
        high = high or low
    return Range(float(low) if low else None, float(high) if high else None, unit), (parameter or [None])[0]


def _same(one: Range, other: Range) -> bool:
    first, second = resolve_unit(one.unit), resolve_unit(other.unit)
    if one.unit != other.unit and (first is None or second is None or first.dimension != second.dimension):
        return False
    return all(_equal(_value(first, a, one.unit == other.unit), _value(second, b, one.unit == other.unit))
               for a, b in ((one.low, other.low), (one.high, other.high)))  # fmt: skip


def _value(unit: Unit | None, number: float | None, as_written: bool) -> float | None:
    return number if as_written or unit is None else to_base(unit, number)


def _equal(one: float | None, other: float | None) -> bool:
    return one is other or (one is not None and other is not None and abs(one - other) <= 1e-6 * max(abs(one), 1e-30))


def table(found: list[Finding]) -> Iterator[str]:
    """Yield the lines of the report: precision, recall and labels of each group, and the named parameters."""
    facts = [finding for finding in found if finding.type != "language"]
    groups = {"all": facts}
    groups |= {kind: [f for f in found if f.type == kind] for kind in TYPES.values()}
    for origin in ("own", "real"):
        half = [f for f in facts if (f.case.origin == "own") == (origin == "own")]
        groups[origin] = half
        for language in ("zh", "en"):
            groups[f"{origin} {language}"] = [f for f in half if f.case.language == language]
    for name, group in groups.items():
        precision, recall, labels = rates(group)
        yield f"{name:14} precision {precision:.3f}  recall {recall:.3f}  labels {labels}"
    named = [f.parameter for f in found if f.parameter is not None]
    yield f"{'parameter':14} named right {sum(named) / (len(named) or 1):.3f} of {len(named)}"


def main() -> None:
    """Print the table, and with --faults each case that went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--held-out", choices=HELD_OUT, help="windows labelled blind after the rules were mended")
    parser.add_argument("--faults", action="store_true")
    args = parser.parse_args()
    held = real_cases(args.shared, args.held_out) if args.held_out else None
    found = list(findings([*own_cases(), *real_cases(args.shared)] if held is None else held))
    print("\n".join(table(found)))
    for finding in found if args.faults else ():
        if finding.verdict != "right" or finding.parameter is False:
            print(finding.case.name, finding.verdict, finding.type, finding.stated, "|", finding.case.text)


if __name__ == "__main__":
    main()
