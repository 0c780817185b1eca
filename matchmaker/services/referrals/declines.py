"""Why an incubator's referrals were declined, summed up by kind of resource and by firm; and what would fit instead."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from matchmaker.domain import Actor, Lead, Referral, ReferralBatch, ReferralTrace
from matchmaker.i18n import current_language
from matchmaker.storage import Session
from matchmaker.storage.queries import referrals as queries
from matchmaker.storage.queries import referred_consents as decline_queries

NEWEST, FIRMS = 2_000, 100
"""Of how many declines firms are made up, and how many of these are shown."""
WOULD_FIT = "would_fit"


@dataclass
class Firm:
    """One firm: its rows, and why it was declined how often. Known as one by its code, else each row is one."""

    rows: dict[UUID, tuple[Referral, ReferralTrace, ReferralBatch]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def declined(self) -> int:
        """How many of its leads were declined."""
        return self.reasons.total()


@dataclass(frozen=True)
class Summary:
    """Declines of an incubator's referrals: by kind and reason, by firm; rows that nothing fits, with what would."""

    counts: Sequence[tuple[str, str, int, int]]
    """Kind, reason, leads, rows."""
    firms: Sequence[Firm]
    would_fit: Sequence[tuple[Referral, ReferralTrace | None, ReferralBatch]]
    answered: int

    @property
    def declined(self) -> int:
        """How many leads were declined."""
        return sum(leads for _kind, _reason, leads, _rows in self.counts)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """How many leads were declined for each reason, the commonest first."""
        found: Counter[str] = Counter()
        for _kind, reason, leads, _rows in self.counts:
            found[reason] += leads
        return found.most_common()

    def as_document(self) -> dict[str, Any]:
        """Return it as the API gives it, in words of the current language."""
        return {
            "answered": self.answered, "declined": self.declined,
            "by_kind": [{"kind": kind, "reason": reason, "leads": leads, "rows": rows}
                        for kind, reason, leads, rows in self.counts],
            "by_firm": [{"rows": [_place(*row) for row in firm.rows.values()], "declined": firm.declined,
                         "reasons": dict(firm.reasons), "kinds": dict(firm.kinds)} for firm in self.firms],
            "would_fit": [{**_place(*row), "words": words_of(row[0])} for row in self.would_fit]}


def summed_up(session: Session, actor: Actor, batch_id: UUID | None = None) -> Summary:
    """Return why the actor's referrals, or those of one batch, were declined; raise `NotFound` for another's batch."""
    if batch_id:
        queries.batch_by_id(session, actor, batch_id)
    counted = [(kind, reason or "other", leads, rows)
               for kind, reason, leads, rows in decline_queries.decline_counts(session, actor, batch_id)]
    firms: dict[str, Firm] = {}
    for lead, trace, referral, batch in decline_queries.declined(session, actor, batch_id, NEWEST):
        firm = firms.setdefault(trace.firm_mark or str(referral.id), Firm())
        firm.rows[referral.id] = (referral, trace, batch)
        _count(firm, lead)
    most = sorted(firms.values(), key=lambda firm: -firm.declined)[:FIRMS]
    would_fit = [(referral, trace, batch)
                 for referral, trace, batch in decline_queries.told_what_would_fit(session, actor, batch_id, FIRMS)]
    return Summary(counted, most, would_fit, decline_queries.count_answered(session, actor, batch_id))


def words_of(referral: Referral) -> str:
    """Return what would fit a row, and what stands in the way, in the current language."""
    return next((remark["words"][current_language()] for remark in referral.remarks if remark["code"] == WOULD_FIT), "")


def _count(firm: Firm, lead: Lead) -> None:
    firm.reasons[lead.decline_reason or "other"] += 1
    firm.kinds[lead.offering.kind_code] += 1


def _place(referral: Referral, trace: ReferralTrace | None, batch: ReferralBatch) -> dict[str, Any]:
    return {"batch": {"id": str(batch.id), "reference": batch.reference}, "row": referral.row,
            "external_id": trace and trace.external_id}
