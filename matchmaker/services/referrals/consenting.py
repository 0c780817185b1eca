"""What a firm does whose incubator asks for its consent: read what was written for it, go on to agree, or refuse."""

from dataclasses import dataclass
from uuid import UUID

from matchmaker.domain import Holder, Need, NeedStatus, Organisation, Standing
from matchmaker.errors import NotFound
from matchmaker.services.referrals import standings
from matchmaker.storage import Session
from matchmaker.storage.queries import needs, organisations
from matchmaker.storage.queries import referrals as queries


@dataclass(frozen=True)
class Asked:
    """A need that waits for its firm's consent: who referred it, and which offerings would be asked."""

    need: Need
    incubator: Organisation
    wanted: list[UUID]


def asked(session: Session, holder: Holder) -> Asked | None:
    """Return what the firm is asked to consent to; None when nothing of the kind waits."""
    trace = queries.trace_of_need(session, holder, holder.need_id)
    if trace is None:
        return None
    need = needs.need_by_id(session, holder, holder.need_id)
    if need.status != NeedStatus.DRAFT:
        return None
    incubator = organisations.organisations_by_id(session, [trace.organisation_id])[0]
    return Asked(need, incubator, [UUID(text) for text in trace.wanted])


def refuse(session: Session, holder: Holder) -> None:
    """Refuse: the need is deleted with all that belongs to it, and its incubator reads that it was refused. Flushes.

    Raise `NotFound` when nothing waits for consent.
    """
    need = needs.need_by_id(session, holder, holder.need_id, locked=True)
    if need.status != NeedStatus.DRAFT or not standings.mark(session, holder, Standing.CONSENT_REFUSED):
        raise NotFound("Nothing waits for your consent here.")
    session.delete(need)
    session.flush()
