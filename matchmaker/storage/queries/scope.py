"""What each actor may see: the one place that selects leads, needs, contacts and all that hangs on them.

Every other query of these things begins with one of the selects here, and a test refuses those that do not. What an
actor may not see is not found, as if it did not exist.

- The holder of a private link sees their own need, and what belongs to it. A firm in its account sees those gathered.
- A platform's team sees the leads of its platform. It sees the need behind a lead while the firm's consent to this
  recipient holds, and who the firm is only while, besides, the lead is in a state that reveals it.
- An operator sees how every lead stands, and none of the words or names in it; for a person's reading see
  `scope_readings`.
- Whoever edits a platform's offerings sees all of these, with their history and the changes being prepared. An operator
  sees the offerings that are or have been submitted, and of the changes those in review.
- What one side of a lead says of the other at its end is kept from that one until it has spoken too, or for `BLIND`.
- An appeal is between the firm and the operator. So is a complaint, until the operator puts it to the platform; then
  the platform reads it whether or not the consent still holds, since it is the one complained of.
- What a platform finds of a need that it was not asked about is its facts, never the need: see `findings`.
- What boards count is plain facts, for operators: see `scope_boards`.
- The service sees all, in its jobs.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, false, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from matchmaker.domain import (
    Appeal,
    Attachment,
    ClockStep,
    Complaint,
    Consent,
    Contact,
    Decision,
    FindConsent,
    Finding,
    GatheredNeed,
    Lead,
    LeadFeedback,
    LeadMessage,
    LeadNote,
    LeadPresence,
    LeadReading,
    Mail,
    Need,
    NeedStatus,
    Offering,
    OfferingMove,
    OfferingRevision,
    OfferingStatus,
    OfferingVersion,
    Ranking,
    SavedView,
    StockWatch,
    Watch,
)
from matchmaker.domain.actors import ANSWERING, EDITING, Actor, Firm, Holder, Member, Service, Side
from matchmaker.domain.base import utc_now
from matchmaker.domain.lead_life import BLIND
from matchmaker.domain.leads import REVEALED, UNSEEN
from matchmaker.storage.wall import Asker, names_asker


@names_asker
def leads(actor: Actor) -> Select[Lead]:
    """Select the leads that `actor` may know of."""
    if isinstance(actor, Member) and actor.is_operator:
        return select(Lead).where(Lead.state.not_in(UNSEEN))
    return select(Lead).where(_own(actor))


def says(actor: Actor, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell of the `Lead` of a query whether `actor` may read its need, and the need meets a condition."""
    return _shared(actor) & select(Need.id).where(Need.id == Lead.need_id, condition).correlate(Lead).exists()


@names_asker
def presences(actor: Actor) -> Select[LeadPresence]:
    """Select who has one of the actor's own team's leads open."""
    mine = _own(actor) if isinstance(actor, Member) else false()
    return select(LeadPresence).join(Lead, Lead.id == LeadPresence.lead_id).where(mine)


@names_asker
def saved_views(actor: Actor) -> Select[SavedView]:
    """Select the parts of the queue that `actor` has saved."""
    mine = SavedView.person_id == actor.person_id if isinstance(actor, Member) else false()
    return select(SavedView).where(mine)


@names_asker
def find_consents(actor: Actor) -> Select[FindConsent]:
    """Select the consents to be found; a platform sees what is found by them, and not the consents."""
    if isinstance(actor, Member):
        return select(FindConsent).where(false())
    return select(FindConsent).where(_of_need(actor, FindConsent.need_id))


def findings(actor: Actor) -> Select[Finding]:
    """Select what fits offerings among the needs that may be found: for a platform, its own offerings' alone.

    The need must be open, its consent to be found in force, and the platform not one that it excludes. It is asked by
    the service: both stand where the platform itself reads nothing.
    """
    found = select(Finding).join(Offering, Offering.id == Finding.offering_id).options(Asker(Service()))
    if not isinstance(actor, Member):
        return found.where(_of_need(actor, Finding.need_id))
    may_be_found = select(FindConsent.need_id).join(Need, Need.id == FindConsent.need_id).where(
        FindConsent.need_id == Finding.need_id, FindConsent.withdrawn_at.is_(None), Need.status == NeedStatus.OPEN)
    return found.where(Offering.platform_id.in_(actor.organisations(*ANSWERING)), may_be_found.exists())


