"""The words that pages show for codes: of factors, rules and choices from here, of regions and industries from the
official lists."""

from typing import Any

from matchmaker.domain import codes
from matchmaker.i18n import current_language, gettext, pick
from matchmaker.i18n import marked as _

STRONG = 0.7
"""From this fit on a match is called strong."""

FACTORS = {
    "text": _("Text"), "kind": _("Kind of resource"), "capability": _("Capability"),
    "standards": _("Standards"), "industry": _("Industry"), "region": _("Region"),
    "price": _("Price"), "lead_time": _("Time"), "trl": _("Technology readiness"), "language": _("Language"),
    "theme": _("Theme"), "verified": _("Last verified"),
}
RULES = {
    "validity": _("Published and valid"), "room": _("Room at present"), "size_class": _("Size of the firm"),
    "one_person": _("One-person companies"), "age": _("Age of the firm"), "region": _("Registered in"),
    "industry": _("Industry of the firm"), "certification": _("Recognitions"), "platform": _("Platforms left out"),
    "delivery": _("Way of working"), "must_have": _("What it must have"), "budget": _("Budget"),
}
STATES = {"met": _("met"), "missing": _("missing"), "unknown": _("unknown")}
WAYS_OUT = {
    "room": _("Let us tell you by mail when something is free again."),
    "size_class": _("Check the size class of your firm: the rules of 2011 count staff and revenue by sector."),
    "one_person": _("A partner firm could apply together with you."),
    "age": _("A partner firm could apply together with you."),
    "region": _("If your firm is also registered there, name that region; or ask in your own region for the same."),
    "industry": _("If your firm also works in such an industry, name it under “Your firm”."),
    "certification": _("If your firm holds such a certificate, tick it under “Your firm”."),
    "platform": _("You asked to leave this platform out; take it off that list to see its offers."),
    "delivery": _("Accept another way of working, for instance sending in samples, and it comes into question."),
    "must_have": _("If this is a wish rather than a condition, move it to the wishes."),
    "budget": _("Raise the budget, or ask the platform for a smaller scope or a voucher."),
}
ANY_WAY_OUT = _("Change this detail of the need if it is not as it should be.")
CHOICES = {
    "delivery": {"on_site": _("On site"), "remote": _("Remote"), "mail_in": _("Samples by post")},
    "access_mode": {"open": _("Open to all at once"), "order": _("By order"), "reviewed": _("After a review")},
    "pricing_model": {
        "free": _("free"), "per_hour": _("per hour"), "per_day": _("per day"), "per_test": _("per test"),
        "per_sample": _("per sample"), "per_use": _("per use"), "subscription": _("subscription"),
        "project": _("per project"), "quote": _("by quotation"), "revenue_share": _("share of revenue"),
    },
    "size_class": {"micro": _("Micro"), "small": _("Small"), "medium": _("Medium"), "large": _("Large")},
    "certification": {
        "innovative_sme": _("Innovative SME"), "specialised_sme": _("Specialised and sophisticated SME"),
        "little_giant": _("Little giant"), "single_champion": _("Single champion"),
        "high_tech": _("High-tech enterprise"),
    },
    "ip_terms": {
        "firm_owns": _("Results belong to your firm"), "shared": _("Results are shared"),
        "licence": _("Your firm gets a licence"), "open_licence": _("Under an open licence"),
    },
    "direction": {
        "seeks_resource": _("I look for a resource"),
        "seeks_scenario": _("I have a solution and look for a place to use it"),
    },
    "language": {
        "zh": _("Chinese"), "en": _("English"), "ja": _("Japanese"), "ru": _("Russian"), "es": _("Spanish"),
        "de": _("German"), "fr": _("French"), "ko": _("Korean"), "ar": _("Arabic"), "vi": _("Vietnamese"),
    },
    "trl": {
        "1": _("1 · Principle observed"), "2": _("2 · Concept formulated"), "3": _("3 · Concept proven"),
        "4": _("4 · Validated in the laboratory"), "5": _("5 · Validated in the field"),
        "6": _("6 · Demonstrated in the field"), "7": _("7 · Prototype in operation"),
        "8": _("8 · Complete and qualified"), "9": _("9 · Proven in operation"),
    },
}
NOUNS = {
    "slot": _("slots"), "day": _("days"), "project": _("projects"), "case": _("cases"), "seat": _("seats"),
    "licence": _("licences"), "sample": _("samples"), "batch": _("batches"), "hour": _("hours"), "h": _("hours"),
    "firm": _("firms"), "team": _("teams"), "record": _("records"), "core": _("cores"), "node": _("nodes"),
    "card": _("cards"), "session": _("sessions"), "week": _("weeks"), "month": _("months"), "item": _("items"),
    "person": _("people"), "language": _("languages"), "channel": _("channels"), "vehicle": _("vehicles"),
    "cycle": _("cycles"), "hectare": _("hectares"), "class": _("classes"), "core_hour": _("core hours"),
    "machine_hour": _("machine hours"), "part": _("parts"), "query": _("queries"), "study": _("studies"),
    "min": _("minutes"), "year": _("years"),
}
PERIODS = {
    "day": _("a day"), "week": _("a week"), "month": _("a month"), "quarter": _("a quarter"), "batch": _("a batch"),
    "season": _("a season"), "round": _("a round"), "year": _("a year"),
}
LEAD_STATES = {
    "suggested": {"firm": _("Not sent yet")},
    "submitted": {"firm": _("Sent"), "platform": _("New")},
    "in_review": {"firm": _("Being looked at"), "platform": _("In review")},
    "info_requested": {"firm": _("Waiting for your answer"), "platform": _("Waiting for the firm")},
    "waitlisted": {"firm": _("On the waiting list")},
    "terms_offered": {"firm": _("Terms offered to you"), "platform": _("Terms offered")},
    "accepted": {"firm": _("Accepted")},
    "in_delivery": {"firm": _("In delivery")},
    "completed": {"firm": _("Completed")},
    "failed": {"firm": _("Came to nothing")},
    "declined": {"firm": _("Declined")},
    "appealed": {"firm": _("Under appeal")},
    "declined_final": {"firm": _("Declined after an appeal")},
    "withdrawn": {"firm": _("Withdrawn by you"), "platform": _("Withdrawn by the firm")},
    "dismissed": {"firm": _("Not wanted")},
    "expired": {"firm": _("Expired without an answer")},
}
"""The words for a lead's state, as its firm reads them and, where they differ, as everybody else does."""


