"""Who else has a lead open: a browser says so every while, and whoever opens the same lead reads it.

It keeps nobody from anything: that two do not decide on one lead is the business of its version.
"""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain import LeadPresence, Member
from matchmaker.domain.base import utc_now
from matchmaker.storage.queries import leads, views
from matchmaker.storage.queries import queue as queries

LASTS = dt.timedelta(seconds=45)
"""For how long what a browser said holds; it says it again before."""


def say(session: Session, member: Member, lead_id: UUID) -> Sequence[str]:
    """Note that a person has a lead open, and return the names of the others who do. Flushes.

    Raise `NotFound` for a lead that is not the team's.
    """
    lead = leads.lead_by_id(session, member, lead_id)
    found = views.presence_of(session, member, lead.id, member.person_id)
    if found is not None:
        found.at = utc_now()
    else:
        _begin(session, LeadPresence(lead_id=lead.id, person_id=member.person_id, at=utc_now()))
    session.flush()
    return others(session, member, lead.id)


def _begin(session: Session, presence: LeadPresence) -> None:
    """Keep a presence; when another window of the same person is first, its word is as good."""
    try:
        with session.begin_nested():
            session.add(presence)
    except IntegrityError:
        return


def others(session: Session, member: Member, lead_id: UUID) -> list[str]:
    """Return the names of colleagues who have a lead open at this moment."""
    here = views.presences_on(session, member, lead_id, utc_now() - LASTS)
    found = queries.names_of(session, (entry.person_id for entry in here if entry.person_id != member.person_id))
    return sorted(found.values())
