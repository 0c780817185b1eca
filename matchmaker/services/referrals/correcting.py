"""Correct one row of a batch that has ended: it is checked and matched anew, and keeps its place and its reference.

A need that nobody has read yet is written anew. Where platforms have it already, their leads stay: those still to be
decided are weighed anew and their teams told, and a platform is asked at most once for an offering. What the firm has
taken into its own hands, and what a platform has decided on, is not corrected any more. How the row stood before is
kept. All of it is one transaction under the locks of the need and the row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson

from matchmaker.config import Config
from matchmaker.domain import (
    Client,
    Consent,
    Contact,
    Lead,
    Member,
    Need,
    NeedStatus,
    Referral,
    ReferralBatch,
    ReferralTrace,
    Service,
    Standing,
)
from matchmaker.domain.base import utc_now
from matchmaker.domain.leads import TO_ANSWER
from matchmaker.domain.leads import LeadState as S
from matchmaker.errors import Conflict
from matchmaker.services import drafts, limits, matching
from matchmaker.services.cells import plain_text
from matchmaker.services.leads import clocks, records
from matchmaker.services.mail import outbox
from matchmaker.services.need_files import KEYS
from matchmaker.services.referrals import allotting, asking_again, keys, revising
from matchmaker.services.referrals.choosing import Choosing
from matchmaker.services.referrals.remarks import Remark, of_fault
from matchmaker.services.referrals.rows import Load, Reader, Ready, flat
from matchmaker.services.referrals.sending import Made, answers_of, note_doubles
from matchmaker.storage import Session, wall
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import needs
from matchmaker.storage.queries import referrals as queries
from matchmaker.tabular import Fault, Row

CORRECTIONS_A_DAY, A_DAY = 20, 86_400
SERVICE = Service()
UNDECIDED = TO_ANSWER | {S.INFO_REQUESTED}


@dataclass(frozen=True)
class Sent:
    """A correction: of which row, what its version was when it was read, and the row as it is to be."""

    batch_id: UUID
    row: int
    version: int
    cells: Mapping[str, Any]

    @property
    def given(self) -> dict[str, Any]:
        """The row in flat fields, without those that are empty."""
        return {name: value for name, value in flat(self.cells).items() if value not in (None, "", [])}


@dataclass
class Before:
    """What there is of the row already."""

    referral: Referral
    need: Need | None = None
    contact: Contact | None = None
    leads: Sequence[Lead] = ()
    consents: Sequence[Consent] = ()
    asked: int = 0
    """How often the firm was asked for its consent."""
    new_consents: list[Consent] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Tell whether platforms have the need."""
        return self.need is not None and self.need.status != NeedStatus.DRAFT

    def may_see(self, platform_id: UUID) -> bool:
        """Tell whether a consent to a platform is in force, or has just come."""
        return any(consent.recipient_id == platform_id and consent.withdrawn_at is None
                   for consent in (*self.consents, *self.new_consents))


def correct(session: Session, config: Config, actor: Client | Member, sent: Sent, load: Load,
            fields: frozenset[str]) -> list[Remark]:
    """Put a row in place of what it was; return what is wrong with it, in which case nothing has changed. Flushes.

    The same correction that comes again changes nothing. Raise `NotFound` for another's row, `Conflict` when it has
    been corrected since it was read or cannot be corrected any more, `TooMany` beyond what a day may bring.
    """
    batch = queries.batch_by_id(session, actor, sent.batch_id)
    referral, trace = queries.row_of(session, actor, sent.batch_id, sent.row)
    before = _held(session, referral, trace)
    mark = keys.mark(config, "correction", orjson.dumps(sent.cells, option=orjson.OPT_SORT_KEYS).decode())
    if trace and before.referral.version == sent.version + 1 and trace.sent_mark == mark:
        return []
    if before.referral.version != sent.version:
        raise Conflict("The row has been corrected since it was read; its version is now %(version)s.",
                       version=before.referral.version)
    revising.check(session, actor, batch, before.referral, trace, before.need)
    assert trace is not None
    limits.count(session, "corrections", str(referral.id), CORRECTIONS_A_DAY, A_DAY)
    given = sent.given
    if faults := _other_reference(given, trace):
        return faults
    reader = Reader(config, matching.current_index(config), load, fields, batch.options, has_header=False)
    ready = reader.ready(Row(sent.row, _with_contact(given, before.contact) | {"external_id": trace.external_id}))
    with wall.as_service(session):
        made = _made(session, batch, reader, ready, before)
        if not ready.is_good:
            return ready.remarks
        _forget_marks(session, trace)
        note_doubles(session, batch, [ready])
        session.add(revising.revision(before.referral, actor))
        _store(session, made, trace, mark)
    return []


