"""Functions for tests of fairness: leads with their plain facts, as the boards count them."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import LeadSummary, Offering
from matchmaker.services.demand.summarising import month_of
from tests.making import add_lead, add_need

CAME = dt.datetime(2026, 10, 12, 4, tzinfo=dt.UTC)


def fared(session: Session, offering: Offering, firm: UUID | None = None, **facts: Any) -> LeadSummary:
    """Add a lead and its summary; of that firm, else of another."""
    came = facts.pop("came_at", CAME)
    need = add_need(session, problem="canary words")
    lead = add_lead(session, offering, need, created_at=came)
    summary = LeadSummary(**{
        "lead_id": lead.id, "platform_id": offering.platform_id, "offering_id": offering.id, "firm": firm or need.id,
        "kind": "laboratory", "province": "320000", "size": "small", "is_one_person": False, "channel": "form",
        "language": "zh", "month": month_of(came), "came_at": came, "hours": 10.0, "waited": None, "is_accepted": True,
        "is_completed": None, "changed_at": came} | facts)
    session.add(summary)
    session.flush()
    return summary
