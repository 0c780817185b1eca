"""A firm may refuse to be ranked by a machine, and ask for a person to read its need (PIPL, article 24).

Refusing changes what the firm is shown: what the rules leave, in alphabetical order. A request for a reading lets
operators read what the firm needs, and nothing that says who it is, until one of them has answered.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Contact, Holder, HumanReading, Member, Need, NeedStatus, Offering
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Invalid
from matchmaker.services.leads import deadlines
from matchmaker.services.mail import outbox
from matchmaker.storage import wall
from matchmaker.storage.queries import needs, offerings, readings

DAYS = 5
"""Within so many working days an operator answers."""
MOST = 3
"""How many readings a firm may ask for of one need, one at a time."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Read:
    """What the firm sees: whether it is ranked, its requests, and the offerings that operators named."""

    need: Need
    readings: Sequence[HumanReading]
    offerings: Mapping[str, Offering]
    has_contact: bool

    @property
    def open(self) -> HumanReading | None:
        """The request that waits for an answer, if there is one."""
        return next((reading for reading in self.readings if reading.ended_at is None), None)

    @property
    def can_ask(self) -> bool:
        """Tell whether the firm may ask for a reading now."""
        return self.open is None and len(self.readings) < MOST and self.need.status in (NeedStatus.DRAFT,
                                                                                        NeedStatus.OPEN)


@dataclass(frozen=True)
class Listed:
    """What operators see: the requests that wait with the needs to read, and the newest that were answered."""

    waiting: Sequence[tuple[HumanReading, Need]]
    ended: Sequence[HumanReading]
    offerings: Mapping[str, Offering]


def read(session: Session, holder: Holder) -> Read:
    """Return how the holder's need is matched, and what was asked and answered; nothing changes."""
    need = needs.need_by_id(session, holder, holder.need_id)
    asked = readings.readings_of(session, holder, need.id)
    return Read(need, asked, _offerings(session, asked), needs.contact_of(session, holder, need.id) is not None)


def rank(session: Session, holder: Holder, *, is_ranked: bool) -> None:
    """Let a machine rank what the firm is shown, or not. Flushes."""
    needs.need_by_id(session, holder, holder.need_id, locked=True).is_ranked = is_ranked
    session.flush()


def ask(session: Session, holder: Holder, note: str, email: str | None, language: str) -> HumanReading:
    """Ask for a person to read the need; operators are told. Flushes. While one request waits, it is returned.

    `email` is kept for a need that has no contact yet. Raise `Conflict` for a closed need, or after too many.
    """
    need = needs.need_by_id(session, holder, holder.need_id, locked=True)
    asked = readings.readings_of(session, holder, need.id)
    if waiting := next((reading for reading in asked if reading.ended_at is None), None):
        return waiting
    if need.status not in (NeedStatus.DRAFT, NeedStatus.OPEN):
        raise Conflict("This need is closed; nobody is to read it any more.")
    if len(asked) >= MOST:
        raise Conflict("People have read this need %(most)s times; it stays at that.", most=MOST)
    now = utc_now()
    reading = HumanReading(need_id=need.id, at=now, due_at=deadlines.after(now, DAYS), note=note)
    session.add(reading)
    if email and needs.contact_of(session, holder, need.id) is None:
        session.add(Contact(need_id=need.id, email=email, language=language))
    session.flush()
    outbox.tell_operators(session, "reading_asked")
    return reading


def take_back(session: Session, holder: Holder) -> None:
    """Take the request that waits back, so that nobody reads the need any more. Flushes. Twice is once."""
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    for reading in readings.readings_of(session, holder, holder.need_id):
        if reading.ended_at is None:
            reading.end(None)
    session.flush()


def listed(session: Session, member: Member) -> Listed:
    """Return the requests before operators, the one due first at the top."""
    waiting, ended = readings.waiting(session, member), readings.answered(session, member)
    to_read = readings.needs_to_read(session, member, [reading.need_id for reading in waiting])
    return Listed([(reading, to_read[reading.need_id]) for reading in waiting if reading.need_id in to_read], ended,
                  _offerings(session, ended))


def find(session: Session, member: Member, reading_id: UUID) -> HumanReading:
    """Return a request; raise `NotFound` when there is none for `member`."""
    return readings.reading_by_id(session, member, reading_id)


def answer(session: Session, member: Member, reading_id: UUID, words: str, names: Sequence[str]) -> None:
    """Answer a request in words, naming offerings (see `_named`); the firm is told. Flushes.

    Raise `NotFound` when there is none for `member`, `Conflict` when it has ended, `Invalid` for what is no offering.
    """
    reading = readings.reading_by_id(session, member, reading_id)
    named = _named(session, names)
    with wall.as_service(session):
        reading.end(member.person_id, words, named)
    outbox.tell_firm(session, "reading_answered", reading.need_id)


def _named(session: Session, names: Sequence[str]) -> list[UUID]:
    """Return the offerings that are named, by their ids, the addresses of their pages, or ``platform/number``."""
    pairs = {name: (slug, number) for name in names for slug, _slash, number in [name.partition("/")]}
    found = {name: UUID(known[0]) for name in names if (known := _ID.search(name))}
    by_pair = offerings.offerings_named(session, set(pairs.values())) if pairs else {}
    found |= {name: by_pair[pair] for name, pair in pairs.items() if pair in by_pair}
    there = offerings.offerings_by_id(session, list(found.values()))
    for name in names:
        if found.get(name) not in there:
            raise Invalid("There is no offering %(name)s. Give the address of its page, or platform/external_id.",
                          name=name[:80])
    return list(dict.fromkeys(found[name] for name in names))


def _offerings(session: Session, asked: Sequence[HumanReading]) -> dict[str, Offering]:
    ids = {UUID(id) for reading in asked for id in reading.offerings}
    return {str(id): found for id, found in offerings.offerings_by_id(session, list(ids)).items()}