def _held(session: Session, referral: Referral, trace: ReferralTrace | None) -> Before:
    """Return what there is of a row, under the locks of its need and of itself."""
    if trace is None or trace.need_id is None:
        return Before(queries.referral_by_id(session, SERVICE, referral.id))
    need = needs.need_by_id(session, SERVICE, trace.need_id, locked=True)
    leads = lead_queries.leads_of_need(session, SERVICE, need.id, locked=True)
    return Before(queries.referral_by_id(session, SERVICE, referral.id), need,
                  needs.contact_of(session, SERVICE, need.id), leads, needs.consents_of(session, SERVICE, need.id),
                  trace.asked)


def _other_reference(given: Mapping[str, Any], trace: ReferralTrace) -> list[Remark]:
    """Return what is wrong when a correction names another reference than the row has."""
    said = next((plain_text(given[name]) for name in KEYS if given.get(name)), None)
    if said in (None, trace.external_id):
        return []
    return [of_fault(Fault("other_reference", "This row has another reference, which it keeps. Leave it as it is.",
                           column="external_id"))]


def _with_contact(given: Mapping[str, Any], contact: Contact | None) -> dict[str, Any]:
    """Return the row with what is known of its contact where it says nothing."""
    known = {"organisation_name": contact.organisation, "contact_name": contact.name, "contact_email": contact.email,
             "contact_telephone": contact.telephone} if contact else {}
    return {name: value for name, value in known.items() if value} | dict(given)


def _made(session: Session, batch: ReferralBatch, reader: Reader, ready: Ready, before: Before) -> "Corrected":
    choosing = Choosing(session, [ready], reader.index.model.threshold)
    choice, scarce = None, {}
    if batch.allotment is not None and ready.is_good:
        allotting.weigh(session, batch, choosing, [replace(ready, remarks=[])])
        plan = allotting.solve(session, batch)
        choice = next(iter(allotting.given(session, batch, plan)), None)
        scarce = plan.summary["scarce"]
        allotting.forget(session, batch)
    made = Corrected(batch, reader, ready, before, scarce)
    made.decide(choosing, choice)
    return made


def _forget_marks(session: Session, trace: ReferralTrace) -> None:
    """Take the row's own marks away, by which it would be its own double. Flushes."""
    for name in ("firm_mark", "signature", *(name for name in vars(type(trace)) if name.startswith("band_"))):
        setattr(trace, name, None)
    session.flush()


def _store(session: Session, made: "Corrected", trace: ReferralTrace, mark: str) -> None:
    """Store what the row has come to, and tell whom it concerns. Flushes."""
    need, before, referral = made.need, made.before, made.before.referral
    was_open = made.was_open
    if need is not None:
        session.add(need)
        session.flush()
        session.add_all(list(made.belongings()))
        session.flush()
        session.add_all(leads := list(made.leads()))
        session.flush()
        for lead in leads:
            clocks.start(session, lead)
        _tell(session, made, leads, was_open=was_open)
    for name, value in made.traced().items():
        setattr(trace, name, value)
    trace.asked += before.asked
    trace.sent_mark = mark
    referral.outcome, referral.standing, referral.remarks = made.row.outcome, made.standing, made.row.remarks
    referral.version = before.referral.version + 1
    session.flush()


