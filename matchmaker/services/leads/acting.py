"""Who takes a step in the life of a lead: its firm by a private link, or the team of its platform.

Both hold the rows of need and lead, in this order, before anything is read that the step depends on.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Holder, Lead, Member, Service, Side
from matchmaker.domain.leads import UNSEEN
from matchmaker.errors import Conflict, Forbidden, NotFound
from matchmaker.services.leads import reviewing
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import needs

SERVICE = Service()
Party = Holder | Member


def lead_of(session: Session, actor: Party, lead_id: UUID) -> Lead:
    """Return a lead, locked, of which `actor` is a party.

    Raise `NotFound` for another's, `Forbidden` to an operator who looks on, `Conflict` to a platform whose consent has
    been withdrawn.
    """
    if isinstance(actor, Holder):
        needs.need_by_id(session, actor, actor.need_id, locked=True)
        lead = queries.lead_by_id(session, actor, lead_id, locked=True)
        if lead.state in UNSEEN:
            raise NotFound("There is no such lead, or not for you.")
        return lead
    lead = queries.lead_by_id(session, actor, lead_id)
    if not reviewing.answers_for(actor, lead):
        raise Forbidden("Only the platform's own team answers its leads.")
    needs.need_by_id(session, SERVICE, lead.need_id, locked=True)
    lead = queries.lead_by_id(session, actor, lead_id, locked=True)
    if not reviewing.has_consent(session, lead):
        raise Conflict(reviewing.CONSENT_GONE)
    return lead


def side_of(actor: Party) -> Side:
    """Return for which side of a lead somebody acts."""
    return Side.FIRM if isinstance(actor, Holder) else Side.PLATFORM


def person_of(actor: Party) -> UUID | None:
    """Return which person acts; a firm's link names none."""
    return actor.person_id if isinstance(actor, Member) else None


def tell_other(session: Session, actor: Party, lead: Lead, notice: str) -> None:
    """Queue a mail to the other side: ``{notice}_by_firm`` to the platform, ``{notice}_by_platform`` to the firm."""
    if isinstance(actor, Holder):
        outbox.tell_assigned(session, f"{notice}_by_firm", lead)
    else:
        outbox.tell_firm(session, f"{notice}_by_platform", lead.need_id, lead=str(lead.id))
