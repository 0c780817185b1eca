"""Stop a batch, or take one row of it back."""

from uuid import UUID

from matchmaker.domain import Actor, LeadState, NeedStatus, ReferralBatch, Service, Standing
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict
from matchmaker.i18n import marked as _
from matchmaker.services.leads import following
from matchmaker.services.mail import outbox
from matchmaker.storage import Session, wall
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import needs
from matchmaker.storage.queries import referrals as queries

SERVICE = Service()
WITHDRAWN = _("The incubator has withdrawn the referral.")


def cancel(session: Session, actor: Actor, batch_id: UUID) -> ReferralBatch:
    """Stop a batch before its next rows; what was answered stays so. Twice is once. Flushes.

    Raise `NotFound` for another's batch, `Conflict` when it has ended already.
    """
    batch = queries.batch_by_id(session, actor, batch_id, locked=True)
    if batch.job.finished_at is not None and batch.cancelled_at is None:
        raise Conflict("The batch has ended already. Single rows can still be withdrawn.")
    batch.cancel(utc_now())
    session.flush()
    return batch


def withdraw(session: Session, actor: Actor, batch_id: UUID, row: int) -> None:
    """Take one row back: its requests and consents end, and a need that nobody was shown is deleted. Flushes.

    Twice is once. Raise `NotFound` for another's row, `Conflict` for one that was never accepted.
    """
    queries.batch_by_id(session, actor, batch_id)
    referral, trace = queries.row_of(session, actor, batch_id, row)
    if referral.standing == Standing.WITHDRAWN:
        return
    if referral.standing in (None, Standing.TRIED) or trace is None or trace.need_id is None:
        raise Conflict("There is nothing to withdraw: the row was not accepted, or its need is gone.")
    need = needs.need_by_id(session, SERVICE, trace.need_id, locked=True)
    referral = queries.referral_by_id(session, SERVICE, referral.id)
    referral.standing = Standing.WITHDRAWN
    with wall.as_service(session):
        if need.status == NeedStatus.DRAFT:
            session.delete(need)
        else:
            _end_leads(session, actor, need.id)
            need.status = NeedStatus.CLOSED


def _end_leads(session: Session, actor: Actor, need_id: UUID) -> None:
    """Withdraw what was asked, as far as that is possible, and end the consents."""
    leads = lead_queries.leads_of_need(session, SERVICE, need_id, locked=True)
    moved = [lead for lead in leads if lead.can_move(LeadState.WITHDRAWN)]
    for lead in moved:
        lead.move(LeadState.WITHDRAWN, actor)
    following.stop_decisions(session, moved, WITHDRAWN)
    for consent in needs.consents_of(session, SERVICE, need_id):
        if not any(lead.platform_id == consent.recipient_id and lead not in moved for lead in leads):
            consent.withdraw()
    session.flush()
    for lead in moved:
        outbox.tell_team(session, "lead_withdrawn", lead.platform_id, lead=str(lead.id))
