"""What the reviewer's pages say of leads: words for dates, firms, histories and decisions."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from markupsafe import Markup

from matchmaker.domain import Action, Decision, DecisionStatus, Lead, LeadMove, Need, Side
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import OPEN, TO_ANSWER
from matchmaker.i18n import gettext, ngettext, pick
from matchmaker.i18n import marked as _
from matchmaker.services import formats, matching, wording
from matchmaker.services.leads.finding import Found
from matchmaker.services.leads.workbench import OpenLead, Queue, Sort, View
from matchmaker.web import labels
from matchmaker.web import words as vocabulary
from matchmaker.web.cards import SHORTEST_MARK, FactorRow, factor_views
from matchmaker.web.firms import results
from matchmaker.web.marks import mark
from matchmaker.web.teams.life_words import FAIL_REASONS

NOBODY = UUID(int=0)
VIEWS = {
    View.TO_ANSWER: _("To answer"), View.MINE: _("Mine"), View.WAITING: _("Waiting for the firm"),
    View.ACCEPTED: _("Accepted"), View.CLOSED: _("Closed"), View.ALL: _("All leads"),
}
SORTS = {Sort.DUE: _("Due first"), Sort.FIT: _("Best fit first"), Sort.AGE: _("Oldest first")}
FIRMS = {"micro": _("Micro firm"), "small": _("Small firm"), "medium": _("Medium-sized firm"),
         "large": _("Large firm")}
EMPTY = {
    View.TO_ANSWER: (_("No leads to answer"),
                     _("New ones come here as soon as a firm asks for one of your resources.")),
    View.MINE: (_("No open lead is yours"),
                _("A lead is yours when you decide on it first, or when it is given to you.")),
    View.WAITING: (_("No firm owes you an answer"), _("Leads wait here while a firm answers a question of yours.")),
    View.ACCEPTED: (_("No lead accepted yet"), _("Accepted leads stand here, with the contact of the firm.")),
    View.CLOSED: (_("No closed leads"), _("What was declined, withdrawn or expired is kept here.")),
    View.ALL: (_("No leads yet"), _("They come as soon as a firm asks for one of your resources.")),
}
DOING = {
    Action.ACCEPT: (_("Accepting in %(seconds)s s"), _("Accepting now")),
    Action.ASK: (_("Sending the question in %(seconds)s s"), _("Sending the question now")),
    Action.WAITLIST: (_("Moving to the waiting list in %(seconds)s s"), _("Moving to the waiting list now")),
    Action.RESUME: (_("Taking up again in %(seconds)s s"), _("Taking up again now")),
    Action.DECLINE: (_("Declining in %(seconds)s s"), _("Declining now")),
    Action.OFFER_TERMS: (_("Offering terms in %(seconds)s s"), _("Offering terms now")),
}
ACTIONS = {Action.ACCEPT: _("Accept"), Action.ASK: _("Ask back"), Action.OFFER_TERMS: _("Offer terms"),
           Action.WAITLIST: _("Waiting list"), Action.RESUME: _("Take up again"), Action.DECLINE: _("Decline")}


@dataclass(frozen=True)
class Due:
    """By when an answer was promised: words for a narrow column, and whether the time is over or nearly so."""

    words: str
    moment: str = ""
    look: str = ""


@dataclass(frozen=True)
class Step:
    """One step in a lead's history."""

    when: str
    who: str
    what: str
    why: str
    is_override: bool = False


def threshold() -> float:
    """Return the fit below which nothing is recommended."""
    return matching.load_model(current_app.config["MATCHMAKER"].models).threshold


def tabs(queue: Queue) -> list[tuple[View, str, int]]:
    """Return the views with their words and counts; who only looks on has no leads of their own."""
    return [(view, gettext(words), queue.counts[view]) for view, words in VIEWS.items()
            if queue.is_team or view != View.MINE]


def sorts() -> list[tuple[Sort, str]]:
    """Return the orders of the queue with their words."""
    return [(sort, gettext(words)) for sort, words in SORTS.items()]


def empty(view: View) -> tuple[str, str]:
    """Return what an empty view says, as a title and a sentence."""
    title, words = EMPTY[view]
    return gettext(title), gettext(words)


