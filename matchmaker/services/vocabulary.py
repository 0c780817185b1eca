"""The kinds, themes and reasons to decline that there are: given with the product, kept by the operator (`terms`)."""

import csv
from pathlib import Path
from typing import NamedTuple

from matchmaker.config import ROOT
from matchmaker.domain import AddedConcept, Kind, Reason, Theme
from matchmaker.storage import Session
from matchmaker.storage.queries import vocabulary as queries
from matchmaker.storage.queries.vocabulary import Term

LISTS: dict[str, type[Term]] = {"kinds": Kind, "themes": Theme, "decline_reasons": Reason}
"""The lists by their names, which are also those of the files they are given in."""


class Codes(NamedTuple):
    """The codes that inputs may use, in the order in which ``schemas.vocabulary.use_vocabulary`` takes them."""

    kinds: frozenset[str]
    themes: frozenset[str]
    reasons: frozenset[str]
    concepts: frozenset[str]


def seed(session: Session, data_folder: Path = ROOT / "data") -> int:
    """Add the given entries that are missing, and return how many; those that exist stay as they are. Flushes."""
    missing = [entry for name, kind in LISTS.items() for known in [queries.codes(session, kind)]
               for entry in _read(data_folder / f"{name}.csv", kind) if entry.code not in known]
    session.add_all(missing)
    session.flush()
    return len(missing)


def kinds(session: Session) -> list[Kind]:
    """Return every kind of resource, in the order in which people see them, retired ones included."""
    return queries.kinds(session)


def themes(session: Session) -> list[Theme]:
    """Return every theme, in the order in which people see them, retired ones included."""
    return queries.themes(session)


def reasons(session: Session) -> list[Reason]:
    """Return every reason to decline, in the order in which people see them, retired ones included."""
    return queries.reasons(session)


def codes(session: Session) -> Codes:
    """Return the codes of all kinds, themes, reasons and added concepts; what is retired is still understood."""
    return Codes(*queries.all_codes(session, [*LISTS.values(), AddedConcept]))


def _read(path: Path, kind: type[Term]) -> list[Term]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            kind(code=row["code"], label={"zh": row["zh"], "en": row["en"]}, position=int(row["position"]))
            for row in csv.DictReader(file)
        ]
