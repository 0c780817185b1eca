"""What the private page says of leads: how each stands, whose turn it is, and its history line by line."""

import datetime as dt
from dataclasses import dataclass

from matchmaker.domain import Lead, LeadMove, LeadState, Side
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import TO_ANSWER
from matchmaker.i18n import gettext, language_of, ngettext, pick
from matchmaker.services.formats import day_of, moment
from matchmaker.services.leads.following import Status
from matchmaker.web import labels
from matchmaker.web.labels import decline_reason

__all__ = ["Line", "day_of", "decline_reason", "due", "headline", "history", "is_late", "language_of", "look", "moment",
           "state", "who"]

LOOKS = {
    LeadState.ACCEPTED: "met", LeadState.IN_DELIVERY: "met", LeadState.COMPLETED: "met",
    LeadState.INFO_REQUESTED: "turn", LeadState.TERMS_OFFERED: "turn",
    LeadState.DECLINED: "missing", LeadState.DECLINED_FINAL: "missing", LeadState.FAILED: "missing",
    LeadState.EXPIRED: "missing", LeadState.WITHDRAWN: "unknown", LeadState.DISMISSED: "unknown",
}
"""How the sign of a state looks; that of any other says that the platform is at work."""
DECLINED = frozenset({LeadState.DECLINED, LeadState.DECLINED_FINAL})


@dataclass(frozen=True)
class Line:
    """One line of a lead's history: when, what, by whom, and why."""

    at: dt.datetime
    what: str
    who: str
    why: str


def state(lead: Lead) -> str:
    """Return how a lead stands, to its firm."""
    return labels.lead_state(lead.state, Side.FIRM)


def look(lead: Lead) -> str:
    """Return how the sign of the state looks."""
    return LOOKS.get(lead.state, "work")


def due(lead: Lead) -> str:
    """Return until when the platform promised to answer, "" when nothing is expected of it."""
    if lead.state not in TO_ANSWER:
        return ""
    day = day_of(lead.due_at)
    if lead.due_at < utc_now():
        return gettext("An answer was promised by %(day)s; it is late", day=day)
    return gettext("Answer promised by %(day)s", day=day)


def is_late(lead: Lead) -> bool:
    """Tell whether the platform owes an answer."""
    return lead.state in TO_ANSWER and lead.due_at < utc_now()


def history(lead: Lead) -> list[Line]:
    """Return the history of a lead, the newest first."""
    platform = pick(lead.platform.name)
    return [Line(move.at, labels.lead_state(move.to_state, Side.FIRM), who(move.side, platform), _why(lead, move))
            for move in reversed(lead.moves)]


def who(side: Side, platform: str) -> str:
    """Return who took a step or said something, as the firm calls them."""
    return {Side.FIRM: gettext("You"), Side.PLATFORM: platform, Side.OPERATOR: gettext("The operator"),
            Side.SERVICE: gettext("Matchmaker")}[side]


def headline(found: Status) -> str:
    """Return in one line what became of a need: what waits for the firm comes before what was reached."""
    questions = sum(1 for entry in found.followed if entry.question)
    if questions:
        return ngettext("%(num)s platform waits for your answer", "%(num)s platforms wait for your answer", questions)
    accepted = _count(found, "met")
    if accepted:
        return ngettext("%(num)s request accepted", "%(num)s requests accepted", accepted)
    waiting = _count(found, "work")
    if waiting:
        return ngettext("%(num)s request is with its platform", "%(num)s requests are with their platforms", waiting)
    return gettext("No request is open any more")


def _count(found: Status, wanted: str) -> int:
    return sum(1 for entry in found.followed if look(entry.lead) == wanted)


def _why(lead: Lead, move: LeadMove) -> str:
    """Return the reason of a step: the firm's own words, or the reason for which a platform declined."""
    if move.to_state in DECLINED and lead.decline_reason:
        return decline_reason(lead.decline_reason)
    return move.why if move.side == Side.FIRM else ""