def choice(group: str, code: Any) -> str:
    """Return the words for a code of one of the closed choices; a code without words stands for itself."""
    message = CHOICES[group].get(str(code))
    return gettext(message) if message else str(code)


def choices(group: str) -> list[tuple[str, str]]:
    """Return all codes of a closed choice with their words."""
    return [(code, gettext(message)) for code, message in CHOICES[group].items()]


def factor(name: str) -> str:
    """Return the words for a factor."""
    return gettext(FACTORS[name]) if name in FACTORS else name


def rule(name: str) -> str:
    """Return the words for a hard rule."""
    return gettext(RULES[name]) if name in RULES else name


def state(name: str) -> str:
    """Return the words for a factor's state."""
    return gettext(STATES[name])


def lead_state(state: str, side: str) -> str:
    """Return the words for a lead's state, for the firm or for everybody else: whose turn it is depends on who reads.

    >>> lead_state("info_requested", "firm"), lead_state("info_requested", "platform")
    ('Waiting for your answer', 'Waiting for the firm')
    """
    words = LEAD_STATES[state]
    message = words["firm"] if side == "firm" else words.get("platform", words["firm"])
    return gettext(message)


def way_out(rule: str) -> str:
    """Return what a firm can do about a rule that excludes an offering."""
    return gettext(WAYS_OUT.get(rule, ANY_WAY_OUT))


def fit_class(fit: float, threshold: float) -> str:
    """Return how a fit is to be called: strong, possible or weak."""
    return "strong" if fit >= STRONG else "possible" if fit >= threshold else "weak"


def fit_words(fit: float, threshold: float) -> str:
    """Return a fit in words."""
    return {
        "strong": gettext("Strong match"), "possible": gettext("Possible match"), "weak": gettext("Weak match"),
    }[fit_class(fit, threshold)]


def noun(unit: str | None) -> str:
    """Return the words for a unit that counts things, or the sign of one that measures."""
    return gettext(NOUNS[unit]) if unit in NOUNS else unit or ""


def period(unit: str | None) -> tuple[str, str]:
    """Return what a unit of capacity counts and per what, for instance ``slot_per_month``.

    >>> period("slot_per_month"), period("seat"), period("moulding_per_shift")
    (('slots', 'a month'), ('seats', ''), ('', ''))
    """
    thing, _per, time = (unit or "").partition("_per_")
    return (gettext(NOUNS[thing]) if thing in NOUNS else "", gettext(PERIODS[time]) if time in PERIODS else "")


def region(code: str) -> str:
    """Return a region's name with that of its province, for instance Jiangsu · Suzhou."""
    found = codes.region(code)
    if found is None:
        return code
    names = [pick(part.names) for part in reversed(found.chain)] or [pick(found.names)]
    return " · ".join(dict.fromkeys(names))


def regions(listed: list[str], limit: int = 3) -> str:
    """Return the names of regions, the first few of them."""
    names = [region(code) for code in listed[:limit]]
    words = gettext(", ").join(names)
    return words if len(listed) <= limit else gettext("%(names)s and %(more)s more", names=words,
                                                      more=len(listed) - limit)


def industry(code: str) -> str:
    """Return an industry's name in the page's language, the code where it has none there."""
    found = codes.industry(code)
    return (found.names.get(current_language()) or found.code) if found else code
