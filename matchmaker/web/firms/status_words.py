"""What the private page says of leads: how each stands, whose turn it is, and its history line by line."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matchmaker.domain import Lead, LeadMove, LeadState, Need, NeedStatus, Side
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import TO_ANSWER
from matchmaker.domain.needs import HEADLINE
from matchmaker.i18n import gettext, language_of, ngettext, pick, shorten
from matchmaker.services.formats import day_of, moment
from matchmaker.web import labels, words
from matchmaker.web.teams.life_words import FAIL_REASONS

__all__ = ["Line", "day_of", "due", "headline", "history", "is_late", "language_of", "look", "moment", "need_look",
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
    if lead.state not in TO_ANSWER or lead.platform.is_suspended:
        return ""
    day = day_of(lead.due_at)
    if lead.due_at < utc_now():
        return gettext("An answer was promised by %(day)s; it is late", day=day)
    return gettext("Answer promised by %(day)s", day=day)


def is_late(lead: Lead) -> bool:
    """Tell whether the platform owes an answer."""
    return lead.state in TO_ANSWER and not lead.platform.is_suspended and lead.due_at < utc_now()


def history(lead: Lead, besides: Iterable[Line] = ()) -> list[Line]:
    """Return the history of a lead, the newest first, with what is to be said `besides` of its clock."""
    platform = pick(lead.platform.name)
    moves = [Line(move.at, labels.lead_state(move.to_state, Side.FIRM), who(move.side, platform), _why(lead, move))
            for move in reversed(lead.moves)]
    return sorted([*besides, *moves], key=lambda line: line.at, reverse=True)


def who(side: Side, platform: str) -> str:
    """Return who took a step or said something, as the firm calls them."""
    return {Side.FIRM: gettext("You"), Side.PLATFORM: platform, Side.OPERATOR: gettext("The operator"),
            Side.SERVICE: gettext("Matchmaker"), Side.INCUBATOR: gettext("The incubator")}[side]


def headline(leads: Sequence[Lead]) -> str:
    """Return in one line what became of a need: what waits for the firm comes before what was reached."""
    questions = sum(1 for lead in leads if lead.state == LeadState.INFO_REQUESTED)
    if questions:
        return ngettext("%(num)s platform waits for your answer", "%(num)s platforms wait for your answer", questions)
    terms = sum(1 for lead in leads if lead.state == LeadState.TERMS_OFFERED)
    if terms:
        return ngettext("%(num)s platform offers you terms", "%(num)s platforms offer you terms", terms)
    accepted = _count(leads, "met")
    if accepted:
        return ngettext("%(num)s request accepted", "%(num)s requests accepted", accepted)
    waiting = _count(leads, "work")
    if waiting:
        return ngettext("%(num)s request is with its platform", "%(num)s requests are with their platforms", waiting)
    return gettext("No request is open any more")


def title(need: Need) -> str:
    """Return what a need is called in lists: a draft by the words that were typed first."""
    typed = need.answers.get("problem") or [""]
    return need.headline or shorten(str(typed[0]).strip(), HEADLINE) or need.reference


def next_step(need: Need, leads: Sequence[Lead]) -> str:
    """Return in one line how a need stands and whose turn it is."""
    if need.status == NeedStatus.DRAFT:
        return gettext("Begun and not sent yet: open it to go on")
    return headline(leads)


def late(leads: Sequence[Lead]) -> int:
    """Return how many platforms owe an answer."""
    return sum(1 for lead in leads if is_late(lead))


def need_look(leads: Sequence[Lead]) -> str:
    """Return how the sign of a need looks: that of the lead which asks most of the firm."""
    looks = {look(lead) for lead in leads}
    return next((found for found in ("turn", "met", "work", "missing") if found in looks), "unknown")


def turn(leads: Sequence[Lead], unread: int) -> int:
    """Return the place of a need among a firm's: first what asks something of it, then what has something to read."""
    return 0 if need_look(leads) == "turn" else 1 if unread or late(leads) else 2


def _count(leads: Sequence[Lead], wanted: str) -> int:
    return sum(1 for lead in leads if look(lead) == wanted)


def _why(lead: Lead, move: LeadMove) -> str:
    """Return the reason of a step: the firm's own words, or the reason for which a platform declined."""
    if move.to_state in DECLINED and (lead.decline_reason or move.why in words.reason_labels()):
        return words.reason_label(lead.decline_reason or move.why)
    failed = FAIL_REASONS.get(move.why)  # type: ignore[call-overload]
    if failed:
        return gettext(failed)
    if move.side == Side.OPERATOR and move.is_override:
        return move.why
    return move.why if move.side == Side.FIRM else ""
