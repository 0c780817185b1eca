"""The demo's leads: invented firms ask two of its platforms, whose people have answered some of them.

All of it goes through the services that pages use. Only the moments are moved into the past afterwards, so that some
leads are late and others due today.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Action, DeclineReason, Holder, Lead, Need, Service, Side
from matchmaker.domain.leads import ANSWERS
from matchmaker.services import demo_names, drafts, links
from matchmaker.services.leads import asking, consents, demo_clocks, demo_life, following, reviewing
from matchmaker.storage.queries import leads, needs, standing

FILE = "demo_leads.jsonl"
SERVICE = Service()

Story = Mapping[str, Any]


def stories(folder: Path) -> list[dict[str, Any]]:
    """Return what happens in the demo, as it stands in ``demo_leads.jsonl``: who asks whom, and what came of it."""
    return [json.loads(line) for line in (folder / FILE).read_text(encoding="utf-8").splitlines() if line.strip()]


def tell(session: Session, config: Config, story: Story, load: Callable[[dict[str, Any]], dict[str, Any]]) -> bool:
    """Let one story happen, unless it has happened before; return whether it was new. Flushes.

    `load` reads a need as the API has it. Raise `NotFound` when an offering or a person of the demo is missing.
    """
    if needs.contacts_by_email(session, SERVICE, story["contact"]["email"], 1):
        return False
    happen(session, config, story, load)
    return True


def happen(session: Session, config: Config, story: Story, load: Callable[[dict[str, Any]], dict[str, Any]]) -> Need:
    """Let one story happen, whether or not it has before; return its need. Flushes. Raise `NotFound` as `tell` does."""
    stated = load(dict(story["need"]))
    need = drafts.create(session, config, links.new_key(), answers_of(story["need"]))
    holder = Holder(need.id)
    chosen = [demo_names.offering(session, name) for name in story["ask"]]
    asked = asking.ask(session, config, holder, {
        "need": stated, "offerings": [offering.id for offering in chosen],
        "recipients": {offering.platform_id for offering in chosen}, "shows_files_at_once": False,
        "passes_on": story.get("passes_on", False),
        "language": stated["language"].value, "organisation": story["need"]["organisation"]["name"],
        "telephone": None, "is_findable": story.get("is_findable", False), **story["contact"],
    })
    by_offering = {lead.offering_id: lead for lead in asked}
    made = [by_offering[offering.id] for offering in chosen]
    for step in story["steps"]:
        _take(session, replace(config, decision_seconds=0), holder, made[step.get("lead", 0)], step)
    for lead in made:
        _move_back(session, lead, story["days_ago"])
        if story.get("is_silent"):
            demo_clocks.let_expire(session, config, need, lead)
    past = dt.timedelta(days=story["days_ago"])
    need.created_at -= past
    need.opened_at = need.opened_at and need.opened_at - past
    for consent in needs.consents_of(session, holder, need.id):
        if consent.channel == consents.FORM:
            consent.given_at -= past
    session.flush()
    return need


def _take(session: Session, config: Config, holder: Holder, lead: Lead, step: Story) -> None:
    """Take one step of a story."""
    words = step.get("words", "")
    member = demo_names.member(session, step["who"]) if "who" in step else None
    if demo_life.take(session, step, lead, holder, member):
        return
    match step["do"]:
        case "answer":
            following.answer(session, holder, lead.id, words)
        case "withdraw_consent":
            for consent in needs.consents_of(session, holder, holder.need_id):
                following.withdraw_consent(session, holder, consent.id)
        case "assign":
            person = demo_names.person(session, step["who"])
            reviewing.assign(session, standing.member(session, person), lead.id, person.id, seen=lead.version)
        case "note":
            reviewing.note(session, demo_names.member(session, step["who"]), lead.id, words)
        case action:
            reason = DeclineReason(step["reason"]) if "reason" in step else None
            decision = reviewing.decide(session, config, demo_names.member(session, step["who"]), lead.id,
                                        Action(action), reason=reason, words=words, terms=step.get("terms"),
                                        seen=lead.version)
            reviewing.mature(session, decision.id)


def _move_back(session: Session, lead: Lead, days: float) -> None:
    """Let a lead have come so many days ago, with its history and messages spread over the first half of them."""
    past = dt.timedelta(days=days)
    lead.created_at, lead.due_at = lead.created_at - past, lead.due_at - past
    for number, move in enumerate(lead.moves):
        move.at = move.at - past * (1 - number / (2 * len(lead.moves)))
    lead.changed_at = lead.moves[-1].at
    if lead.first_response_at:
        lead.first_response_at = next(move.at for move in lead.moves if move.to_state in ANSWERS)
    said = [move for move in lead.moves[1:] if move.to_state in ANSWERS or move.side == Side.FIRM]
    for message, move in zip(leads.messages_of(session, SERVICE, lead.id), said, strict=False):
        message.at = move.at
    for message in leads.messages_of(session, SERVICE, lead.id)[len(said):]:
        message.at -= past / 2
    demo_life.move_back(session, lead, past)


def answers_of(need: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Return the form of a need as it would have been filled in, as far as its fields are plain."""
    firm = {f"organisation_{name}": value for name, value in need["organisation"].items() if name != "name"}
    budget = need.get("budget_max")
    money = {"budget_max": f"{budget['amount'] / 100:.15g}", "currency": budget["currency"]} if budget else {}
    wishes = {"must_haves": "\n".join(entry["text"] for entry in need.get("must_haves", []))}
    plain = {name: value for name, value in need.items() if name not in ("organisation", "budget_max", "must_haves")}
    fields = {**plain, **firm, **money, **wishes}
    return {name: [str(entry) for entry in value] if isinstance(value, list) else [str(value)]
            for name, value in fields.items()}
