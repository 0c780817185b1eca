"""Keep up how a referral stands when its firm acts for itself."""

from matchmaker.domain import Holder, Origin, Standing
from matchmaker.storage import Session
from matchmaker.storage.queries import referrals as queries


def sent(session: Session, holder: Holder) -> Origin:
    """Note that the firm has asked, if somebody referred it; return where its leads come from. Flushes."""
    return Origin.REFERRAL if mark(session, holder, Standing.SENT) else Origin.FORM


def mark(session: Session, holder: Holder, standing: Standing) -> bool:
    """Let the referral of a need stand so; tell whether there is one. Flushes."""
    trace = queries.trace_of_need(session, holder, holder.need_id)
    if trace is None:
        return False
    queries.referral_by_id(session, holder, trace.referral_id).standing = standing
    session.flush()
    return True
