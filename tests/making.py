"""Functions that put people, needs and leads into a session, with whatever fields a test states."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain import (
    Consent,
    Contact,
    Lead,
    LeadState,
    Member,
    Membership,
    Need,
    NeedStatus,
    Offering,
    Organisation,
    Person,
    Role,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.needs import new_reference
from matchmaker.services.accounts import _hasher

PASSWORD = "a long enough password"
PASSWORD_HASH = _hasher.hash(PASSWORD)
BREAKDOWN = {
    "score": 3.2, "words": ["vibration"], "conditions": [],
    "factors": [{"name": "text", "contribution": 2.4, "state": "met", "detail": {"zh": "振动", "en": "vibration"}},
                {"name": "kind", "contribution": 0.8, "state": "met", "detail": {"zh": "实验室", "en": "laboratory"}}],
}


def add_organisation(session: Session, slug: str, *roles: str) -> Organisation:
    """Add an organisation, unless one has this short name."""
    found = session.scalar(select(Organisation).where(Organisation.slug == slug))
    if found is None:
        found = Organisation(slug=slug, name={"en": slug.title(), "zh": slug}, roles=list(roles or ["platform"]))
        session.add(found)
        session.flush()
    return found


def add_person(session: Session, email: str, slug: str | None = None, role: Role = Role.REVIEWER, **fields) -> Person:
    """Add a person who signs in with `PASSWORD`; with `slug`, one who has `role` in that organisation."""
    person = Person(**{"name": email.partition("@")[0], "email": email, "password_hash": PASSWORD_HASH,
                       "language": "en"} | fields)
    session.add(person)
    if slug:
        session.add(Membership(person=person, organisation=add_organisation(session, slug), role=role))
    session.flush()
    return person


def member(session: Session, person: Person) -> Member:
    """Return a person as an actor, with the roles that they have now."""
    roles: dict = {}
    for held in session.scalars(select(Membership).where(Membership.person_id == person.id)):
        roles.setdefault(held.organisation_id, set()).add(held.role)
    return Member(person.id, {place: frozenset(names) for place, names in roles.items()})


def add_need(session: Session, *, contact: dict | None = None, **fields) -> Need:
    """Add an open need with a contact."""
    problem = fields.get("problem", "Random vibration test of a battery bracket, near Nantong")
    need = Need(**{"status": NeedStatus.OPEN, "problem": problem, "language": "en", "opened_at": utc_now(),
                   "answers": {"problem": [problem]}} | fields)
    session.add(need)
    session.flush()
    session.add(Contact(need_id=need.id, **{"organisation": "Haimen Tricycles", "name": "A. Firm",
                                            "email": "firm@haimen.example", "telephone": "+86 513 5555 0100",
                                            "language": "en"} | (contact or {})))
    session.flush()
    return need


def add_lead(session: Session, offering: Offering, need: Need | None = None, *, consent: dict | None = None,
             **fields) -> Lead:
    """Add a submitted lead on an offering, with the firm's consent to its platform."""
    need = need or add_need(session)
    given = select(Consent).where(Consent.need_id == need.id, Consent.recipient_id == offering.platform_id)
    if session.scalar(given) is None:
        session.add(Consent(need_id=need.id, recipient_id=offering.platform_id,
                            **{"purpose": "ask", "text_version": "2026-11", "language": "en", "channel": "form"}
                            | (consent or {})))
    lead = Lead(need_id=need.id, offering_id=offering.id, platform_id=offering.platform_id,
                **{"id": new_id(), "reference": new_reference("L"), "offering_version": offering.version, "fit": 0.8,
                   "breakdown": BREAKDOWN, "state": LeadState.SUBMITTED,
                   "due_at": utc_now() + dt.timedelta(days=3)} | fields)
    session.add(lead)
    session.flush()
    return lead