@names_asker
def needs(actor: Actor) -> Select[Need]:
    """Select the needs that `actor` may read."""
    if isinstance(actor, Member):
        return select(Need).where(select(Lead.id).where(Lead.need_id == Need.id, _shared(actor)).exists())
    return select(Need).where(_of_need(actor, Need.id))


@names_asker
def contacts(actor: Actor) -> Select[Contact]:
    """Select the contacts that have been revealed to `actor`, or are theirs."""
    if isinstance(actor, Member):
        revealed = select(Lead.id).where(Lead.need_id == Contact.need_id, Lead.state.in_(REVEALED), _shared(actor))
        return select(Contact).where(revealed.exists())
    return select(Contact).where(_of_need(actor, Contact.need_id))


@names_asker
def attachments(actor: Actor) -> Select[Attachment]:
    """Select the attached files that have been revealed to `actor`, or are theirs."""
    if isinstance(actor, Member):
        at_once = _consent().where(Consent.shows_files_at_once).exists()
        revealed = select(Lead.id).where(Lead.need_id == Attachment.need_id, _shared(actor),
                                         Lead.state.in_(REVEALED) | at_once)
        return select(Attachment).where(revealed.exists())
    return select(Attachment).where(_of_need(actor, Attachment.need_id))


@names_asker
def consents(actor: Actor) -> Select[Consent]:
    """Select the consents that `actor` has given or received."""
    if isinstance(actor, Member):
        return select(Consent).where(Consent.recipient_id.in_(actor.organisations(*ANSWERING)))
    return select(Consent).where(_of_need(actor, Consent.need_id))


@names_asker
def messages(actor: Actor) -> Select[LeadMessage]:
    """Select what the two sides of a lead said to each other, for these two."""
    return select(LeadMessage).join(Lead, Lead.id == LeadMessage.lead_id).where(_shared(actor))


@names_asker
def clock_steps(actor: Actor) -> Select[ClockStep]:
    """Select what the answer clocks of leads have done: the firm follows it, a team is told by mail."""
    return select(ClockStep).join(Lead, Lead.id == ClockStep.lead_id).where(_of_need(actor, Lead.need_id))


@names_asker
def notes(actor: Actor) -> Select[LeadNote]:
    """Select the notes of the actor's own team."""
    mine = _shared(actor) if isinstance(actor, Member) else false()
    return select(LeadNote).join(Lead, Lead.id == LeadNote.lead_id).where(mine)


@names_asker
def decisions(actor: Actor) -> Select[Decision]:
    """Select the decisions of the actor's own team; the firm hears of one when it has matured."""
    mine = false() if isinstance(actor, Holder | Firm) else _own(actor)
    return select(Decision).join(Lead, Lead.id == Decision.lead_id).where(mine)


@names_asker
def readings(actor: Actor) -> Select[LeadReading]:
    """Select until when the two sides of the actor's own leads have read."""
    return select(LeadReading).join(Lead, Lead.id == LeadReading.lead_id).where(_own(actor))


@names_asker
def feedback(actor: Actor) -> Select[LeadFeedback]:
    """Select what the two sides of a lead say of each other, as far as the actor's side may read it yet."""
    found = select(LeadFeedback).join(Lead, Lead.id == LeadFeedback.lead_id).where(_shared(actor))
    if isinstance(actor, Service):
        return found
    side, own = Side.FIRM if isinstance(actor, Holder | Firm) else Side.PLATFORM, aliased(LeadFeedback)
    seen_by = bindparam("seen_by", unique=True, callable_=lambda: utc_now() - BLIND, type_=LeadFeedback.at.type)
    has_spoken = select(own.id).where(own.lead_id == LeadFeedback.lead_id, own.side == side).exists()
    return found.where((LeadFeedback.side == side) | has_spoken | (LeadFeedback.at <= seen_by))


