"""Write data/judgements/demo_{zh,en}: the demo needs and offerings of one language in BEIR layout, beside the grades.

    python -m bench.demo_collections

The grades (qrels.tsv) are written by hand and never touched here; corpus.jsonl and queries.jsonl follow from
data/offerings and data/needs, and a test compares them.
"""

import json
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
Row = dict[str, str]


def lines(path: Path) -> Iterator[dict]:
    """Yield the objects of a JSON-lines file."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def corpus(language: str) -> list[Row]:
    """Return the demo offerings' texts in one language."""
    return [
        {"_id": offering["external_id"], "title": offering["title"][language],
         "text": "\n".join([offering["summary"][language], offering["description"][language],
                            " ".join(offering["keywords"])])}
        for path in sorted((DATA / "offerings").glob("*.jsonl")) for offering in lines(path)
    ]


def queries(language: str) -> list[Row]:
    """Return the demo needs written in one language."""
    return [
        {"_id": row["id"], "text": "\n".join(filter(None, [row["need"].get("title"), row["need"]["problem"]]))}
        for row in lines(DATA / f"needs_{language}.jsonl")
    ]


def main() -> None:
    """Write both collections."""
    for language in ("zh", "en"):
        folder = DATA / "judgements" / f"demo_{language}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in (("corpus", corpus(language)), ("queries", queries(language))):
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
