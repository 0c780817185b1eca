"""The hard rules: what excludes an offering, with the rule in words.

A rule looks at one value of an offering. The index keeps each rule's distinct values and, for every offering, which
of them it has; so a need is judged once for each distinct value, however large the catalogue is, and the same
function that filters also explains. What is unknown never excludes.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from matchmaker.ranking.areas import NATIONWIDE, is_in_industry, is_within
from matchmaker.ranking.facts import covers
from matchmaker.ranking.messages import Amount, Labels, Message
from matchmaker.ranking.needs import Need


class Verdict(NamedTuple):
    """What a rule says of an offering for a need; `missing` excludes."""

    state: str
    message: Message


Value = Callable[[Mapping[str, Any]], Any]


def _nothing(need: Need) -> None:
    return None


class Rule(NamedTuple):
    """One hard rule.

    ``value`` takes from an offering what the rule looks at, None when it states nothing; ``judge`` says what that
    means for a need, None when the rule does not bite. It bites on no value at all for a need that it does not concern.
    ``reads`` returns all of a need that ``judge`` looks at.
    """

    name: str
    value: Value
    judge: Callable[[Need, Any], Verdict | None]
    words: Message
    reads: Callable[[Need], Hashable]
    concerns: Callable[[Need], Any] = lambda need: True

    def excluded(self, need: Need, values: Sequence[Any]) -> np.ndarray:
        """Return which of the values exclude what has them, shape (n_values,), bool."""
        verdicts = (None if value is None else self.judge(need, value) for value in values)
        return np.array([verdict is not None and verdict.state == "missing" for verdict in verdicts], bool)


def _eligibility(key: str) -> Value:
    def value(offering: Mapping[str, Any]) -> Any:
        stated = (offering.get("eligibility") or {}).get(key)
        return tuple(stated) or None if isinstance(stated, list) else stated

    return value


def _validity(offering: Mapping[str, Any]) -> Any:
    days = offering.get("valid_from"), offering.get("valid_through")
    return days if any(days) else None


def _judge_validity(need: Need, value: tuple[str | None, str | None]) -> Verdict | None:
    begins, ends = (day and dt.date.fromisoformat(day) for day in value)
    if begins and begins > need.today:
        return Verdict("missing", Message("Opens only on %(day)s", {"day": begins}))
    if ends and ends < need.today:
        return Verdict("missing", Message("Ended on %(day)s", {"day": ends}))
    return None


def _is_full(offering: Mapping[str, Any]) -> Any:
    return True if (offering.get("capacity") or {}).get("available") == 0 else None


def _judge_room(need: Need, is_full: bool) -> Verdict | None:
    return Verdict("missing", Message("Nothing is free at present"))


def _judge_size(need: Need, sizes: tuple[str, ...]) -> Verdict | None:
    labels = {"sizes": Labels.of("size_class", sizes)}
    size = need.firm.get("size_class")
    if size is None:
        return Verdict("unknown", Message("For %(sizes)s firms; tell us your firm's size", labels))
    return None if size in sizes else Verdict("missing", Message("Only for %(sizes)s firms", labels))


def _judge_one_person(need: Need, is_ok: bool) -> Verdict | None:
    if is_ok:
        return None
    return Verdict("missing", Message("Not open to one-person companies"))


def _judge_age(need: Need, years: int) -> Verdict | None:
    founded = need.firm.get("founded")
    if founded is None:
        return Verdict("unknown", Message("For firms up to %(years)s years old; tell us the year of founding",
                                          {"years": years}))
    if need.today.year - founded <= years:
        return None
    return Verdict("missing", Message("Only for firms up to %(years)s years old", {"years": years}))


def _judge_region(need: Need, regions: tuple[str, ...]) -> Verdict | None:
    labels = {"regions": Labels.of("region", regions)}
    region = need.firm.get("region")
    if region is None:
        if NATIONWIDE in regions:
            return None
        return Verdict("unknown", Message("For firms registered in %(regions)s; tell us where yours is", labels))
    if any(is_within(region, area) for area in regions):
        return None
    if any(is_within(area, region) for area in regions):
        return Verdict("unknown", Message("For firms registered in %(regions)s; tell us where yours is", labels))
    return Verdict("missing", Message("Only for firms registered in %(regions)s", labels))


def _judge_industry(need: Need, industries: tuple[str, ...]) -> Verdict | None:
    labels = {"industries": Labels.of("industry", industries)}
    industry = need.firm.get("industry")
    if industry is None:
        return Verdict("unknown", Message("For firms in %(industries)s; tell us your industry", labels))
    if any(is_in_industry(industry, area) or is_in_industry(area, industry) for area in industries):
        return None
    return Verdict("missing", Message("Only for firms in %(industries)s", labels))


def _judge_certification(need: Need, certifications: tuple[str, ...]) -> Verdict | None:
    labels = {"certifications": Labels.of("certification", certifications)}
    held = need.firm.get("certifications")
    # Nobody says of himself that he holds none; an empty list is a question not answered.
    if not held:
        return Verdict("unknown", Message("For firms recognised as %(certifications)s; tell us yours", labels))
    if set(held) & set(certifications):
        return None
    return Verdict("missing", Message("Only for firms recognised as %(certifications)s", labels))


def _platform(offering: Mapping[str, Any]) -> Any:
    platform = offering["platform"]
    return platform["id"], platform["slug"]


def _judge_platform(need: Need, names: tuple[str, ...]) -> Verdict | None:
    if need.excluded_platforms.isdisjoint(names):
        return None
    return Verdict("missing", Message("You excluded this platform"))


def _judge_delivery(need: Need, ways: tuple[str, ...]) -> Verdict | None:
    if need.delivery & set(ways):
        return None
    return Verdict("missing", Message("Only %(ways)s, which you do not accept", {"ways": Labels.of("delivery", ways)}))


def _proofs(offering: Mapping[str, Any]) -> Any:
    return (*(offering.get("accreditations") or ()), *(offering.get("standards") or ())) or None


def _judge_must_haves(need: Need, proofs: tuple[str, ...]) -> Verdict | None:
    for text, wanted in need.requirements:
        if not any(covers(proof, want) for proof in proofs for want in wanted):
            return Verdict("missing", Message("Lacks what you require: %(wanted)s", {"wanted": text}))
    return None


def lowest_price(offering: Mapping[str, Any]) -> Amount | None:
    """Return the least that a small firm pays, its discount taken off."""
    price = offering.get("price_min")
    if not price:
        return None
    return Amount(price["amount"] * (100 - (offering.get("sme_discount") or 0)) // 100, price["currency"])


def _price(offering: Mapping[str, Any]) -> Any:
    price = lowest_price(offering)
    return None if price is None else (price.amount, price.currency)


def _judge_price(need: Need, value: tuple[int, str]) -> Verdict | None:
    budget, price = need.stated_budget, Amount(*value)
    if budget is None or budget.currency != price.currency or price.amount <= budget.amount:
        return None
    return Verdict("missing", Message("Costs at least %(price)s, above your budget of %(budget)s",
                                      {"price": price, "budget": budget}))


RULES: Sequence[Rule] = (
    Rule("validity", _validity, _judge_validity, Message("The offering is published and valid today."),
         attrgetter("today")),
    Rule("room", _is_full, _judge_room, Message("Something is free, where the platform states how much."), _nothing),
    Rule("size_class", _eligibility("size_classes"), _judge_size,
         Message("The firm's size is one that the offering is open to."), lambda need: need.firm.get("size_class")),
    Rule("one_person", _eligibility("one_person_ok"), _judge_one_person,
         Message("One-person companies see only what is open to them."), _nothing,
         concerns=lambda need: need.firm.get("is_one_person") is True),
    Rule("age", _eligibility("max_age_years"), _judge_age, Message("The firm is not older than the offering allows."),
         lambda need: (need.firm.get("founded"), need.today)),
    Rule("region", _eligibility("regions"), _judge_region,
         Message("The firm is registered where the offering asks for it."), lambda need: need.firm.get("region")),
    Rule("industry", _eligibility("industries"), _judge_industry,
         Message("The firm's industry is one that the offering is open to."), lambda need: need.firm.get("industry")),
    Rule("certification", _eligibility("certifications"), _judge_certification,
         Message("The firm holds a recognition that the offering asks for."),
         lambda need: frozenset(need.firm.get("certifications") or ())),
    Rule("platform", _platform, _judge_platform, Message("The firm has not excluded the platform."),
         attrgetter("excluded_platforms"), concerns=lambda need: need.excluded_platforms),
    Rule("delivery", lambda offering: tuple(offering.get("delivery") or ()) or None, _judge_delivery,
         Message("The offering is delivered in a way that the firm accepts."), attrgetter("delivery"),
         concerns=lambda need: need.delivery),
    Rule("must_have", _proofs, _judge_must_haves,
         Message("Standards and accreditations that the firm requires are among those the offering states."),
         attrgetter("requirements"), concerns=lambda need: need.requirements),
    Rule("budget", _price, _judge_price,
         Message("The lowest price, SME discount taken off, is within the stated budget."),
         attrgetter("stated_budget"), concerns=lambda need: need.stated_budget),
)


def judge(need: Need, offering: Mapping[str, Any]) -> list[tuple[str, Verdict]]:
    """Return the verdicts of all rules that have something to say of one offering."""
    stated = ((rule, rule.value(offering)) for rule in RULES if rule.concerns(need))
    verdicts = ((rule.name, rule.judge(need, value)) for rule, value in stated if value is not None)
    return [(name, verdict) for name, verdict in verdicts if verdict is not None]
