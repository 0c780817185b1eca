"""How much has been judged, and whether that is enough to learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from matchmaker.ranking.learning.lists import JudgedList
from matchmaker.ranking.learning.measuring import judged
from matchmaker.ranking.learning.settings import Settings

ENOUGH = ("lists", "firms", "reviewers", "platforms", "days")


@dataclass(frozen=True)
class Counts:
    """What there is: lists on which a firm picked, these firms; reviewers who decided, their platforms; whole days."""

    lists: int
    firms: int
    picks: int
    decisions: int
    reviewers: int
    platforms: int
    days: int


def count(lists: Sequence[JudgedList]) -> Counts:
    """Return how much has been judged."""
    chosen = judged(lists)
    decided = [(decision.reviewer, one.platforms[place]) for one in lists for place, decision in one.decisions.items()]
    moments = [one.at for one in lists]
    return Counts(
        lists=len(chosen), firms=len({one.firm for one in chosen}),
        picks=sum(int((one.grades[:one.shown] > 0).sum()) for one in chosen), decisions=len(decided),
        reviewers=len({reviewer for reviewer, _ in decided}), platforms=len({platform for _, platform in decided}),
        days=(max(moments) - min(moments)).days if moments else 0)


def lacking(counts: Counts, settings: Settings) -> Mapping[str, tuple[int, int]]:
    """Return what there is too little of: how much there is, and how much there has to be."""
    there, needed = asdict(counts), asdict(settings.evidence)
    return {name: (there[name], needed[name]) for name in ENOUGH if there[name] < needed[name]}
