"""What an offering's own page says: to whom it is open, how to get it, what it costs, and the same as linked data."""

from collections.abc import Mapping
from typing import Any

from babel.numbers import get_currency_precision

from matchmaker.i18n import gettext, ngettext, pick
from matchmaker.services import formats
from matchmaker.web import cards, labels

Pairs = list[tuple[str, str]]


def page(offering: Mapping[str, Any], themes: Mapping[str, str], kind: str, url: str) -> dict[str, Any]:
    """Return all that the page of `offering` shows beside its plain fields."""
    return {
        "offering": offering,
        "paragraphs": [part.strip() for part in pick(offering["description"]).split("\n") if part.strip()],
        "labels": _labels(offering, themes),
        "conditions": conditions(offering),
        "ways": ways(offering),
        "price_words": cards.price(offering) or gettext("On request"),
        "price_model": cards.price_model(offering),
        "price_notes": _price_notes(offering),
        "capacity": _capacity(offering["capacity"]),
        "verified_words": _verified(offering["verified_at"]),
        "validity": _validity(offering),
        "linked_data": linked_data(offering, kind, url),
    }


def conditions(offering: Mapping[str, Any]) -> Pairs:
    """Return to whom the offering is open, as stated: what is not stated excludes nobody."""
    stated = offering["eligibility"]
    comma = gettext(", ")
    pairs = [
        (gettext("Size"), comma.join(labels.choice("size_class", code) for code in stated.get("size_classes") or [])),
        (gettext("One-person companies"), {True: gettext("welcome"), False: gettext("not admitted"), None: ""}[
            stated.get("one_person_ok")]),
        (gettext("Age"), _age(stated.get("max_age_years"))),
        (gettext("Registered in"), labels.regions(stated.get("regions") or [], limit=8)),
        (gettext("Industry"), comma.join(labels.industry(code) for code in stated.get("industries") or [])),
        (gettext("Recognitions"), gettext(" or ").join(
            labels.choice("certification", code) for code in stated.get("certifications") or [])),
    ]
    return [(title, words) for title, words in pairs if words]


def ways(offering: Mapping[str, Any]) -> Pairs:
    """Return how the offering is to be had."""
    comma = gettext(", ")
    pairs = [
        (gettext("Access"), labels.choice("access_mode", offering["access_mode"]) if offering["access_mode"] else ""),
        (gettext("Way of working"), comma.join(labels.choice("delivery", code) for code in offering["delivery"])),
        (gettext("Where"), cards.where(offering)),
        (gettext("First answer"), _within(offering["response_days"])),
        (gettext("Takes"), cards.lead_time(offering["lead_time_days"])),
        (gettext("Documents to bring"), comma.join(pick(entry) for entry in offering["required_documents"])),
        (gettext("Rights"), labels.choice("ip_terms", offering["ip_terms"]) if offering["ip_terms"] else ""),
        (gettext("Languages"), comma.join(labels.choice("language", code) for code in offering["languages"])),
    ]
    return [(title, words) for title, words in pairs if words]


def linked_data(offering: Mapping[str, Any], kind: str, url: str) -> dict[str, Any]:
    """Return the offering as a Service of schema.org."""
    service = {
        "@context": "https://schema.org",
        "@type": "Service",
        "@id": url,
        "url": url,
        "name": pick(offering["title"]),
        "description": pick(offering["summary"]) or pick(offering["description"])[:500],
        "serviceType": kind,
        "provider": {"@type": "Organization", "name": pick(offering["platform"]["name"])},
        "areaServed": [labels.region(code) for code in offering["regions"]],
        "offers": _offer(offering),
        "termsOfService": offering["terms_url"],
    }
    return {name: value for name, value in service.items() if value}


def _labels(offering: Mapping[str, Any], themes: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    return [
        (gettext("Works to standards"), offering["standards"]),
        (gettext("Accreditations"), offering["accreditations"]),
        (gettext("Industries"), [labels.industry(code) for code in offering["industries"]]),
        (gettext("Themes"), [themes.get(code, code) for code in offering["themes"]]),
        (gettext("Technology readiness"), _levels(offering["trl_min"], offering["trl_max"])),
    ]


def _levels(low: int | None, high: int | None) -> list[str]:
    if low is None and high is None:
        return []
    return [f"TRL {low or 1}–{high or 9}" if low != high else f"TRL {low}"]


def _age(years: int | None) -> str:
    return "" if years is None else ngettext("up to %(num)s year old", "up to %(num)s years old", years)


def _within(days: int | None) -> str:
    return "" if days is None else ngettext("within %(num)s working day", "within %(num)s working days", days)


def _price_notes(offering: Mapping[str, Any]) -> list[str]:
    vouchers = gettext(", ").join(offering["voucher_schemes"])
    notes = [cards.discount(offering), gettext("Takes vouchers: %(schemes)s", schemes=vouchers) if vouchers else ""]
    return [note for note in notes if note]


def _capacity(capacity: Mapping[str, Any] | None) -> dict[str, Any] | None:
    words = cards.capacity_words(capacity)
    if not capacity or not words:
        return None
    share = capacity["available"] / capacity["maximum"] if capacity.get("maximum") else None
    stated = capacity.get("updated_at")
    return {"words": words, "share": share,
            "stated": gettext("As stated on %(day)s", day=formats.day(stated)) if stated else ""}


def _verified(day: str | None) -> str:
    if not day:
        return gettext("Not verified yet")
    return gettext("Verified on %(day)s, %(ago)s", day=formats.day(day), ago=formats.ago(day))


def _validity(offering: Mapping[str, Any]) -> str:
    start, end = formats.day(offering["valid_from"]), formats.day(offering["valid_through"])
    if start and end:
        return gettext("Open from %(start)s to %(end)s", start=start, end=end)
    if end:
        return gettext("Open until %(end)s", end=end)
    return gettext("Open since %(start)s", start=start) if start else ""


def _offer(offering: Mapping[str, Any]) -> dict[str, Any] | None:
    low, high = offering["price_min"], offering["price_max"]
    if not low or not high or low["currency"] != high["currency"]:
        return None
    units = 10 ** get_currency_precision(low["currency"])
    return {"@type": "AggregateOffer", "priceCurrency": low["currency"], "lowPrice": low["amount"] / units,
            "highPrice": high["amount"] / units}
