"""Following: what the holder of a private link sees of their need, and what they can do after asking.

Locks are taken in the order need, leads by id, decision, as everywhere. Each step that is sent twice happens once.
A decision that a platform has made and that is not carried out yet is nowhere in what the firm sees.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from matchmaker import jobs
from matchmaker.domain import (
    Attachment,
    Consent,
    Contact,
    DecisionStatus,
    Holder,
    Lead,
    LeadMessage,
    LeadState,
    Need,
    Organisation,
    Service,
    Side,
    Watch,
)
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import REVEALED, TO_ANSWER, UNSEEN
from matchmaker.errors import Conflict, NotFound
from matchmaker.i18n import marked as _
from matchmaker.services import limits
from matchmaker.services.leads import asking, clocks, contact_words, deadlines, finding, slots, watching
from matchmaker.services.mail import outbox
from matchmaker.storage import Session
from matchmaker.storage.queries import leads as queries
from matchmaker.storage.queries import needs, scope_firms

SEND_LINKS = "send_links"
MOST_LINKS = 20
"""So many needs of one address are written to at a time, the newest first."""
RESENDS_AN_HOUR, RESENDS_FROM_AN_HOUR, AN_HOUR = 3, 20, 3600
SERVICE = Service()

REQUEST_WITHDRAWN = _("The firm has withdrawn its request.")
CONSENT_WITHDRAWN = _("The firm has withdrawn its consent.")


@dataclass(frozen=True)
class Followed:
    """One lead as its firm sees it: with what was said, and the consent behind it if that still holds."""

    lead: Lead
    messages: Sequence[LeadMessage]
    consent: Consent | None

    @property
    def question(self) -> LeadMessage | None:
        """The platform's question, while it waits for an answer."""
        asked = [message for message in self.messages if message.side == Side.PLATFORM]
        return asked[-1] if asked and self.lead.state == LeadState.INFO_REQUESTED else None

    @property
    def can_withdraw(self) -> bool:
        """Tell whether the firm can still take the request back."""
        return self.lead.can_move(LeadState.WITHDRAWN)

    @property
    def is_revealed(self) -> bool:
        """Tell whether the platform has the contact at this moment."""
        return self.lead.state in REVEALED and self.consent is not None


@dataclass(frozen=True)
class Promise:
    """What one platform was asked, and by when it promised to have answered all of it."""

    platform: Organisation
    leads: list[Lead]
    due_at: dt.datetime


@dataclass(frozen=True)
class Status:
    """A need with all that its firm may see and end."""

    need: Need
    followed: list[Followed]
    contact: Contact | None
    attachments: Sequence[Attachment]
    consents: list[Consent]
    """Those in force."""
    watch: Watch | None
    invitations: list[Lead] = field(default_factory=list)
    """What platforms that found the need suggest, and the firm has not answered."""
    is_findable: bool = False
    is_gathered: bool = False
    """Whether it is in an account."""


def status(session: Session, holder: Holder) -> Status:
    """Return everything about the need of a private link; what waits for an answer of the firm comes first.

    However many leads there are, the queries are as few.
    """
    need = needs.need_by_id(session, holder, holder.need_id)
    given = asking.consents_in_force(session, holder)
    said: dict[UUID, list[LeadMessage]] = defaultdict(list)
    for message in queries.messages_of_need(session, holder, need.id):
        said[message.lead_id].append(message)
    leads = queries.leads_of_need(session, holder, need.id)
    followed = [Followed(lead, said[lead.id], given.get(lead.platform_id)) for lead in leads
                if lead.state not in UNSEEN]
    watch = needs.watch_of(session, holder, need.id)
    return Status(
        need=need, followed=sorted(followed, key=_turn), contact=needs.contact_of(session, holder, need.id),
        attachments=needs.attachments_of(session, holder, need.id), consents=list(given.values()),
        watch=watch if watch and watch.ended_at is None else None,
        invitations=[lead for lead in leads if lead.state == LeadState.SUGGESTED],
        is_findable=finding.is_allowed(session, holder),
        is_gathered=scope_firms.gathered_need(session, holder, need.id) is not None,
    )


def attachment(session: Session, holder: Holder, attachment_id: UUID) -> Attachment:
    """Return one of the firm's own files; raise `NotFound` when it is none of them."""
    return needs.attachment_by_id(session, holder, holder.need_id, attachment_id)


def promises(found: Status) -> list[Promise]:
    """Return by when each platform that has to answer promised to, the earliest first."""
    by_platform: dict[UUID, list[Lead]] = {}
    for entry in found.followed:
        if entry.lead.state in TO_ANSWER:
            by_platform.setdefault(entry.lead.platform_id, []).append(entry.lead)
    made = [Promise(leads[0].platform, leads, max(lead.due_at for lead in leads)) for leads in by_platform.values()]
    return sorted(made, key=lambda promise: promise.due_at)


