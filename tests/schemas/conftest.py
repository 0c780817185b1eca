import csv

import pytest

from matchmaker.config import ROOT
from matchmaker.schemas.vocabulary import use_vocabulary


def given_codes(name: str) -> frozenset[str]:
    with (ROOT / "data" / name).open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))


@pytest.fixture(autouse=True)
def given_vocabulary():
    """Check kinds and themes against those that the product comes with."""
    with use_vocabulary(given_codes("kinds.csv"), given_codes("themes.csv")):
        yield
