"""What the address of the queue says of the part that is shown, and the words of what narrows it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request

from matchmaker.domain import LeadState, Member, Side
from matchmaker.i18n import gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.schemas.reviewing import QueueSchema
from matchmaker.services.leads.workbench import STATES, Due, Filter, Nobody, Queue
from matchmaker.web import labels
from matchmaker.web.cards import text_language

SHOWN_FROM = ("view", "sort", "cursor", "state", "owner", "kind", "offering", "due", "q")
PART = tuple(name for name in SHOWN_FROM if name != "cursor")
"""What says which part of the queue it is, wherever in it the reader stands."""
DUE = {Due.LATE: _("Late"), Due.DAY: _("Within a day"), Due.WEEK: _("Within a week")}


def kept() -> dict[str, Any]:
    """Return what the address says of the list, for the addresses of the pages that follow."""
    return {name: value[:200] for name in SHOWN_FROM if (value := request.args.get(name))}


def part(**others: Any) -> dict[str, Any]:
    """Return what the address says of the part of the queue, with some of it changed; None leaves a name out."""
    found = {name: value for name, value in kept().items() if name in PART} | others
    return {name: value for name, value in found.items() if value is not None}


def asked(member: Member, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return which part of the queue an address names, this one's unless `values` are given.

    Raise `ValidationError` when there is no such part.
    """
    found = QueueSchema().load(kept() if values is None else values)
    return {name: found[name] for name in ("view", "sort", "cursor")} | {"narrowed": narrowed(found, member)}


def narrowed(found: Mapping[str, Any], member: Member) -> Filter:
    """Return the filter that the fields of a form make, for the person who sent it."""
    named: dict[Any, UUID | Nobody] = {"me": member.person_id, "nobody": Nobody.NOBODY}
    owner = named.get(found["owner"], found["owner"])
    return Filter(state=found["state"], owner=owner, kind=found["kind"], offering=found["offering"], due=found["due"],
                  text=found["q"])


def states(queue: Queue) -> list[tuple[str, str]]:
    """Return the states that leads of a view can have, with their words."""
    return [(state.value, labels.lead_state(state, Side.PLATFORM)) for state in LeadState
            if state in STATES[queue.view]]


def owners(queue: Queue, member: Member) -> list[tuple[str, str]]:
    """Return whose leads can be asked for."""
    others = [(str(person.id), person.name) for person in queue.colleagues if person.id != member.person_id]
    return [("me", gettext("You")), ("nobody", gettext("Nobody yet")), *others]


def dues() -> list[tuple[str, str]]:
    """Return the spans of days by which leads can be narrowed."""
    return [(due.value, gettext(words)) for due, words in DUE.items()]


def kinds(queue: Queue, kind_labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the kinds of resources that the leads ask for."""
    found = dict.fromkeys(row.kind_code for row in queue.offerings)
    return sorted(((code, kind_labels.get(code, code)) for code in found), key=lambda pair: pair[1])


def offerings(queue: Queue) -> list[tuple[str, str, str]]:
    """Return the offerings that the leads ask for, each with its title and the language of that."""
    return [(str(row.id), pick(row.title), text_language(row.title)) for row in queue.offerings]


def count(queue: Queue) -> int:
    """Return by how many things that are folded away the queue is narrowed."""
    return sum(getattr(queue.narrowed, name) is not None for name in ("state", "kind", "offering"))
