"""The demo's silent platforms: a request that nobody answered, and what came of it, through the services as in life."""

import datetime as dt

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import ClockStep, Lead, LeadState, Need, Service, StepKind
from matchmaker.domain.base import utc_now
from matchmaker.services import drafts, matching
from matchmaker.services.leads import clocks, passing, records

RUNG = (StepKind.HALF_TIME, StepKind.DAY_BEFORE, StepKind.LATE)
SERVICE = Service()


def let_expire(session: Session, config: Config, need: Need, lead: Lead) -> None:
    """Let a lead that came some days ago have rung at its time, expire, and be passed on or not. Flushes.

    Its moves and its promise must lie in the past already.
    """
    now = utc_now()
    waited = now - lead.created_at
    for place, kind in enumerate(RUNG, 2):
        session.add(ClockStep(lead_id=lead.id, kind=kind, due_at=lead.due_at, at=lead.created_at + waited * place / 6,
                              offerings=[]))
    lead.move(LeadState.EXPIRED, SERVICE, clocks.UNANSWERED, at=now - dt.timedelta(hours=2))
    session.flush()
    listed = records.compute(matching.current_index(config), drafts.stated_of(need))
    passing.pass_on(session, lead.id, listed)
