"""Slots: an accepted lead takes one of what its offering has free, and gives it back when nothing comes of it.

An offering that says nothing of its capacity has room for all. Whoever takes a slot holds the offering's row, after
those of need and lead, so that two who take the last one do so one after the other.
"""

from sqlalchemy.orm import Session

from matchmaker.domain import Lead, LeadState, Offering, Service
from matchmaker.domain.base import utc_now
from matchmaker.domain.lead_life import WITH_SLOT
from matchmaker.errors import Conflict
from matchmaker.i18n import marked as _
from matchmaker.services.editing import changes, drafting
from matchmaker.storage.queries import desk

SERVICE = Service()
NO_ROOM = _("Nothing of this resource is free any more. State its capacity anew, or put the lead on the waiting list.")


def is_free(session: Session, lead: Lead) -> bool:
    """Tell whether a lead has a slot or there is one for it, which stays so until the transaction ends."""
    free = _free(desk.offering_by_id(session, SERVICE, lead.offering_id, locked=True))
    return lead.slot_taken_at is not None or free is None or free >= 1


def check(session: Session, lead: Lead) -> None:
    """Raise `Conflict` when there is no slot for a lead."""
    if not is_free(session, lead):
        raise Conflict(NO_ROOM)


def settle(session: Session, lead: Lead) -> None:
    """Take a slot for a lead that was accepted, give back that of one which came to nothing. Flushes.

    Raise `Conflict` when nothing is free.
    """
    if lead.state not in WITH_SLOT:
        give_back(session, lead)
    elif lead.state == LeadState.ACCEPTED and lead.slot_taken_at is None:
        offering = desk.offering_by_id(session, SERVICE, lead.offering_id, locked=True)
        free = _free(offering)
        if free is None:
            return
        if free < 1:
            raise Conflict(NO_ROOM)
        lead.slot_taken_at = utc_now()
        _state(session, offering, free - 1)


def give_back(session: Session, lead: Lead) -> None:
    """Give back the slot of a lead, if it has one. Flushes."""
    if lead.slot_taken_at is None:
        return
    lead.slot_taken_at = None
    offering = desk.offering_by_id(session, SERVICE, lead.offering_id, locked=True)
    free = _free(offering)
    if free is not None:
        most = (offering.capacity or {}).get("maximum")
        _state(session, offering, free + 1 if most is None else min(free + 1, most))


def _free(offering: Offering) -> float | None:
    """Return how much of an offering is free, None when it does not say."""
    free: float | None = (offering.capacity or {}).get("available")
    return free


def _state(session: Session, offering: Offering, available: float) -> None:
    """Let the offering say how much is free now; those who wait for room are told when there is some again.

    Its fingerprint stays: a list that is imported once more as it was changes nothing.
    """
    moment = utc_now().isoformat(timespec="seconds").replace("+00:00", "Z")
    capacity = {**(offering.capacity or {}), "available": available, "updated_at": moment}
    stated = offering.content_hash
    if drafting.revise(session, offering, offering.content | {"capacity": capacity}, None):
        offering.content_hash = stated
        changes.catalogue_changed(session)
