"""Talking: both sides of a lead write to each other, without saying who they are before acceptance."""

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Lead, LeadMessage, LeadReading
from matchmaker.domain.base import utc_now
from matchmaker.domain.lead_life import TALKING
from matchmaker.domain.leads import REVEALED
from matchmaker.errors import Conflict, Invalid, TooMany
from matchmaker.services.leads import acting, contact_words
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import life

A_DAY, MOST = 20, 200
"""How many messages one side may write about a lead within a day, and both in all."""
DAY = dt.timedelta(days=1)


def write(session: Session, actor: acting.Party, lead_id: UUID, words: str) -> LeadMessage:
    """Write to the other side of a lead; what it wrote before counts as read. Flushes.

    The same message sent twice in a row is one. The other side gets one mail for all that it has not read. Raise
    `Conflict` when the lead has ended, `Invalid` for words that say how to reach somebody before acceptance, `TooMany`
    beyond the limits.
    """
    lead = acting.lead_of(session, actor, lead_id)
    side = acting.side_of(actor)
    if lead.state not in TALKING:
        raise Conflict("The request has ended; nothing more can be written about it.")
    if not words.strip():
        raise Invalid("Write the message first.")
    if lead.state not in REVEALED:
        contact_words.check(words)
    said = queries.messages_of(session, actor, lead.id)
    if said and (said[-1].side, said[-1].words) == (side, words):
        return said[-1]
    now = utc_now()
    own = [message for message in said if message.side == side]
    if len(said) >= MOST or sum(message.at > now - DAY for message in own) >= A_DAY:
        raise TooMany("That is much for one request. Wait a day, or say it in fewer messages.",
                      seconds=int(DAY.total_seconds()))
    other = life.readings_of(session, actor, [lead.id])
    read_until = next((reading.at for reading in other if reading.side != side), None)
    is_told = any(read_until is None or message.at > read_until for message in own)
    message = LeadMessage(lead_id=lead.id, side=side, person_id=acting.person_of(actor), words=words, at=now)
    session.add(message)
    _mark(session, actor, lead, now)
    session.flush()
    if not is_told:
        acting.tell_other(session, actor, lead, "message")
    return message


def mark_read(session: Session, actor: acting.Party, lead_id: UUID) -> None:
    """Keep that a side has read all that the other has written so far. Flushes.

    It says so itself: to open a page proves nothing, since mail programs open links by themselves.
    """
    lead = acting.lead_of(session, actor, lead_id)
    _mark(session, actor, lead, utc_now())
    session.flush()


def _mark(session: Session, actor: acting.Party, lead: Lead, moment: dt.datetime) -> None:
    side = acting.side_of(actor)
    kept = next((reading for reading in life.readings_of(session, actor, [lead.id]) if reading.side == side), None)
    if kept is None:
        session.add(LeadReading(lead_id=lead.id, side=side, at=moment))
    else:
        kept.at = max(kept.at, moment)
