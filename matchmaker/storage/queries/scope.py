"""What each actor may see: the one place that selects leads, needs, contacts and all that hangs on them.

Every other query of these things begins with one of the selects here, and a test refuses those that do not. What an
actor may not see is not found, as if it did not exist.

- The holder of a private link sees their own need, and what belongs to it.
- A platform's team sees the leads of its platform. It sees the need behind a lead while the firm's consent to this
  recipient holds, and who the firm is only while, besides, the lead is in a state that reveals it.
- An operator sees how every lead stands, and none of the words or names in it.
- The service sees all, in its jobs.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import InstrumentedAttribute

from matchmaker.domain import (
    Attachment,
    Consent,
    Contact,
    Decision,
    Lead,
    LeadMessage,
    LeadNote,
    Mail,
    Need,
    Ranking,
    Watch,
)
from matchmaker.domain.actors import ANSWERING, Actor, Holder, Member, Service
from matchmaker.domain.leads import REVEALED, UNSEEN


def leads(actor: Actor) -> Select[Lead]:
    """Select the leads that `actor` may know of."""
    if isinstance(actor, Member) and actor.is_operator:
        return select(Lead).where(Lead.state.not_in(UNSEEN))
    return select(Lead).where(_own(actor))


def needs(actor: Actor) -> Select[Need]:
    """Select the needs that `actor` may read."""
    if isinstance(actor, Member):
        return select(Need).where(select(Lead.id).where(Lead.need_id == Need.id, _shared(actor)).exists())
    return select(Need).where(_of_need(actor, Need.id))


def contacts(actor: Actor) -> Select[Contact]:
    """Select the contacts that have been revealed to `actor`, or are theirs."""
    if isinstance(actor, Member):
        revealed = select(Lead.id).where(Lead.need_id == Contact.need_id, Lead.state.in_(REVEALED), _shared(actor))
        return select(Contact).where(revealed.exists())
    return select(Contact).where(_of_need(actor, Contact.need_id))


def attachments(actor: Actor) -> Select[Attachment]:
    """Select the attached files that have been revealed to `actor`, or are theirs."""
    if isinstance(actor, Member):
        at_once = _consent().where(Consent.shows_files_at_once).exists()
        revealed = select(Lead.id).where(Lead.need_id == Attachment.need_id, _shared(actor),
                                         Lead.state.in_(REVEALED) | at_once)
        return select(Attachment).where(revealed.exists())
    return select(Attachment).where(_of_need(actor, Attachment.need_id))


def consents(actor: Actor) -> Select[Consent]:
    """Select the consents that `actor` has given or received."""
    if isinstance(actor, Member):
        return select(Consent).where(Consent.recipient_id.in_(actor.organisations(*ANSWERING)))
    return select(Consent).where(_of_need(actor, Consent.need_id))


def messages(actor: Actor) -> Select[LeadMessage]:
    """Select what the two sides of a lead said to each other, for these two."""
    return select(LeadMessage).join(Lead, Lead.id == LeadMessage.lead_id).where(_shared(actor))


def notes(actor: Actor) -> Select[LeadNote]:
    """Select the notes of the actor's own team."""
    mine = _shared(actor) if isinstance(actor, Member) else false()
    return select(LeadNote).join(Lead, Lead.id == LeadNote.lead_id).where(mine)


def decisions(actor: Actor) -> Select[Decision]:
    """Select the decisions of the actor's own team; the firm hears of one when it has matured."""
    mine = false() if isinstance(actor, Holder) else _own(actor)
    return select(Decision).join(Lead, Lead.id == Decision.lead_id).where(mine)


def rankings(actor: Actor) -> Select[Ranking]:
    """Select ranking records. They hold rival offerings side by side, so no platform reads them."""
    if isinstance(actor, Member):
        return select(Ranking).where(false())
    return select(Ranking).where(_of_need(actor, Ranking.need_id))


def watches(actor: Actor) -> Select[Watch]:
    """Select the wishes to be told of something new."""
    if isinstance(actor, Member):
        return select(Watch).where(false())
    return select(Watch).where(_of_need(actor, Watch.need_id))


def mails(actor: Actor) -> Select[Mail]:
    """Select mail; it is the service's own business."""
    return select(Mail).where(true() if isinstance(actor, Service) else false())


def _own(actor: Actor) -> ColumnElement[bool]:
    """Tell whether a lead is the actor's own: of their need, or of a platform for which they answer."""
    if isinstance(actor, Member):
        return Lead.platform_id.in_(actor.organisations(*ANSWERING)) & Lead.state.not_in(UNSEEN)
    return _of_need(actor, Lead.need_id)


def _shared(actor: Actor) -> ColumnElement[bool]:
    """Tell whether the actor may read the words of a lead: for a platform, while the firm's consent holds."""
    return _own(actor) & _consent().exists() if isinstance(actor, Member) else _own(actor)


def _consent() -> Select[Consent]:
    """Select the consent in force behind the `Lead` of the query around it."""
    return select(Consent).where(Consent.need_id == Lead.need_id, Consent.recipient_id == Lead.platform_id,
                                 Consent.withdrawn_at.is_(None)).correlate(Lead)


def _of_need(actor: Actor, need_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    if isinstance(actor, Holder):
        return need_id == actor.need_id
    return true() if isinstance(actor, Service) else false()
