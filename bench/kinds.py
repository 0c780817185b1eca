"""Print how well the kinds of needs are recognised: needs of ours held out by scenario, and 150 public rows.

    python -m bench.kinds COLLECTIONS

COLLECTIONS is the folder that holds the public collections. Of their rows data/judgements/kinds.jsonl keeps ids and
kinds, labelled from title and summary alone before anything was run on them; rows that ask for money, partners or posts
alone have no kind.
"""

import argparse
import csv
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from matchmaker.config import Config
from matchmaker.ranking import model
from matchmaker.services import training

LABELS = "judgements/kinds.jsonl"


def rows_of(collections: Path, data: Path) -> tuple[list[str], list[list[str]]]:
    """Return the texts of the labelled rows, as far as the labeller read them, and their kinds."""
    labels = [json.loads(line) for line in (data / LABELS).read_text(encoding="utf-8").splitlines()]
    csv.field_size_limit(10**8)
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for name in sorted({label["collection"] for label in labels}):
        with (collections / name / "items.csv").open(encoding="utf-8", newline="") as file:
            rows |= {(name, row["id"]): row for row in csv.DictReader(file)}
    found = [rows[label["collection"], label["row"]] for label in labels]
    texts = [f"{row['title']}\n{row.get('objective') or row['description']}" for row in found]
    return texts, [label["kinds"] for label in labels]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("collections", type=Path)
    config, arguments = Config(), parser.parse_args()
    for name, value in training.measure_kinds(config.data).items():
        print(f"{name}: {value}")
    kinds = model.load(model.newest(config.models)).kinds
    texts, labels = rows_of(arguments.collections, config.data)
    classes = kinds.classes_.tolist()
    is_kind = np.array([[kind in label for kind in classes] for label in labels])
    probabilities, has_kind = kinds.predict_proba(texts), is_kind.any(axis=1)
    top = is_kind[np.arange(len(texts)), probabilities.argmax(axis=1)][has_kind].mean()
    seen = is_kind.any(axis=0)
    f1 = f1_score(is_kind[:, seen], probabilities[:, seen] >= training.LIKELY, average="macro", zero_division=0)
    print(f"public rows: {len(texts)}, {has_kind.sum()} with a kind; likeliest kind right {top:.3f}; "
          f"macro-F1 {f1:.3f} over {seen.sum()} kinds that occur")


if __name__ == "__main__":
    main()