def end_watch(session: Session, holder: Holder) -> None:
    """No longer tell the firm when something new fits. Flushes."""
    watching.end(session, holder)


def answer(session: Session, holder: Holder, lead_id: UUID, words: str) -> Lead:
    """Answer a platform's question; its time to answer begins anew. Flushes.

    The same answer sent twice is one. Raise `NotFound` for another's lead, `Conflict` when nothing is asked any more,
    `Invalid` for an answer that says how to reach the firm.
    """
    lead = _locked_lead(session, holder, lead_id)
    if lead.state != LeadState.INFO_REQUESTED:
        own = [message for message in queries.messages_of(session, holder, lead.id) if message.side == Side.FIRM]
        if own and own[-1].words == words:
            return lead
        raise Conflict("Nothing is asked any more: the request has moved on. Your words were not sent.")
    contact_words.check(words)
    session.add(LeadMessage(lead_id=lead.id, side=Side.FIRM, words=words))
    lead.move(LeadState.IN_REVIEW, holder)
    lead.due_at = max(lead.due_at, deadlines.due_at(lead.offering, utc_now()))
    session.flush()
    clocks.start(session, lead)
    if lead.assignee_id:
        outbox.tell_person(session, "question_answered", lead.assignee_id, lead=str(lead.id))
    else:
        outbox.tell_team(session, "question_answered", lead.platform_id, lead=str(lead.id))
    return lead


def withdraw(session: Session, holder: Holder, lead_id: UUID, why: str = "") -> Lead:
    """Take one request back; a decision of the platform that waits comes to nothing. Flushes.

    Twice is once. Raise `NotFound` for another's lead, `Conflict` when it has ended or is being delivered.
    """
    lead = _locked_lead(session, holder, lead_id)
    if lead.state == LeadState.WITHDRAWN:
        return lead
    lead.move(LeadState.WITHDRAWN, holder, why)
    slots.settle(session, lead)
    stop_decisions(session, [lead], REQUEST_WITHDRAWN)
    session.flush()
    outbox.tell_team(session, "lead_withdrawn", lead.platform_id, lead=str(lead.id))
    return lead


def withdraw_consent(session: Session, holder: Holder, consent_id: UUID) -> Consent:
    """End the consent to a recipient: from now on it reads nothing of the need, and no decision of it matures. Flushes.

    What was asked of it is withdrawn as far as that is possible. Twice is once. Raise `NotFound` for a consent that is
    not the holder's.
    """
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    given = {consent.id: consent for consent in needs.consents_of(session, holder, holder.need_id)}
    if consent_id not in given:
        raise NotFound("There is no such consent, or not for you.")
    consent = given[consent_id]
    if consent.withdrawn_at is not None:
        return consent
    leads = [lead for lead in queries.leads_of_need(session, holder, holder.need_id, locked=True)
             if lead.platform_id == consent.recipient_id]
    for lead in leads:
        if lead.can_move(LeadState.WITHDRAWN):
            lead.move(LeadState.WITHDRAWN, holder)
            slots.settle(session, lead)
    consent.withdraw()
    stop_decisions(session, leads, CONSENT_WITHDRAWN)
    session.flush()
    if leads:
        outbox.tell_team(session, "consent_withdrawn", consent.recipient_id, lead=str(leads[0].id))
    return consent


def ask_link_again(session: Session, email: str, address: str | None) -> None:
    """Have the private link of each need of an e-mail address sent to it again, by a job. Flushes.

    The same happens whether or not there is such an address: one look into the contacts, one job. The job carries
    the ids of contacts alone, none if there are none. Raise `TooMany` when it was asked too often for this address,
    or from this place.
    """
    limits.count(session, "link_again_from", limits.network(address), RESENDS_FROM_AN_HOUR, AN_HOUR)
    limits.count(session, "link_again", email, RESENDS_AN_HOUR, AN_HOUR)
    found = needs.contacts_by_email(session, SERVICE, email, MOST_LINKS)
    jobs.enqueue(session, SEND_LINKS, contacts=[str(contact.id) for contact in found])


def send_links(session: Session, contact_ids: Iterable[UUID]) -> int:
    """Do the job: queue a mail with a fresh link for the need of each contact that is still there; return how many."""
    contacts = needs.contacts_by_id(session, SERVICE, list(contact_ids))
    for contact in contacts:
        outbox.tell_firm(session, "link_again", contact.need_id)
    return len(contacts)


def _turn(followed: Followed) -> int:
    return 0 if followed.question else 1


def _locked_lead(session: Session, holder: Holder, lead_id: UUID) -> Lead:
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    return queries.lead_by_id(session, holder, lead_id, locked=True)


def stop_decisions(session: Session, leads: Iterable[Lead], refusal: str) -> None:
    """End what a platform has decided and what has not happened yet."""
    for lead in leads:
        decision = queries.pending_decision(session, SERVICE, lead.id)
        if decision is not None:
            decision.end(DecisionStatus.REFUSED, refusal)