def due(lead: Lead, now: dt.datetime | None = None) -> Due:
    """Return by when the platform is to answer; late ones say since when, those that wait for others nothing."""
    if lead.state not in TO_ANSWER:
        return Due("–")
    now = now or utc_now()
    local, today = lead.due_at.astimezone(formats.CHINA), now.astimezone(formats.CHINA).date()
    words, days = formats.moment(lead.due_at), (local.date() - today).days
    if lead.due_at < now:
        since = f"{local:%H:%M}" if days == 0 else f"{formats.short_day(local.date())} {local:%H:%M}"
        return Due(gettext("Late since %(moment)s", moment=since), words, "late")
    if days == 0:
        return Due(gettext("Today %(time)s", time=f"{local:%H:%M}"), words, "soon")
    if days == 1:
        return Due(gettext("Tomorrow %(time)s", time=f"{local:%H:%M}"), words)
    return Due(ngettext("%(num)s day", "%(num)s days", days), words)


def addresses(queue: Queue, kept: Mapping[str, Any]) -> dict[UUID, str]:
    """Return the address of each lead of a page, with what it keeps of the list."""
    model = url_for("web_leads.lead", lead_id=NOBODY, **kept)
    return {lead.id: model.replace(str(NOBODY), str(lead.id), 1) for lead in queue.listed}


def headline(lead: Lead, need: Need | None) -> str:
    """Return what a lead is called: by the firm's words while they may be read, else by its number."""
    return need.headline if need else lead.reference


def firm_facts(need: Need | None) -> str:
    """Return what is said of the firm in one line, never its name."""
    firm: Mapping[str, Any] = (need.firm if need else None) or {}
    message = _("One-person firm") if firm.get("is_one_person") else FIRMS.get(firm.get("size_class", ""), "")
    size = gettext(message) if message else ""
    place = firm.get("region") or (need.region if need else None)
    parts = [size, wording.region(place) if place else "",
             labels.industry(firm["industry"]) if firm.get("industry") else ""]
    return " · ".join(part for part in parts if part)


