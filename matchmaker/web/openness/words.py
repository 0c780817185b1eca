"""What the pages of openness lists say: summaries of differences, states, and what became of promises."""

from collections.abc import Sequence

from matchmaker.domain import Batch, BatchStatus, ListEntry, ListVersion, Side
from matchmaker.i18n import gettext, ngettext, pick
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.editing.desk import Changed
from matchmaker.services.openness import entries
from matchmaker.services.openness.delivery import Delivery, Room
from matchmaker.services.openness.differences import Difference
from matchmaker.services.openness.stepping import Step
from matchmaker.web import labels
from matchmaker.web.openness import tables
from matchmaker.web.teams import editing_words

FORMS = {"json": _("JSON, as fingerprinted"), "jsonld": "JSON-LD", "csv": "CSV", "xlsx": "Excel"}
STATES = {"draft": _("Draft"), "in_review": _("Under review"), "accepted": _("Accepted"), "published": _("Published")}
LOOKS = {"published": "met", "accepted": "met", "in_review": "warn"}
EXPLAINED = {
    "draft": _("Only your platform sees it. Submit it when it is complete."),
    "in_review": _("It waits for the operator, who accepts it or returns it with a reason."),
    "accepted": _("It waits for the batch in which the operator publishes it."),
    "published": _("Everybody can read it, and it does not change any more."),
}
STEPS = {Step.SUBMIT: _("Submit to the operator"), Step.TAKE_BACK: _("Take it back"), Step.ACCEPT: _("Accept"),
         Step.RETURN: _("Return…")}
MOVED = {"draft": _("Taken back or returned"), "in_review": _("Submitted to the operator"), "accepted": _("Accepted"),
         "published": _("Published")}
BATCHES = {BatchStatus.PLANNED: _("Being put together"), BatchStatus.SCHEDULED: _("Waits for its moment"),
           BatchStatus.PUBLISHED: _("Published")}
TERMS = {"title": _("Title of the list"), "response_days": _("Working days until a first answer"),
         "valid_through": _("Valid until")}


def difference(found: Difference) -> str:
    """Return a difference in one sentence, for instance "3 new, 1 left out"."""
    if found.is_empty:
        return gettext("Nothing has changed.")
    parts = [
        ngettext("%(num)s new", "%(num)s new", len(found.added)) if found.added else "",
        ngettext("%(num)s left out", "%(num)s left out", len(found.removed)) if found.removed else "",
        ngettext("%(num)s changed", "%(num)s changed", len(found.changed)) if found.changed else "",
        gettext("other terms of the list") if found.terms else "",
    ]
    return gettext(", ").join(part for part in parts if part)


def terms(changes: Sequence[Changed]) -> list[editing_words.Difference]:
    """Return what a list as a whole says differently, in words."""
    return [editing_words.Difference(gettext(TERMS[change.name]), editing_words.said(change.name, change.before),
                                     editing_words.said(change.name, change.after)) for change in changes]


def resources(count: int) -> str:
    """Return how many resources there are."""
    return ngettext("%(num)s resource", "%(num)s resources", count, num=formats.number(count))


def lists(count: int) -> str:
    """Return how many lists there are."""
    return ngettext("%(num)s list", "%(num)s lists", count, num=formats.number(count))


def form(name: str) -> str:
    """Return what a form of file is called."""
    return gettext(FORMS[name])


def published_on(version: ListVersion | Batch) -> str:
    """Return the day of publication."""
    return formats.day_of(version.published_at) if version.published_at else "–"


def citation(version: ListVersion, address: str) -> str:
    """Return a version as one cites it."""
    values = {"platform": pick(version.openness_list.platform.name), "title": pick(version.title),
              "number": version.number, "day": published_on(version), "address": address}
    return gettext("%(platform)s: %(title)s. Version %(number)s, published on %(day)s. %(address)s", **values)


def promise(version: ListVersion) -> str:
    """Return how soon a platform says that it answers."""
    if version.response_days is None:
        return gettext("not stated for the list as a whole")
    return ngettext("within %(num)s working day", "within %(num)s working days", version.response_days)


def verified(version: ListVersion) -> str:
    """Return when the platform last confirmed that a list holds."""
    return formats.ago(version.verified_at) if version.verified_at else gettext("not since it was published")


def answered(kept: Delivery) -> str:
    """Return how many leads were answered in time."""
    return gettext("%(in_time)s of %(due)s in time (%(share)s)", in_time=formats.number(kept.in_time),
                   due=formats.number(kept.due), share=formats.percent(kept.in_time / max(kept.due, 1)))


def days(value: float | None) -> str:
    """Return a number of days in words."""
    if value is None:
        return "–"
    shown = round(value, 1)
    return ngettext("%(num)s day", "%(num)s days", 1 if shown == 1 else 2, num=formats.number(shown, 1))


def fees(kept: Delivery) -> str:
    """Return how many offered prices lay within the stated ones."""
    return gettext("%(kept)s of %(all)s offers within it", kept=kept.fees_kept, all=kept.fees)


def room(found: Room) -> str:
    """Return how much of something is open."""
    noun, period = labels.period(found.unit)
    return " ".join(part for part in (formats.number(found.maximum), noun, period) if part)


def shown(entry: ListEntry, version: ListVersion) -> dict[str, object]:
    """Return an entry as the catalogue has offerings."""
    return entries.to_public(entry.public, version.openness_list.platform)


to_whom, how = tables.to_whom, tables.how


def state(version: ListVersion) -> str:
    """Return the words for the state of a version."""
    return gettext(STATES[version.status])


def look(version: ListVersion) -> str:
    """Return how that state is to look."""
    return LOOKS.get(version.status, "unknown")


def explained(version: ListVersion) -> str:
    """Return what that state means."""
    return gettext(EXPLAINED[version.status])


def step(name: Step) -> str:
    """Return what a step is called."""
    return gettext(STEPS[name])


def moved(to: str, from_state: str | None) -> str:
    """Return what a line of the history says."""
    return gettext("Begun") if from_state is None else gettext(MOVED[to])


def side(name: str) -> str:
    """Return for whom somebody acted."""
    return gettext(editing_words.SIDES[Side(name)])


def batch_state(batch: Batch) -> str:
    """Return the words for the state of a batch."""
    return gettext(BATCHES[batch.status])
