"""The words of a lead's later life, the same for both sides and the operator."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from matchmaker.domain import Complaint, ComplaintState, FailReason, Ground, Lead, Side
from matchmaker.domain.base import utc_now
from matchmaker.domain.lead_life import BLIND, LEAST, MOST
from matchmaker.i18n import gettext, ngettext
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.leads.living import Life

FAIL_REASONS = {
    FailReason.NO_AGREEMENT: _("The two sides did not agree"),
    FailReason.UNREACHABLE: _("The other side did not answer"),
    FailReason.TOO_LATE: _("It would have come too late"), FailReason.NOT_AS_AGREED: _("It was not as agreed"),
    FailReason.BUDGET: _("It became too expensive"), FailReason.OTHER: _("Another reason, in words"),
}
GROUNDS = {
    Ground.FEE: _("A fee that was not agreed"), Ground.CONDUCT: _("How we were treated"),
    Ground.CONTACT: _("Misuse of our contact"), Ground.OTHER: _("Something else"),
}
STATES = {
    ComplaintState.OPEN: _("New"), ComplaintState.IN_HAND: _("In hand"), ComplaintState.UPHELD: _("Upheld"),
    ComplaintState.REJECTED: _("Rejected"),
}
LOOKS = {ComplaintState.UPHELD: "met", ComplaintState.REJECTED: "missing"}
RATINGS = {5: _("5 · very good"), 4: _("4 · good"), 3: _("3 · fair"), 2: _("2 · poor"), 1: _("1 · bad")}


def fail_reasons() -> list[tuple[str, str]]:
    """Return all reasons for which a lead comes to nothing, with their words."""
    return [(code.value, gettext(words)) for code, words in FAIL_REASONS.items()]


def grounds() -> list[tuple[str, str]]:
    """Return all grounds of a complaint with their words."""
    return [(code.value, gettext(words)) for code, words in GROUNDS.items()]


def ground(complaint: Complaint) -> str:
    """Return what a complaint is about."""
    return gettext(GROUNDS[complaint.ground])


def state(complaint: Complaint) -> str:
    """Return how a complaint stands."""
    return gettext(STATES[complaint.state])


def look(complaint: Complaint) -> str:
    """Return how the sign of a complaint's state looks."""
    return LOOKS.get(complaint.state, "unknown")


def ratings() -> list[tuple[str, str]]:
    """Return what one can say of the other, the best first."""
    return [(str(value), gettext(words)) for value, words in RATINGS.items() if LEAST <= value <= MOST]


def rating(value: int) -> str:
    """Return a rating in words."""
    return gettext(RATINGS[value])


def terms(offered: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return the terms that a platform states, each with its name; what it left open is left out."""
    found = offered or {}
    pairs = [(gettext("Price"), formats.money(found.get("price"))),
             (gettext("Start"), formats.day(found.get("starts_on"))),
             (gettext("Duration"), str(found.get("duration") or ""))]
    return [(title, words) for title, words in pairs if words]


def outcome(lead: Lead) -> str:
    """Return why a lead came to nothing, in words; "" when it did not, or nobody says."""
    reason = (lead.outcome or {}).get("reason")
    return gettext(FAIL_REASONS[FailReason(reason)]) if reason else ""


def outcome_side(lead: Lead) -> Side | None:
    """Return who said how it ended."""
    side = (lead.outcome or {}).get("side")
    return Side(side) if side else None


def hidden_until(life: Life) -> str:
    """Return from which day on the other side reads a feedback at the latest; "" when it does already."""
    given = life.own_feedback
    return formats.day_of(given.at + BLIND) if given and not life.other_feedback else ""


def clock(due_at: dt.datetime) -> str:
    """Return by when the operator is to decide, and how far that is."""
    days = (due_at.astimezone(formats.CHINA).date() - utc_now().astimezone(formats.CHINA).date()).days
    day = formats.day_of(due_at)
    if is_late(due_at):
        return gettext("Was due on %(day)s; it is late", day=day)
    return gettext("%(words)s left, until %(day)s", day=day, words=ngettext("%(num)s day", "%(num)s days", days))


def is_late(due_at: dt.datetime) -> bool:
    """Tell whether the time for a decision is over."""
    return due_at < utc_now()