def _tell(session: Session, made: "Corrected", leads: Sequence[Lead], *, was_open: bool) -> None:
    """Queue what the firm and the platforms are told."""
    need, before, batch = made.need, made.before, made.batch
    assert need is not None
    if made.standing == Standing.CONSENT_ASKED and made.before.asked < asking_again.MOST:
        outbox.tell_firm(session, "consent_asked", need.id, incubator=str(batch.organisation_id))
    elif made.standing == Standing.SENT and not was_open:
        outbox.tell_firm(session, "need_received", need.id)
    for platform_id in dict.fromkeys(lead.platform_id for lead in leads):
        own = [lead for lead in leads if lead.platform_id == platform_id]
        outbox.tell_team(session, "referrals_arrived", platform_id, lead=str(own[0].id), count=len(own),
                         incubator=str(batch.organisation_id))
    for lead in before.leads:
        if lead.state in UNDECIDED:
            outbox.tell_assigned(session, "need_corrected", lead)


class Corrected(Made):
    """What a corrected row comes to, where there may be a need, leads and consents of it already."""

    def __init__(self, batch: ReferralBatch, reader: Reader, row: Ready, before: Before,
                 scarce: Mapping[str, Any]) -> None:
        super().__init__(batch, reader, row)
        self.id, self.before, self.was_open = before.referral.id, before, before.is_open
        self._scarce = scarce

    @property
    def scarce(self) -> Mapping[str, Any]:
        """What is said of scarce places: as they are now, since the row was not weighed with the others."""
        return self._scarce

    def _standing(self) -> Standing:
        return Standing.SENT if self.was_open else super()._standing()

    def _need(self) -> Need:
        """Return the need that there is, with the corrected words in it, or a new one."""
        need = self.before.need
        if need is None:
            return super()._need()
        need.answers = answers_of(self.row.stated)
        drafts.fill(need, self.row.stated)
        need.changed_at = utc_now()
        if self.standing == Standing.SENT and not self.was_open:
            need.open(utc_now())
        return need

    def belongings(self) -> Iterator[Any]:
        """Give a new ranking record, the contact, and the consents of which the row brings new evidence."""
        assert self.need is not None
        assert self.row.listed is not None
        self.ranking = records.written(self.need, self.row.listed)
        yield self.ranking
        if contact := self._contact():
            yield contact
        if self.standing == Standing.SENT and self.row.has_consent:
            self.before.new_consents = list(self._new_consents())
            yield from self.before.new_consents

    def leads(self) -> Iterable[Any]:
        """Give leads for what has not been asked yet; those that are still to be decided are weighed anew."""
        listed = self.row.listed
        if self.need is None or listed is None:
            return
        for lead in self.before.leads:
            if lead.state in UNDECIDED and (found := records.find(listed, str(lead.offering_id))):
                records.apply(lead, self.ranking, listed, found)
        asked = {lead.offering_id for lead in self.before.leads}
        self.wanted = [offering for offering in self.wanted if offering.id not in asked]
        if self.standing == Standing.SENT:
            self.wanted = [offering for offering in self.wanted if self.before.may_see(offering.platform_id)]
        yield from super().leads()

    def _contact(self) -> Contact | None:
        """Return the contact with what the row says, None where nobody is to be asked."""
        if not self.wanted:
            return None
        assert self.need is not None
        contact = self.before.contact or Contact(need_id=self.need.id)
        for name, value in self.contact().items():
            setattr(contact, name, value)
        return contact

    def _new_consents(self) -> Iterator[Consent]:
        """Give the consents that are not in force and that the firm has not withdrawn since it gave them."""
        for platform_id in dict.fromkeys(offering.platform_id for offering in self.wanted):
            consent = self.consent(platform_id)
            ended = [held.withdrawn_at for held in self.before.consents
                     if held.recipient_id == platform_id and held.withdrawn_at]
            if not self.before.may_see(platform_id) and all(consent.given_at > moment for moment in ended):
                yield consent
