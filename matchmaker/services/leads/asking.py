"""Asking: a firm chooses offerings, consents to the platforms behind them, and each offering becomes a lead.

All of it happens in one transaction under the lock of the need's row. A request that comes twice, even at the same
moment, finds the leads that the first one made and changes nothing.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from matchmaker.config import Config
from matchmaker.domain import (
    Consent,
    Contact,
    Holder,
    Lead,
    LeadMove,
    LeadState,
    Need,
    NeedStatus,
    Offering,
    Organisation,
    Origin,
    Side,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.leads import UNSEEN
from matchmaker.domain.needs import new_reference
from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import gettext, pick
from matchmaker.ranking import matcher
from matchmaker.services import drafts, limits, matching
from matchmaker.services.firms import gathering
from matchmaker.services.leads import clocks, consents, deadlines, finding, records, watching
from matchmaker.services.mail import outbox
from matchmaker.services.referrals import standings
from matchmaker.storage import Session
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import needs, offerings

MOST = 10
"""How many offerings can be asked at once."""
ASKS_AN_HOUR, ASKS_FROM_AN_HOUR, WATCHES_AN_HOUR = 30, 120, 10
AN_HOUR = 3600
CONTACT = ("organisation", "name", "email", "telephone")

Wanted = Mapping[str, Any]


@dataclass
class Recipient:
    """One platform that would be asked, and for which of its offerings."""

    platform: Organisation
    offerings: list[Offering] = field(default_factory=list)

    @property
    def days(self) -> int:
        """Within how many working days all of its offerings promise an answer."""
        return max(deadlines.days_of(offering) for offering in self.offerings)


@dataclass(frozen=True)
class Refusal:
    """An offering that cannot be asked, with the reason in words; it has no title when it never existed."""

    title: Mapping[str, str]
    reason: str


@dataclass(frozen=True)
class Plan:
    """What asking for some offerings would come to."""

    recipients: list[Recipient]
    refusals: list[Refusal]
    asked: list[Lead]
    """The leads that exist already for some of them."""
    listed: records.Listed
    matches: Mapping[UUID, matcher.Match]
    """Each offering that can be asked, beside the need."""
    contact: Contact | None
    has_files: bool

    @property
    def offerings(self) -> list[Offering]:
        """Every offering that can be asked."""
        return [offering for recipient in self.recipients for offering in recipient.offerings]


def plan(session: Session, config: Config, holder: Holder, stated: records.Stated, chosen: Sequence[UUID]) -> Plan:
    """Return whom the chosen offerings would ask, and which cannot be asked; nothing is stored.

    `stated` is the need as in the match contract. Raise `Unavailable` when no index is in force.
    """
    asked = {lead.offering_id: lead for lead in lead_queries.leads_of_need(session, holder, holder.need_id)
             if lead.state not in UNSEEN}
    listed = records.compute(matching.current_index(config), stated)
    existing = offerings.offerings_by_id(session, chosen)
    recipients: dict[UUID, Recipient] = {}
    refusals, matches = [], {}
    for offering_id in dict.fromkeys(chosen):
        if offering_id in asked:
            continue
        offering = existing.get(offering_id)
        found = records.find(listed, str(offering_id))
        if offering is None or found is None:
            title = offering.title if offering else {}
            refusals.append(Refusal(title, gettext("It is not on the list of open resources.")))
        elif reason := records.against(offering, listed):
            refusals.append(Refusal(offering.title, reason))
        else:
            matches[offering_id] = found
            recipients.setdefault(offering.platform_id, Recipient(offering.platform)).offerings.append(offering)
    known = [asked[offering_id] for offering_id in dict.fromkeys(chosen) if offering_id in asked]
    return Plan(list(recipients.values()), refusals, known, listed, matches,
                contact=needs.contact_of(session, holder, holder.need_id),
                has_files=bool(needs.attachments_of(session, holder, holder.need_id)))


def ask(session: Session, config: Config, holder: Holder, wanted: Wanted) -> list[Lead]:
    """Ask for offerings of the platforms that the firm consented to; return the leads, those that existed included.

    `wanted` has ``offerings`` and ``recipients`` (ids of offerings and platforms), ``need`` (as in the match
    contract), the contact (``organisation``, ``name``, ``email``, ``telephone``), ``shows_files_at_once``,
    ``language``, and ``passes_on`` if the need may be passed on. A draft is filled and opened. Raise `Conflict` when
    an offering cannot be asked or the need is closed, `Invalid` when none of the offerings belongs to a recipient,
    `TooMany` when the need asks too often; then nothing is stored. Flushes.
    """
    need = held(session, holder)
    if need.status not in (NeedStatus.DRAFT, NeedStatus.OPEN):
        raise Conflict("This need is closed; nobody can be asked for it any more.")
    planned = plan(session, config, holder, wanted["need"], wanted["offerings"])
    chosen = [recipient for recipient in planned.recipients if recipient.platform.id in wanted["recipients"]]
    if planned.refusals:
        raise Conflict("%(title)s cannot be asked: %(reason)s", title=pick(planned.refusals[0].title),
                       reason=planned.refusals[0].reason)
    if not chosen and not planned.asked:
        raise Invalid("None of the platforms that you ticked offers what you chose.")
    if not chosen:
        return planned.asked
    limits.count(session, "ask", str(need.id), ASKS_AN_HOUR, AN_HOUR)
    return [*planned.asked, *_ask(session, holder, need, wanted, planned, chosen)]


def held(session: Session, holder: Holder) -> Need:
    """Return the need with its row locked, so that its answers are those that `ask` will find."""
    return needs.need_by_id(session, holder, holder.need_id, locked=True)


def count_from(session: Session, address: str | None) -> None:
    """Count that somebody at a network address asks; raise `TooMany` beyond what one place may."""
    limits.count(session, "ask_from", limits.network(address), ASKS_FROM_AN_HOUR, AN_HOUR)


def watch(session: Session, config: Config, holder: Holder, stated: records.Stated, email: str, language: str) -> None:
    """Let the firm be told by mail when something new fits, beyond what is on its list now. Flushes.

    A contact that it has given stays as it is. A draft keeps what it states now, so that demand is counted which nobody
    could be asked for. Raise `TooMany` when too many addresses were given for one need.
    """
    need = held(session, holder)
    limits.count(session, "watch", str(need.id), WATCHES_AN_HOUR, AN_HOUR)
    if need.status == NeedStatus.DRAFT:
        drafts.fill(need, stated)
    if needs.contact_of(session, holder, need.id) is None:
        session.add(Contact(need_id=need.id, email=email, language=language))
        session.flush()
    watching.start(session, holder, records.as_uuids(records.compute(matching.current_index(config), stated)))


def consents_in_force(session: Session, holder: Holder) -> dict[UUID, Consent]:
    """Return the consents of a need that hold, by recipient."""
    given = needs.consents_of(session, holder, holder.need_id)
    return {consent.recipient_id: consent for consent in given if consent.withdrawn_at is None}


def _ask(session: Session, holder: Holder, need: Need, wanted: Wanted, planned: Plan,
         chosen: Sequence[Recipient]) -> list[Lead]:
    now = utc_now()
    is_new = need.status == NeedStatus.DRAFT
    if is_new:
        drafts.fill(need, wanted["need"])
        need.open(now)
    _keep_contact(session, holder, need, wanted)
    ranking = records.record(session, need, planned.listed)
    invited = {lead.offering_id: lead for lead in lead_queries.leads_of_need(session, holder, need.id, locked=True)
               if lead.state in UNSEEN}
    given = consents_in_force(session, holder)
    origin = standings.sent(session, holder)
    leads = []
    for recipient in chosen:
        consents.give(session, need, recipient.platform.id, wanted["language"], given=given,
                      shows_files_at_once=wanted["shows_files_at_once"], passes_on=wanted.get("passes_on", False))
        made = [_lead(session, holder, need, offering, now, origin, invited.get(offering.id))
                for offering in recipient.offerings]
        for lead in made:
            records.apply(lead, ranking, planned.listed, planned.matches[lead.offering_id])
        session.add_all(made)
        session.flush()
        for lead in made:
            clocks.start(session, lead)
        outbox.tell_team(session, "lead_arrived", recipient.platform.id, lead=str(made[0].id), count=len(made))
        leads += made
    if is_new:
        outbox.tell_firm(session, "need_received", need.id)
    if wanted.get("is_findable"):
        finding.allow(session, holder, wanted["language"])
    return leads


def _lead(session: Session, holder: Holder, need: Need, offering: Offering, now: dt.datetime,
          origin: Origin, invited: Lead | None) -> Lead:
    """Return the lead of a request: the one to which the firm was invited, else a new one."""
    if invited is not None and invited.state == LeadState.SUGGESTED:
        invited.move(LeadState.SUBMITTED, holder, at=now)
        invited.created_at, invited.due_at = now, deadlines.due_at(offering, now)
        invited.offering_version = offering.version
        return invited
    if invited is not None:
        # An invitation that was turned down is no request, and the firm may think better of it.
        session.delete(invited)
        session.flush()
    return new_lead(need, offering, now, origin)


def new_lead(need: Need, offering: Offering, now: dt.datetime, origin: Origin, side: Side = Side.FIRM) -> Lead:
    """Return a lead that has just been submitted, for the caller to rank and store."""
    lead = Lead(id=new_id(), reference=new_reference("L"), need_id=need.id, offering_id=offering.id,
                offering_version=offering.version, platform_id=offering.platform_id, origin=origin,
                state=LeadState.SUBMITTED, due_at=deadlines.due_at(offering, now))
    lead.moves.append(LeadMove(at=now, from_state=None, to_state=LeadState.SUBMITTED, side=side))
    return lead


def _keep_contact(session: Session, holder: Holder, need: Need, wanted: Wanted) -> None:
    contact = needs.contact_of(session, holder, need.id)
    if contact is None:
        contact = Contact(need_id=need.id)
        session.add(contact)
    else:
        gathering.let_go(session, holder, wanted["email"])
    for name in CONTACT:
        setattr(contact, name, wanted.get(name))
    contact.language = wanted["language"]
