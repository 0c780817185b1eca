"""What cards show of offerings and matches: texts with marked words, the facts that decide, factors as rows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from matchmaker.domain.codes import NATIONWIDE
from matchmaker.i18n import current_language, gettext, language_of, ngettext, pick
from matchmaker.services import formats
from matchmaker.web import labels
from matchmaker.web.marks import mark

MAIN = frozenset({"text", "kind", "capability", "standards", "region", "price", "lead_time"})
"""Factors that always have a row of their own; the others only where something is missing."""
LIKELY = 0.1
"""Kinds less probable than this were not understood, only not excluded."""
SHORTEST_MARK = 2
"""A single character, for instance 件, is no word worth marking."""


@dataclass(frozen=True)
class FactorRow:
    """One factor of a match as a row: how much of its weight it brings (`share`, 0 to 1), and why."""

    name: str
    words: str
    state: str
    share: float
    contribution: float
    detail: str

    @property
    def place(self) -> str:
        """Where the row stands: in "full", among what is "also" met, or among what is "open"."""
        if self.state == "unknown":
            return "open"
        return "full" if self.state == "missing" or self.name in MAIN else "also"


@dataclass(frozen=True)
class Chip:
    """One thing that was understood of a need; kinds come with their probability."""

    words: str
    is_kind: bool = False
    share: float | None = None


def text_language(texts: Mapping[str, str] | None) -> str:
    """Return the language in which `pick` gives a text."""
    language = current_language()
    return language if not texts or texts.get(language) else next(iter(name for name in texts if texts[name]), language)


def spoken(texts: Mapping[str, str] | None, words: Collection[str] = ()) -> Markup:
    """Return a text with `words` marked; one that exists in the other language only says so to screen readers."""
    text = mark(pick(texts), [word for word in words if len(word) >= SHORTEST_MARK])
    language = text_language(texts)
    return text if language == current_language() else Markup('<span lang="{}">{}</span>').format(language, text)


def foreign(words: str) -> Markup:
    """Return words that exist in one language only, such as a voucher's name, with their language if it differs."""
    language = language_of(words)
    if language == current_language() or language == "en":
        return escape(words)
    return Markup('<span lang="{}">{}</span>').format(language, words)


def fact_lines(offering: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the facts that decide first, each with the name of its sign: where, price, time, capacity, verified."""
    lines = [
        ("place", where(offering)),
        ("price", price_words(offering)),
        ("time", lead_time(offering["lead_time_days"])),
        ("slots", capacity_words(offering["capacity"])),
        ("seen", verified(offering["verified_at"])),
    ]
    return [(sign, words) for sign, words in lines if words]


def where(offering: Mapping[str, Any]) -> str:
    """Return where an offering is to be had; what can be done from afar says so."""
    listed = [code for code in offering["regions"] if code != NATIONWIDE]
    place = labels.regions(listed, limit=2)
    if NATIONWIDE in offering["regions"]:
        return gettext("%(place)s, and nationwide", place=place) if place else gettext("Nationwide")
    return place


def price_words(offering: Mapping[str, Any]) -> str:
    """Return the price and what it is asked for."""
    price_, model = price(offering), price_model(offering)
    return gettext("%(price)s, %(model)s", price=price_, model=model) if price_ and model else price_ or model


def price(offering: Mapping[str, Any]) -> str:
    """Return the price alone, "" when it is not known."""
    model, high = offering["pricing_model"], offering["price_max"]
    if model == "quote" and not high:
        return gettext("Price by quotation")
    if model == "revenue_share" and high and not high["amount"]:
        return labels.choice("pricing_model", model)
    return formats.price(offering["price_min"], offering["price_max"])


def price_model(offering: Mapping[str, Any]) -> str:
    """Return what a price is asked for, for instance per test; "" where it goes without saying."""
    model = offering["pricing_model"]
    says_it_all = model in (None, "free", "quote") or price(offering) == labels.choice("pricing_model", model)
    return "" if says_it_all else labels.choice("pricing_model", model)


def discount(offering: Mapping[str, Any]) -> str:
    """Return the discount for small firms in words, "" when there is none."""
    return gettext("%(percent)s%% off for small firms", percent=offering["sme_discount"]) if (
        offering["sme_discount"]) else ""


def lead_time(days: int | None) -> str:
    """Return how long it takes, in working days."""
    if days is None:
        return ""
    return ngettext("%(num)s working day", "%(num)s working days", days) if days else gettext("At once")


def capacity_words(capacity: Mapping[str, Any] | None) -> str:
    """Return what is free of an offering's capacity."""
    if not capacity or capacity.get("available") is None:
        return ""
    if not capacity["available"]:
        return gettext("Booked up at present")
    noun, period = labels.period(capacity.get("unit"))
    free, most = formats.number(capacity["available"]), capacity.get("maximum")
    if most is None:
        return gettext("%(free)s free", free=f"{free} {noun}".strip())
    most = f"{formats.number(most)} {noun}".strip()
    if period:
        return gettext("%(free)s of %(most)s free %(period)s", free=free, most=most, period=period)
    return gettext("%(free)s of %(most)s free", free=free, most=most)


def verified(day: str | None) -> str:
    """Return how long ago an offering was last verified."""
    return gettext("verified %(ago)s", ago=formats.ago(day)) if day else ""


def capability_span(entry: Mapping[str, Any]) -> str:
    """Return the range of a capability, its unit in words where it counts things."""
    unit = entry.get("unit")
    words = labels.noun(unit)
    return formats.span(entry.get("min"), entry.get("max"), unit if words == (unit or "") else words)


def factor_views(match: Mapping[str, Any], weights: Mapping[str, float]) -> list[FactorRow]:
    """Return the factors of a match as rows, always in the same order, so that matches can be compared."""
    order = list(weights)
    known = sorted(match["factors"], key=lambda factor: order.index(factor["name"]) if factor["name"] in order else 99)
    return [_factor_row(factor, weights) for factor in known]


def profile_chips(profile: Mapping[str, Any], kind_label: Mapping[str, str]) -> list[Chip]:
    """Return what was understood of a need, as chips: kinds first, then figures, place, time and money."""
    chips = [
        Chip(kind_label.get(entry["kind"], entry["kind"]), True,
             entry["probability"] if entry["probability"] < 1 else None)
        for entry in profile["kinds"] if entry["probability"] >= LIKELY
    ]
    chips += _texts(profile["standards"]) + _texts(profile["accreditations"])
    chips += _texts(entry["text"] for entry in profile["quantities"])
    if profile["region"]:
        chips.append(Chip(labels.region(profile["region"])))
    if profile["needed_by"]:
        chips.append(Chip(gettext("by %(day)s", day=formats.day(profile["needed_by"]))))
    if profile["budget_max"]:
        chips.append(Chip(gettext("budget up to %(price)s", price=formats.money(profile["budget_max"]))))
    if profile["trl"]:
        chips.append(Chip(gettext("readiness level %(level)s", level=profile["trl"])))
    return chips


def _texts(words: Iterable[str]) -> list[Chip]:
    return [Chip(text) for text in dict.fromkeys(words)]


def _factor_row(factor: Mapping[str, Any], weights: Mapping[str, float]) -> FactorRow:
    weight = weights.get(factor["name"]) or 1.0
    return FactorRow(
        name=factor["name"],
        words=labels.factor(factor["name"]),
        state=factor["state"],
        share=max(factor["contribution"] / weight, 0.04),
        contribution=factor["contribution"],
        detail=factor["detail"] or "",
    )