@names_asker
def appeals(actor: Actor) -> Select[Appeal]:
    """Select appeals, for the firm and for operators."""
    return select(Appeal).join(Lead, Lead.id == Appeal.lead_id).where(_before_operator(actor))


@names_asker
def complaints(actor: Actor) -> Select[Complaint]:
    """Select complaints, for the firm, for operators, and for the platform to which they were put."""
    put = _own(actor) & Complaint.put_at.is_not(None) if isinstance(actor, Member) else false()
    return select(Complaint).join(Lead, Lead.id == Complaint.lead_id).where(_before_operator(actor) | put)


@names_asker
def rankings(actor: Actor) -> Select[Ranking]:
    """Select ranking records. They hold rival offerings side by side, so no platform reads them."""
    if isinstance(actor, Member):
        return select(Ranking).where(false())
    return select(Ranking).where(_of_need(actor, Ranking.need_id))


@names_asker
def watches(actor: Actor) -> Select[Watch]:
    """Select the wishes to be told of something new."""
    return select(Watch).where(_of_need(actor, Watch.need_id))


@names_asker
def mails(actor: Actor) -> Select[Mail]:
    """Select mail; it is the service's own business."""
    return select(Mail).where(true() if isinstance(actor, Service) else false())


@names_asker
def stock_watches(actor: Actor) -> Select[StockWatch]:
    """Select the wishes to be told that an offering has room again."""
    return select(StockWatch).where(_of_need(actor, StockWatch.need_id))


@names_asker
def offerings(actor: Actor) -> Select[Offering]:
    """Select the offerings that `actor` works on, in whatever state; what firms are shown is asked elsewhere."""
    return select(Offering).where(_worked_on(actor))


@names_asker
def offering_moves(actor: Actor) -> Select[OfferingMove]:
    """Select the moves of the offerings that `actor` works on."""
    return select(OfferingMove).join(Offering, Offering.id == OfferingMove.offering_id).where(_worked_on(actor))


@names_asker
def offering_versions(actor: Actor) -> Select[OfferingVersion]:
    """Select the earlier versions of the offerings that `actor` works on."""
    return select(OfferingVersion).join(Offering, Offering.id == OfferingVersion.offering_id).where(_worked_on(actor))


@names_asker
def offering_revisions(actor: Actor) -> Select[OfferingRevision]:
    """Select the changes being prepared to the offerings that `actor` works on."""
    found = select(OfferingRevision).join(Offering, Offering.id == OfferingRevision.offering_id)
    if isinstance(actor, Member) and actor.is_operator:
        return found.where(_edited(actor) | (OfferingRevision.status == OfferingStatus.IN_REVIEW))
    return found.where(_worked_on(actor))


def _edited(actor: Member) -> ColumnElement[bool]:
    return Offering.platform_id.in_(actor.organisations(*EDITING))


def _worked_on(actor: Actor) -> ColumnElement[bool]:
    if isinstance(actor, Member):
        submitted = Offering.status != OfferingStatus.DRAFT
        return _edited(actor) | submitted if actor.is_operator else _edited(actor)
    return true() if isinstance(actor, Service) else false()


def _own(actor: Actor) -> ColumnElement[bool]:
    """Tell whether a lead is the actor's own: of their need, or of a platform for which they answer."""
    if isinstance(actor, Member):
        return Lead.platform_id.in_(actor.organisations(*ANSWERING)) & Lead.state.not_in(UNSEEN)
    return _of_need(actor, Lead.need_id)


def _before_operator(actor: Actor) -> ColumnElement[bool]:
    """Tell whether what a firm brings before the operator about a lead is open to the actor."""
    if isinstance(actor, Member):
        return Lead.state.not_in(UNSEEN) if actor.is_operator else false()
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
    if isinstance(actor, Firm):
        return need_id.in_(select(GatheredNeed.need_id).where(GatheredNeed.account_id == actor.account_id))
    return true() if isinstance(actor, Service) else false()
