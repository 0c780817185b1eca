"""What each side sees of a lead's later life: unread messages, feedback, the appeal, complaints, and what it can do."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Appeal, Complaint, Lead, LeadFeedback, LeadMessage, LeadReading, LeadState, Side
from matchmaker.domain.lead_life import RATED, TALKING
from matchmaker.domain.leads import UNSEEN
from matchmaker.services.leads import acting
from matchmaker.storage.queries import life


@dataclass(frozen=True)
class Life:
    """One lead's later life as one side sees it."""

    lead: Lead
    side: Side
    has_consent: bool
    unread: frozenset[UUID] = frozenset()
    """The messages of the other side that this one has not said to have read."""
    own_feedback: LeadFeedback | None = None
    other_feedback: LeadFeedback | None = None
    appeal: Appeal | None = None
    complaints: Sequence[Complaint] = field(default=())

    @property
    def can_talk(self) -> bool:
        """Tell whether this side may write; while a question waits for the firm, its answer is what it writes."""
        waits = self.lead.state == LeadState.INFO_REQUESTED and self.side == Side.FIRM
        return self.has_consent and self.lead.state in TALKING and not waits

    @property
    def can_rate(self) -> bool:
        """Tell whether this side may still say how it went."""
        return self.lead.state in RATED and self.own_feedback is None and self._acts

    @property
    def can_begin(self) -> bool:
        """Tell whether the work can begin."""
        return self._acts and self.lead.can_move(LeadState.IN_DELIVERY)

    @property
    def can_complete(self) -> bool:
        """Tell whether the work can be said to be done."""
        return self._acts and self.lead.can_move(LeadState.COMPLETED)

    @property
    def can_fail(self) -> bool:
        """Tell whether it can come to nothing."""
        return self._acts and self.lead.can_move(LeadState.FAILED)

    @property
    def can_resume(self) -> bool:
        """Tell whether a platform can go on without the firm's answer; off the waiting list goes a decision."""
        return (self.side == Side.PLATFORM and self.has_consent
                and self.lead.state == LeadState.INFO_REQUESTED)

    @property
    def can_take_back_terms(self) -> bool:
        """Tell whether a platform can take back what it offered."""
        return self.side == Side.PLATFORM and self.has_consent and self.has_terms

    @property
    def has_terms(self) -> bool:
        """Tell whether terms wait for the firm's answer."""
        return self.lead.state == LeadState.TERMS_OFFERED

    @property
    def can_appeal(self) -> bool:
        """Tell whether the firm may appeal."""
        return self.side == Side.FIRM and self.has_consent and self.lead.can_move(LeadState.APPEALED)

    @property
    def can_complain(self) -> bool:
        """Tell whether the firm may complain: one complaint at a time."""
        is_open = any(not complaint.is_over for complaint in self.complaints)
        return self.side == Side.FIRM and self.lead.state not in UNSEEN and not is_open

    @property
    def _acts(self) -> bool:
        """Tell whether this side may take steps: a firm always, a platform while the consent holds."""
        return self.side == Side.FIRM or self.has_consent


def lives(session: Session, actor: acting.Party, leads: Sequence[Lead], messages: Sequence[LeadMessage],
          consented: frozenset[UUID]) -> Mapping[UUID, Life]:
    """Return the later life of each lead, by id, in as few queries for many as for one.

    What there cannot be yet is not asked for: feedback before the end, how far messages were read without any.
    `consented` are the leads whose platform has the firm's consent.
    """
    ids, side = [lead.id for lead in leads], acting.side_of(actor)
    unread = _unread(side, messages, life.readings_of(session, actor, ids) if messages else ())
    rated: dict[tuple[UUID, bool], LeadFeedback] = {}
    ended = [lead.id for lead in leads if lead.state in RATED]
    for given in life.feedback_of(session, actor, ended) if ended else ():
        rated[given.lead_id, given.side == side] = given
    appeals = {found.lead_id: found for found in life.appeals_of(session, actor, ids)}
    complaints: dict[UUID, list[Complaint]] = defaultdict(list)
    for complaint in life.complaints_of(session, actor, ids):
        complaints[complaint.lead_id].append(complaint)
    return {lead.id: Life(lead, side, lead.id in consented, unread[lead.id], rated.get((lead.id, True)),
                          rated.get((lead.id, False)), appeals.get(lead.id), complaints[lead.id]) for lead in leads}


def _unread(side: Side, messages: Sequence[LeadMessage],
            readings: Sequence[LeadReading]) -> Mapping[UUID, frozenset[UUID]]:
    until = {reading.lead_id: reading.at for reading in readings if reading.side == side}
    new: dict[UUID, frozenset[UUID]] = defaultdict(frozenset)
    for message in messages:
        if message.side != side and (message.lead_id not in until or message.at > until[message.lead_id]):
            new[message.lead_id] |= {message.id}
    return new
