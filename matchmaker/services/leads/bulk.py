"""One decision on several leads: what it would do to each is shown first; then each is decided as if alone.

Each decision waits its own time, and each can be taken back. A lead that cannot be decided so keeps no other from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Action, Decision, DecisionStatus, Lead, LeadState, Member, Need
from matchmaker.domain.leads import LEADS_TO
from matchmaker.errors import Conflict
from matchmaker.i18n import marked as _
from matchmaker.services.leads import reviewing
from matchmaker.storage.queries import queue as queries

MOST = 50
"""So many leads are decided at once: a page of the queue."""
PENDING = _("Another decision on this lead is waiting to take effect.")
NOT_POSSIBLE = _("This is not possible in the state it is in.")


@dataclass(frozen=True)
class Foreseen:
    """What a decision would do to one lead, or why it cannot be made."""

    lead: Lead
    need: Need | None
    to: LeadState
    problem: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of one lead: a decision that waits, or why there is none."""

    lead_id: UUID
    decision: Decision | None


@dataclass(frozen=True)
class Decided:
    """Decisions that were made together, each with its lead, and the leads on which none was made."""

    decisions: Sequence[tuple[Decision, Lead]]
    refused: Sequence[Lead]
    needs: Mapping[UUID, Need]

    @property
    def pending(self) -> list[Decision]:
        """Those that can still be taken back."""
        return [decision for decision, _lead in self.decisions if decision.status == DecisionStatus.PENDING]


def foresee(session: Session, member: Member, action: Action, lead_ids: Iterable[UUID]) -> list[Foreseen]:
    """Return what `action` would do to each lead, in the order given; what is not the team's is left out."""
    ids = list(dict.fromkeys(lead_ids))[:MOST]
    found = {lead.id: lead for lead in queries.leads_by_id(session, member, ids)
             if reviewing.answers_for(member, lead)}
    needs = queries.readable_needs(session, member, [lead.need_id for lead in found.values()])
    pending = queries.pending_on(session, member, found)
    leads = [found[lead_id] for lead_id in ids if lead_id in found]
    return [Foreseen(lead, needs.get(lead.need_id), LEADS_TO[action],
                     _against(lead, action, lead.need_id in needs, lead.id in pending)) for lead in leads]


def decide(session: Session, config: Config, member: Member, action: Action, seen: Mapping[UUID, int], *,
           reason: str | None = None, words: str = "") -> list[Outcome]:
    """Decide on each lead as it was seen at a version. Flushes.

    Raise `Invalid` when words or a reason are missing, `NotFound` when a lead is not the team's; then nothing is done.
    """
    outcomes = []
    # In the order of their ids, so that two who decide on the same leads do not wait for each other in a circle.
    for lead_id in sorted(seen):
        try:
            with session.begin_nested():
                made = reviewing.decide(session, config, member, lead_id, action, reason=reason, words=words,
                                        seen=seen[lead_id])
            outcomes.append(Outcome(lead_id, made))
        except Conflict:
            outcomes.append(Outcome(lead_id, None))
    return outcomes


def decided(session: Session, member: Member, decision_ids: Sequence[UUID], refused: Sequence[UUID]) -> Decided:
    """Return how decisions that were made together stand; what is not the team's is left out."""
    decisions = queries.decisions_by_id(session, member, decision_ids[:MOST])
    ids = [*(decision.lead_id for decision in decisions), *refused[:MOST]]
    leads = {lead.id: lead for lead in queries.leads_by_id(session, member, ids)}
    return Decided([(decision, leads[decision.lead_id]) for decision in decisions if decision.lead_id in leads],
                   [leads[lead_id] for lead_id in refused if lead_id in leads],
                   queries.readable_needs(session, member, [lead.need_id for lead in leads.values()]))


def cancel(session: Session, member: Member, decision_ids: Iterable[UUID]) -> int:
    """Take decisions back that have not taken effect; return for how many of them it was too late. Flushes.

    Raise `NotFound` when one is not the team's.
    """
    late = 0
    for decision_id in sorted(dict.fromkeys(decision_ids)):
        try:
            with session.begin_nested():
                reviewing.cancel(session, member, decision_id)
        except Conflict:
            late += 1
    return late


def _against(lead: Lead, action: Action, has_consent: bool, is_pending: bool) -> str | None:
    if not has_consent:
        return reviewing.CONSENT_GONE
    if is_pending:
        return PENDING
    return None if action in reviewing.possible_actions(lead) else NOT_POSSIBLE
