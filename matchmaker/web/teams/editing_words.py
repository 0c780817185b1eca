"""What the editor's pages say: words for shelves, states, steps, and for what changed between two versions."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from matchmaker.domain import Offering, OfferingRevision, OfferingStatus, Organisation, Side
from matchmaker.i18n import gettext, ngettext, pick, shorten
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.editing.desk import Changed, Entry, Open, Page, Shelf
from matchmaker.services.editing.stepping import Step
from matchmaker.web import cards, labels
from matchmaker.web.teams import editing_form

SHOWN = 160
"""How many characters of a long text a difference quotes."""
SOON = 30
SHELVES = {
    Shelf.ALL: _("All"), Shelf.DRAFTS: _("Drafts"), Shelf.IN_REVIEW: _("Under review"), Shelf.PUBLISHED: _("Published"),
    Shelf.FULL: _("Full"), Shelf.ENDING: _("Ending soon"), Shelf.SUSPENDED: _("Suspended"),
    Shelf.CLOSED: _("Expired and withdrawn"),
}
STATES = {
    "draft": _("Draft"), "in_review": _("Under review"), "published": _("Published"), "suspended": _("Suspended"),
    "withdrawn": _("Withdrawn"), "expired": _("Expired"),
}
LOOKS = {"published": "met", "in_review": "warn", "suspended": "missing", "expired": "missing"}
EXPLAINED = {
    "draft": _("Only your platform sees it. Submit it when it is complete."),
    "in_review": _("It waits for somebody else of your platform, or the operator, to publish it."),
    "published": _("Firms see it, and it is matched with their needs."),
    "suspended": _("Firms do not see it for now. Who waits for it is told when it is shown again."),
    "withdrawn": _("It was withdrawn for good. Copy it to begin another."),
    "expired": _("Its last day is over, so firms do not see it. Extend it to show it again."),
}
STEPS: Mapping[Step, tuple[str, str, bool]] = {
    Step.SUBMIT: (_("Submit for review"), "", False),
    Step.PUBLISH: (_("Publish"), "", False),
    Step.RETURN: (_("Return to draft…"), _("What should be different?"), True),
    Step.RESUME: (_("Show it again"), "", False),
    Step.SUSPEND: (_("Suspend…"), _("Why is it not available for now?"), True),
    Step.DISCARD: (_("Discard…"), _("Why (optional)"), True),
    Step.WITHDRAW: (_("Withdraw for good…"), _("Why is it withdrawn?"), True),
}
"""What each step is called, what is asked before it, and whether anything is."""
MOVED = {
    "draft": _("Returned to draft"), "in_review": _("Submitted for review"), "published": _("Published"),
    "suspended": _("Suspended"), "withdrawn": _("Withdrawn"), "expired": _("Expired"),
}
CHANGE_MOVED = {"draft": _("Change returned"), "in_review": _("Change submitted for review"),
                "published": _("Change published"), "withdrawn": _("Change discarded")}
SIDES = {Side.SERVICE: _("The service"), Side.OPERATOR: _("The operator"), Side.PLATFORM: _("The platform"),
         Side.FIRM: _("The firm"), Side.INCUBATOR: _("The incubator")}
EMPTY = {
    Shelf.ALL: _("No offerings yet"), Shelf.DRAFTS: _("No drafts"), Shelf.IN_REVIEW: _("Nothing waits for review"),
    Shelf.PUBLISHED: _("Nothing is published"), Shelf.FULL: _("Nothing is full"),
    Shelf.ENDING: _("Nothing ends within 30 days"), Shelf.SUSPENDED: _("Nothing is suspended"),
    Shelf.CLOSED: _("Nothing has expired or been withdrawn"),
}


class Difference(NamedTuple):
    """One changed field in words."""

    field: str
    before: str
    after: str


def shelves(page: Page) -> list[tuple[Shelf, str, int]]:
    """Return the shelves with their words and counts."""
    return [(shelf, gettext(words), page.counts[shelf]) for shelf, words in SHELVES.items()]


def empty(shelf: Shelf) -> str:
    """Return what an empty shelf says."""
    return gettext(EMPTY[shelf])


def state(offering: Offering | OfferingRevision) -> str:
    """Return the words for a state."""
    return gettext(STATES[offering.status])


def look(offering: Offering | OfferingRevision) -> str:
    """Return how a state is to look."""
    return LOOKS.get(offering.status, "unknown")


def explained(offering: Offering) -> str:
    """Return what a state means for firms and for the platform."""
    return gettext(EXPLAINED[offering.status])


def step(name: Step) -> str:
    """Return what a step is called."""
    return gettext(STEPS[name][0])


def question(name: Step) -> str:
    """Return what is asked before a step, "" where nothing is."""
    return gettext(STEPS[name][1]) if STEPS[name][2] else ""


def steps(opened: Open) -> list[Step]:
    """Return the steps that can be taken, those that go forward first."""
    return [name for name in STEPS if name in opened.steps]


def validity(offering: Offering) -> str:
    """Return until when an offering is valid, for a narrow column."""
    return formats.day(offering.valid_through, "medium") if offering.valid_through else "–"


def days_left(offering: Offering) -> str:
    """Return how many days are left, when they are few; "" else."""
    if offering.valid_through is None or offering.status != OfferingStatus.PUBLISHED:
        return ""
    days = (offering.valid_through - formats.today()).days
    if not 0 <= days <= SOON:
        return ""
    return gettext("ends today") if days == 0 else ngettext("%(num)s day left", "%(num)s days left", days)


def verified(offering: Offering) -> str:
    """Return when an offering was last verified, for a narrow column."""
    return formats.ago(offering.verified_at) if offering.verified_at else "–"


def capacity_unit(offering: Offering) -> str:
    """Return what stands behind the number of what is free: of how many, and of what."""
    stated = offering.capacity or {}
    noun, period = labels.period(stated.get("unit"))
    most = stated.get("maximum")
    of = gettext("of %(maximum)s", maximum=formats.number(most)) if most is not None else ""
    return " ".join(part for part in (of, noun, period) if part)


def number(value: Any) -> str:
    """Return a number as a field has it."""
    return "" if value is None else f"{value:.15g}"


def headline(entry: Entry) -> str:
    """Return what a line of the history says."""
    if entry.move is None:
        return gettext("Version %(number)s", number=entry.version)
    if entry.move.from_state is None:
        return gettext("Came in by an import") if entry.side == Side.SERVICE else gettext("Begun")
    if entry.move.is_change:
        return gettext(CHANGE_MOVED[entry.move.to_state])
    if entry.move.to_state == "published" and entry.move.from_state in ("suspended", "expired"):
        return gettext("Shown again")
    return gettext(MOVED[entry.move.to_state])


def who(entry: Entry, names: Mapping[Any, str]) -> str:
    """Return who did it: a person by name, others by the side for which they act."""
    return names.get(entry.person_id) or gettext(SIDES[entry.side])


def differences(changes: list[Changed]) -> list[Difference]:
    """Return changed fields in words, the old beside the new."""
    currency = next((change.after for change in changes if change.name == "currency"), None) or "CNY"
    return [Difference(editing_form.label("kind" if change.name == "kind_code" else change.name),
                       said(change.name, change.before, currency), said(change.name, change.after, currency))
            for change in changes if change.name != "currency"]


def said(name: str, value: Any, currency: str = "CNY") -> str:
    """Return the value of a field, as JSON keeps it, in words; "–" where it says nothing."""
    if value in (None, "", [], {}):
        return "–"
    if name in ("price_min", "price_max"):
        return formats.money({"amount": value, "currency": currency})
    if name in labels.CHOICES and isinstance(value, str):
        return labels.choice(name, value)
    if name.startswith(("valid_", "verified_")):
        return formats.day(str(value))
    if name == "capacity":
        return cards.capacity_words(value) or gettext("not stated")
    return shorten(_plain(name, value), SHOWN)


def _plain(name: str, value: Any) -> str:
    comma = gettext(", ")
    if isinstance(value, list):
        return comma.join(_plain(name, entry) for entry in value)
    if isinstance(value, Mapping):
        if set(value) <= {"zh", "en"}:
            return " / ".join(value.values())
        if "parameter" in value:
            return f"{pick(value['parameter'])} {formats.span(value['min'], value['max'], value['unit'])}"
        return comma.join(f"{editing_form.label(f'{name}_{key}')}: {_plain(key, entry)}"
                          for key, entry in value.items() if entry not in (None, []))
    if name == "regions":
        return labels.region(value)
    if name == "industries":
        return labels.industry(value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    group = {"size_classes": "size_class", "certifications": "certification", "languages": "language"}.get(name, name)
    return labels.choice(group, value) if group in labels.CHOICES else str(value)


def platform_options(platforms: Iterable[Organisation]) -> list[tuple[str, str]]:
    """Return platforms to choose from, by id and name."""
    return [(str(platform.id), pick(platform.name)) for platform in platforms]
