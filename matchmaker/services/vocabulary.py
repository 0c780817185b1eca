"""The kinds and themes that there are: given with the product, extended and reworded by the operator."""

import csv
from pathlib import Path
from typing import NamedTuple

from matchmaker.config import ROOT
from matchmaker.domain import Kind, Theme
from matchmaker.storage import Session
from matchmaker.storage.queries import vocabulary as queries


class Codes(NamedTuple):
    """The codes that inputs may use, in the order in which ``schemas.vocabulary.use_vocabulary`` takes them."""

    kinds: frozenset[str]
    themes: frozenset[str]


def seed(session: Session, data_folder: Path = ROOT / "data") -> int:
    """Add the given kinds and themes that are missing, and return how many; those that exist stay as they are.

    Flushes.
    """
    missing: list[Kind | Theme] = []
    for name, kind, known in (
        ("kinds.csv", Kind, queries.kind_codes(session)),
        ("themes.csv", Theme, queries.theme_codes(session)),
    ):
        missing += [entry for entry in _read(data_folder / name, kind) if entry.code not in known]
    session.add_all(missing)
    session.flush()
    return len(missing)


def kinds(session: Session) -> list[Kind]:
    """Return every kind of resource, in the order in which people see them."""
    return queries.kinds(session)


def themes(session: Session) -> list[Theme]:
    """Return every theme, in the order in which people see them."""
    return queries.themes(session)


def codes(session: Session) -> Codes:
    """Return the codes of all kinds and themes."""
    return Codes(frozenset(queries.kind_codes(session)), frozenset(queries.theme_codes(session)))


def _read(path: Path, kind: type[Kind] | type[Theme]) -> list[Kind | Theme]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            kind(code=row["code"], label={"zh": row["zh"], "en": row["en"]}, position=int(row["position"]))
            for row in csv.DictReader(file)
        ]
