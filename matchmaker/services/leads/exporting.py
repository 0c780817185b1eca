"""Everything that is stored about a need, for its firm to take along (PIPL, article 45).

It is read column by column out of the tables, so that nothing that is added to them later can be forgotten. Left out
is what belongs to others: who in a team did something, and what a team noted or is about to decide.
"""

import datetime as dt
import enum
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import inspect

from matchmaker.domain import Base, Holder, Side
from matchmaker.domain.base import utc_now
from matchmaker.errors import NotFound
from matchmaker.i18n import pick
from matchmaker.services.leads import consents
from matchmaker.storage import Session
from matchmaker.storage.queries import leads, needs, own_data

OF_OTHERS = frozenset({"assignee_id", "person_id", "key_hash", "address_hash", "submitted_by"})
"""Columns of the people of a team, and the fingerprints of secrets."""


def document(session: Session, holder: Holder) -> dict[str, Any]:
    """Return all that is stored about the need of a private link, ready for JSON; nothing changes."""
    need = needs.need_by_id(session, holder, holder.need_id)
    contact, watch = needs.contact_of(session, holder, need.id), needs.watch_of(session, holder, need.id)
    return {
        "made_at": now(),
        "need": columns(need),
        "contact": contact and columns(contact),
        "files": rows(needs.attachments_of(session, holder, need.id)),
        "consents": _consents(session, holder),
        "leads": _leads(session, holder),
        "lists": rows(own_data.rankings_of(session, holder)),
        "watch": watch and columns(watch),
        "waiting_for_room": rows(own_data.stock_watches_of(session, holder)),
        "private_links": rows(own_data.links_of(session, holder)),
        "mails": rows(own_data.mails_of(session, holder)),
        "appeals": rows(own_data.appeals_of(session, holder)),
        "complaints": rows(own_data.complaints_of(session, holder)),
        "feedback": rows(own_data.feedback_of(session, holder)),
        "clock": rows(own_data.clock_steps_of(session, holder)),
        "human_readings": rows(own_data.human_readings_of(session, holder)),
        "account": rows(own_data.gathered_of(session, holder)),
        "being_found": rows(own_data.find_consents_of(session, holder)),
    }


def now() -> str:
    """Return the moment at which a document is made, as it says it."""
    return str(_plain(utc_now()))


def _leads(session: Session, holder: Holder) -> list[dict[str, Any]]:
    found = []
    messages = leads.messages_of_need(session, holder, holder.need_id)
    for lead in leads.leads_of_need(session, holder, holder.need_id):
        # Of a platform's steps the firm learns the outcome, and the reason by its code; words between are the team's.
        history = [columns(move) | ({} if move.side == Side.FIRM else {"why": ""}) for move in lead.moves]
        found.append(columns(lead) | {
            "offering": lead.offering.title, "platform": lead.platform.name, "history": history,
            "messages": rows(message for message in messages if message.lead_id == lead.id)})
    return found


def _consents(session: Session, holder: Holder) -> list[dict[str, Any]]:
    names = {lead.platform_id: pick(lead.platform.name)
             for lead in leads.leads_of_need(session, holder, holder.need_id)}
    found = []
    for given in needs.consents_of(session, holder, holder.need_id):
        try:
            text = consents.wording(given.text_version, given.language, names.get(given.recipient_id, ""))
        except (NotFound, KeyError):
            text = None
        words = {"opening": text.opening, **text.parts} if text else None
        found.append(columns(given) | {"recipient": names.get(given.recipient_id), "words": words})
    return found


def rows(found: Iterable[Base]) -> list[dict[str, Any]]:
    """Return rows with all their columns, ready for JSON."""
    return [columns(row) for row in found]


def columns(row: Base) -> dict[str, Any]:
    """Return a row with all its columns but those of others, ready for JSON."""
    return {column.key: _plain(getattr(row, column.key)) for column in inspect(type(row)).column_attrs
            if column.key not in OF_OTHERS}


def _plain(value: Any) -> Any:
    """Return a value of a column as JSON has it."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date) else value
