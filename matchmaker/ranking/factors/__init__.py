"""The soft factors: each says how well one side of an offering suits a need, in a state, a value and words.

A factor looks at some fields of an offering. The index keeps their distinct contents and which of them each offering
has, so that offerings which say the same are judged once. A factor's contribution to the score is its weight times its
value. Values lie in [-1, 1]: positive when met, negative when missing, and 0 when unknown, so that saying nothing
neither helps nor harms.

Of a need a factor reads some fields too, and most needs say the same there or nothing. So what was found for one need
is kept for those that say the same.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from matchmaker.ranking.areas import Places
from matchmaker.ranking.factors.base import Finding
from matchmaker.ranking.factors.conditions import (
    judge_language,
    judge_lead_time,
    judge_price,
    judge_region,
    judge_verified,
)
from matchmaker.ranking.factors.substance import (
    judge_capability,
    judge_industry,
    judge_kind,
    judge_standards,
    judge_theme,
    judge_trl,
)
from matchmaker.ranking.messages import Message
from matchmaker.ranking.needs import Need

__all__ = ["SOFT_FACTORS", "Finding", "SoftFactor"]


class SoftFactor(NamedTuple):
    """One soft factor: what it looks at, how it is judged, and its meaning in words; `weights` has its weight."""

    name: str
    fields: tuple[str, ...]
    """The fields of an offering that it looks at."""
    reads: Callable[[Need], Hashable] | None
    """Returns all of a need that it looks at; None where no two needs say the same."""
    judge: Callable[[Need, Mapping[str, Any], Places], Finding]
    """What it says of an offering, or of the part of one that has the factor's fields."""
    words: Message

    def part_of(self, offering: Mapping[str, Any]) -> dict[str, Any]:
        """Return the part of an offering that the factor looks at."""
        return {field: offering.get(field) for field in self.fields}


SOFT_FACTORS: Sequence[SoftFactor] = (
    SoftFactor("kind", ("kind",), None, judge_kind,
               Message("The kind of resource is one that the need asks for.")),
    SoftFactor("capability", ("capabilities",), attrgetter("facts.quantities"), judge_capability,
               Message("Stated ranges cover the parameters that the need names.")),
    SoftFactor("standards", ("standards", "accreditations"), attrgetter("facts.standards", "facts.accreditations"),
               judge_standards,
               Message("Standards and accreditations that the need names.")),
    SoftFactor("industry", ("industries",), attrgetter("industries"), judge_industry,
               Message("The offering serves the need's industry.")),
    SoftFactor("region", ("delivery", "regions"), attrgetter("region", "delivery"), judge_region,
               Message("Near the firm, or remote or by mail.")),
    SoftFactor("price", ("price_min", "price_max", "sme_discount", "voucher_schemes"), attrgetter("vouchers", "budget"),
               judge_price,
               Message("The price is within the budget, or a voucher helps.")),
    SoftFactor("lead_time", ("lead_time_days",), attrgetter("needed_by", "today"), judge_lead_time,
               Message("It can be had by the day it is needed.")),
    SoftFactor("trl", ("trl_min", "trl_max"), attrgetter("trl"), judge_trl,
               Message("The technology readiness level fits.")),
    SoftFactor("language", ("languages",), attrgetter("language"), judge_language,
               Message("Served in the need's language.")),
    SoftFactor("theme", ("themes",), attrgetter("themes"), judge_theme,
               Message("The same policy theme.")),
    SoftFactor("verified", ("verified_at",), attrgetter("today"), judge_verified,
               Message("The entry was verified in the last half year.")),
)
