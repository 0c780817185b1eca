"""Facts that a text states: standards, accreditations, quantities, budget, deadline, region, readiness, language.

Only what is written counts. Everything here is a pattern and a table, so that the firm that is shown the facts can see
where they come from; a fact that is missed costs less than one that was never stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from matchmaker.ranking.facts.accreditations import find_accreditations
from matchmaker.ranking.facts.compare import Capability, Comparison, compare, judge
from matchmaker.ranking.facts.dates import find_deadline
from matchmaker.ranking.facts.folding import fold
from matchmaker.ranking.facts.language import detect, han_share
from matchmaker.ranking.facts.money import Budget, find_budget
from matchmaker.ranking.facts.quantities import Quantity, find_quantities
from matchmaker.ranking.facts.regions import Gazetteer, Region, find_regions, home_region
from matchmaker.ranking.facts.standards import covers, find_standards, normalise_standard
from matchmaker.ranking.facts.trl import find_trl

__all__ = [
    "Budget",
    "Capability",
    "Comparison",
    "Facts",
    "Gazetteer",
    "Quantity",
    "Region",
    "compare",
    "covers",
    "detect",
    "extract",
    "find_accreditations",
    "find_budget",
    "find_deadline",
    "find_quantities",
    "find_regions",
    "find_standards",
    "find_trl",
    "han_share",
    "home_region",
    "judge",
    "normalise_standard",
]


@dataclass(frozen=True)
class Facts:
    """What a text states; empty or None where it is silent."""

    language: Literal["zh", "en"]
    standards: tuple[str, ...]
    accreditations: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    budget: Budget | None
    needed_by: date | None
    trl: tuple[int, int] | None
    regions: tuple[Region, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as the profile of a match shows them, fit for JSON."""
        budget = self.budget
        return {
            "language": self.language,
            "standards": list(self.standards),
            "accreditations": list(self.accreditations),
            "quantities": [
                {"parameter": q.parameter, "text": q.text, "min": q.low, "max": q.high, "unit": q.unit}
                for q in self.quantities
            ],
            "budget_max": {"amount": budget.maximum, "currency": budget.currency}
            if budget and budget.maximum is not None
            else None,
            "needed_by": self.needed_by.isoformat() if self.needed_by else None,
            "region": home_region(list(self.regions)),
            "trl": self.trl[0] if self.trl else None,
        }


def extract(text: str, *, today: date, gazetteer: "Mapping[str, str] | Gazetteer | None" = None) -> Facts:
    """Read the facts that `text` states.

    Parameters
    ----------
    text : str
        A need's or an offering's text, Chinese, English or mixed; anything may be in it.
    today : date
        The day from which "within 3 weeks" counts and before which no deadline lies.
    gazetteer : Gazetteer or mapping of name to code, optional
        The regions to look for; none are found without it. Build a `Gazetteer` once where many texts are read.
    """
    folded = fold(text)
    return Facts(
        language=detect(folded),
        standards=tuple(find_standards(folded)),
        accreditations=tuple(find_accreditations(folded)),
        quantities=tuple(find_quantities(folded)),
        budget=find_budget(folded),
        needed_by=find_deadline(folded, today),
        trl=find_trl(folded),
        regions=tuple(find_regions(folded, gazetteer)) if gazetteer is not None else (),
    )