def facts(need: Need, kind_label: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the fields of a need that say something, each with its name."""
    comma, firm = gettext(", "), need.firm or {}
    pairs = [
        (gettext("Budget"), _budget(need)),
        (gettext("Needed"), _dates(need)),
        (gettext("How much"), need.quantity or ""),
        (gettext("Where"), labels.region(need.region) if need.region else ""),
        (gettext("Way of working"), comma.join(labels.choice("delivery", code) for code in need.delivery)),
        (gettext("Must have"), comma.join(_texts(need.must_haves))),
        (gettext("Wishes"), comma.join(_texts(need.nice_to_haves))),
        (gettext("Kind of resource"), comma.join(kind_label.get(code, code) for code in need.kinds)),
        (gettext("Technology readiness"), _levels(need)),
        (gettext("Vouchers"), comma.join(need.vouchers_held)),
        (gettext("The firm"), firm_facts(need)),
        (gettext("Founded in"), str(firm.get("founded") or "")),
        (gettext("Recognitions"), comma.join(labels.choice("certification", code)
                                             for code in firm.get("certifications") or [])),
    ]
    return [(title, words) for title, words in pairs if words]


def factor_rows(opened: OpenLead) -> list[FactorRow]:
    """Return the factors of a lead as rows, the same that the firm sees.

    Their reasons quote the firm, so who may not read the need sees only how each factor counts.
    """
    return _factor_rows(opened.lead, with_words=opened.need is not None)


def bare_factors(lead: Lead) -> list[FactorRow]:
    """Return the factors of a lead as rows without any word of the firm, for an operator."""
    return _factor_rows(lead, with_words=False)


def _factor_rows(lead: Lead, *, with_words: bool) -> list[FactorRow]:
    factors = [{**factor, "detail": pick(factor.get("detail")) if with_words else ""}
               for factor in lead.breakdown.get("factors", [])]
    return factor_views({"factors": factors}, results.weights())


def conditions(opened: OpenLead) -> list[str]:
    """Return what is still to be confirmed with the firm."""
    found = opened.lead.breakdown.get("conditions", []) if opened.need else []
    return [pick(condition["detail"]) for condition in found]


def history(opened: OpenLead) -> list[Step]:
    """Return the steps of a lead, the newest first."""
    return [step(move, opened) for move in reversed(opened.lead.moves)]


def step(move: LeadMove, opened: OpenLead) -> Step:
    """Return one step in words. What somebody wrote is shown to those who may read the words of this lead."""
    failed = FAIL_REASONS.get(move.why)  # type: ignore[call-overload]
    reason = vocabulary.reason_labels().get(move.why) or (failed and gettext(failed))
    why = reason or (gettext(move.why) if opened.need else "")
    return Step(formats.moment(move.at), who(move.side, move.person_id, opened.names),
                labels.lead_state(move.to_state, Side.PLATFORM), why, move.is_override)


def who(side: Side, person_id: Any, names: Mapping[Any, str]) -> str:
    """Return who acted: a person by name, others by the side for which they act."""
    if person_id in names:
        return names[person_id]
    return {Side.FIRM: gettext("The firm"), Side.PLATFORM: gettext("The platform"),
            Side.OPERATOR: gettext("The operator"), Side.SERVICE: gettext("The service"),
            Side.INCUBATOR: gettext("The incubator")}[side]


def waiting_words(decision: Decision, now: dt.datetime | None = None) -> str:
    """Return what a decision is about to do, and in how many seconds."""
    left = (decision.matures_at - (now or utc_now())).total_seconds()
    words, at_once = DOING[decision.action]
    return gettext(words, seconds=round(left)) if left >= 1 else gettext(at_once)


def action_words(action: Action) -> str:
    """Return what a reviewer calls an action."""
    return gettext(ACTIONS[action])


def wanted(form: Mapping[str, str]) -> str:
    """Return what a form that came too late would have done, "" for one that is no decision."""
    named = form.get("action", "")
    words = action_words(Action(named)) if named in set(Action) else ""
    reason = vocabulary.reason_labels().get(form.get("reason", ""))
    return f"{words} · {reason}" if words and reason else words


def doing(decision: Decision) -> str:
    """Return what a decision is about to do, for a narrow column."""
    return gettext("%(action)s, pending", action=action_words(decision.action))


def outcome(decision: Decision) -> str:
    """Return what became of a decision, or what it is about to do."""
    if decision.status == DecisionStatus.PENDING:
        return waiting_words(decision)
    words = {DecisionStatus.CANCELLED: _("“%(action)s” was taken back."),
             DecisionStatus.DONE: _("“%(action)s” has taken effect."),
             DecisionStatus.REFUSED: _("“%(action)s” was not carried out.")}[decision.status]
    return gettext(words, action=action_words(decision.action))


def found_facts(found: Found, kind_label: Mapping[str, str]) -> str:
    """Return what a platform may know of a need that it has found: facts that many firms share."""
    size = _("One-person firm") if found.is_one_person else FIRMS.get(found.size_class or "", "")
    kinds = gettext(", ").join(kind_label.get(code, code) for code in found.kinds)
    parts = [kinds, gettext(size) if size else "", wording.region(found.region) if found.region else ""]
    return " · ".join(part for part in parts if part) or gettext("The firm says nothing of itself")


def is_open(lead: Lead) -> bool:
    """Tell whether a lead still waits for an answer, from whichever side."""
    return lead.state in OPEN


def paragraphs(need: Need) -> list[str]:
    """Return what the firm wrote, paragraph by paragraph."""
    return [part.strip() for part in need.problem.split("\n") if part.strip()]


def marked(text: str, words: Iterable[str]) -> Markup:
    """Return a text of the firm with the words marked that carried the match."""
    return mark(text, [word for word in words if len(word) >= SHORTEST_MARK])


def fault_id(name: str, form: Mapping[str, str]) -> str:
    """Return the id of the field that a fault is about; the words of each action have a field of their own."""
    return {"words": f"{form.get('action', 'ask')}-words", "reason": "decline-reason",
            "price": "terms-price", "starts_on": "terms-starts_on", "duration": "terms-duration"}.get(name, name)


def _texts(entries: Iterable[Any]) -> list[str]:
    return [entry["text"] if isinstance(entry, Mapping) else str(entry) for entry in entries]


def _budget(need: Need) -> str:
    ends = [{"amount": amount, "currency": need.currency or "CNY"} if amount is not None else None
            for amount in (need.budget_min, need.budget_max)]
    return formats.price(*ends)


def _dates(need: Need) -> str:
    start, end = formats.day(need.needed_from), formats.day(need.needed_by)
    if start and end:
        return gettext("%(start)s to %(end)s", start=start, end=end)
    return gettext("by %(day)s", day=end) if end else gettext("from %(day)s", day=start) if start else ""


def _levels(need: Need) -> str:
    levels = [level for level in (need.trl_now, need.trl_target) if level]
    return f"TRL {' → '.join(str(level) for level in dict.fromkeys(levels))}" if levels else ""
