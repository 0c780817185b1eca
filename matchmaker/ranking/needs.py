"""A need as the ranking sees it: what the firm stated, and what its words say."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from matchmaker.ranking.facts import Facts, find_accreditations, find_standards, home_region
from matchmaker.ranking.messages import Amount
from matchmaker.ranking.text import Text


@dataclass(frozen=True)
class Need:
    """One need, ready to be matched.

    ``stated`` holds the fields as the firm filled them in (names as in the API); ``text`` all that it wrote (see
    `text_of`); ``facts`` what was read there; ``kinds`` the probability of each kind of resource. What the firm stated
    goes before what was read.
    """

    stated: Mapping[str, Any]
    text: Text
    facts: Facts
    language: str
    today: dt.date
    kinds: Mapping[str, float] = field(default_factory=dict)

    @property
    def firm(self) -> Mapping[str, Any]:
        """What is known of the firm itself."""
        return self.stated.get("organisation") or {}

    @cached_property
    def stated_budget(self) -> Amount | None:
        """The most that the firm said, in the field for it, that it would pay."""
        money = self.stated.get("budget_max")
        return Amount(money["amount"], money["currency"]) if money else None

    @cached_property
    def budget(self) -> Amount | None:
        """The most that the firm would pay, from the field or from its words."""
        if self.stated_budget:
            return self.stated_budget
        read = self.facts.budget
        return Amount(read.maximum, read.currency) if read and read.maximum is not None else None

    @property
    def needed_by(self) -> dt.date | None:
        """The day by which the firm needs it."""
        return self.stated.get("needed_by") or self.facts.needed_by

    @cached_property
    def region(self) -> str | None:
        """Where the resource is needed: the stated region, else the firm's seat, else what its words name."""
        return self.stated.get("region") or self.firm.get("region") or home_region(list(self.facts.regions))

    @property
    def trl(self) -> int | None:
        """The technology readiness level of what the firm has."""
        stated: int | None = self.stated.get("trl_now")
        read = self.facts.trl[0] if self.facts.trl else None
        return stated if stated is not None else read

    @cached_property
    def requirements(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What the firm cannot do without, as far as it can be checked: its words, and the proofs of which one will do.

        "CNAS or CMA" is met by either.
        """
        musts = [must["text"] for must in self.stated.get("must_haves") or () if must.get("required")]
        wanted = [(text, tuple(find_accreditations(text) or find_standards(text))) for text in musts]
        return tuple((text, proofs) for text, proofs in wanted if proofs)

    @cached_property
    def industries(self) -> tuple[str, ...]:
        """The industries that the need concerns, else the firm's own."""
        own = self.firm.get("industry")
        return tuple(self.stated.get("industries") or ()) or ((own,) if own else ())

    @cached_property
    def vouchers(self) -> frozenset[str]:
        """The vouchers that the firm holds."""
        return frozenset(self.stated.get("vouchers_held") or ())

    @cached_property
    def themes(self) -> frozenset[str]:
        """The themes of policy that the firm named."""
        return frozenset(self.stated.get("themes") or ())

    @cached_property
    def delivery(self) -> frozenset[str]:
        """The ways of delivery that the firm accepts; empty when it accepts any."""
        return frozenset(self.stated.get("delivery") or ())

    @cached_property
    def excluded_platforms(self) -> frozenset[str]:
        """The platforms that the firm does not want, by slug or id."""
        return frozenset(self.stated.get("excluded_platforms") or ())


def text_of(stated: Mapping[str, Any]) -> Text:
    """Return what a firm wrote in free words, in one text: title, problem, must-haves and nice-to-haves."""
    parts = [stated.get("title"), stated["problem"]]
    parts += [must["text"] for must in stated.get("must_haves") or ()]
    parts += stated.get("nice_to_haves") or ()
    return Text("\n".join(part for part in parts if part))
