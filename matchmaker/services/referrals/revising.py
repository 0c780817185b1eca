"""Which rows of a batch can be corrected, what is known of them for it, and how they stood before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from matchmaker.domain import (
    Actor,
    Client,
    Lead,
    Member,
    Need,
    NeedStatus,
    Outcome,
    Referral,
    ReferralBatch,
    ReferralRevision,
    ReferralTrace,
    Service,
    Standing,
)
from matchmaker.domain.leads import UNSEEN
from matchmaker.domain.leads import LeadState as S
from matchmaker.errors import Conflict
from matchmaker.i18n import current_language, gettext
from matchmaker.services.leads import consents, records
from matchmaker.services.referrals import results
from matchmaker.services.referrals.choosing import name_of
from matchmaker.services.referrals.sending import answers_of
from matchmaker.storage import Session
from matchmaker.storage.queries import leads as lead_queries
from matchmaker.storage.queries import needs, offerings, rankings
from matchmaker.storage.queries import referrals as queries

DECIDED = frozenset({S.TERMS_OFFERED, S.ACCEPTED, S.IN_DELIVERY, S.COMPLETED, S.FAILED, S.APPEALED})
FINAL = (Standing.WITHDRAWN, Standing.CONSENT_REFUSED)
SERVICE = Service()


@dataclass(frozen=True)
class Row:
    """One row for the page on which it is corrected: how it ended, how it stood before, what is known of it."""

    batch: ReferralBatch
    result: dict[str, Any]
    history: list[dict[str, Any]]
    why_not: str | None
    """Why it cannot be corrected, in words of the current language."""
    known: Mapping[str, str]
    """What the incubator sent of the need and of the firm, by columns, as far as it is kept."""


def row(session: Session, actor: Client | Member, batch_id: UUID, number: int) -> Row:
    """Return one row of a batch; raise `NotFound` when it is not the actor's."""
    batch = queries.batch_by_id(session, actor, batch_id)
    referral, trace = queries.row_of(session, actor, batch_id, number)
    found, _next = results.rows(session, actor, batch_id, after=number - 1, limit=1)
    need = needs.readable_need(session, SERVICE, trace.need_id) if trace and trace.need_id else None
    why_not = None
    try:
        check(session, actor, batch, referral, trace, need)
    except Conflict as error:
        why_not = gettext(error.message, **error.values)
    known = {} if why_not or trace is None else _known(session, trace, need)
    return Row(batch, found[0], history(session, actor, referral), why_not, known)


def document(session: Session, actor: Client | Member, batch_id: UUID, number: int) -> dict[str, Any]:
    """Return one row as the API gives it, with how it stood before."""
    referral, _trace = queries.row_of(session, actor, batch_id, number)
    found, _next = results.rows(session, actor, batch_id, after=number - 1, limit=1)
    return {**found[0], "history": history(session, actor, referral)}


def history(session: Session, actor: Actor, referral: Referral) -> list[dict[str, Any]]:
    """Return how a row stood before each of its corrections, the last one first, in words of the current language."""
    language = current_language()
    return [{"version": held.version, "outcome": held.outcome.value, "standing": held.standing and held.standing.value,
             "remarks": [{**remark, "words": remark["words"][language]} for remark in held.remarks],
             "ended_at": held.ended_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
             "by": "program" if held.api_key_id else "person"}
            for held in queries.revisions_of(session, actor, referral.id)]


def revision(referral: Referral, actor: Client | Member) -> ReferralRevision:
    """Return how a row stands now, to be kept beside its correction."""
    return ReferralRevision(
        referral_id=referral.id, version=referral.version, outcome=referral.outcome, standing=referral.standing,
        remarks=referral.remarks, api_key_id=actor.api_key_id if isinstance(actor, Client) else None,
        person_id=actor.person_id if isinstance(actor, Member) else None)


def check(session: Session, actor: Client | Member, batch: ReferralBatch, referral: Referral,
          trace: ReferralTrace | None, need: Need | None) -> None:
    """Raise `Conflict` when a row cannot be corrected, with the reason."""
    if batch.job.finished_at is None:
        raise Conflict("The batch is still being worked through. Correct its rows when it has ended.")
    if isinstance(actor, Client) and batch.is_live and not actor.is_live:
        raise Conflict("This is a live batch, and the key is one of the sandbox.")
    if referral.standing in FINAL:
        raise Conflict("The row was withdrawn, or its firm has refused. Send it in a new batch if that has changed.")
    if trace is None or (need is None and referral.standing not in (None, Standing.TRIED)):
        raise Conflict("The need of this row has been deleted.")
    if referral.outcome == Outcome.SKIPPED or (referral.outcome == Outcome.REFUSED and _is_mended(session, batch,
                                                                                                  referral)):
        raise Conflict("Another batch of the same file has accepted this row. Correct it there.")
    if need is not None:
        _check_need(session, need)


def _is_mended(session: Session, batch: ReferralBatch, referral: Referral) -> bool:
    """Tell whether a batch that mends the same file has accepted the row."""
    root = batch.retry_of or batch.id
    return referral.mark is not None and bool(queries.done_marks(session, SERVICE, root, {referral.mark}))


def _check_need(session: Session, need: Need) -> None:
    given = needs.consents_of(session, SERVICE, need.id)
    own = any(consent.channel in (consents.FORM, consents.PASSED_ON) for consent in given)
    if own or (need.status == NeedStatus.DRAFT and not _is_as_sent(session, need)):
        raise Conflict("The firm has taken this need into its own hands; only it can change it now.")
    leads: Sequence[Lead] = lead_queries.leads_of_need(session, SERVICE, need.id)
    if need.status not in (NeedStatus.DRAFT, NeedStatus.OPEN) or any(lead.state in DECIDED for lead in leads):
        raise Conflict("A platform has decided on this need as it is; it cannot be corrected any more.")
    if any(lead.state in UNSEEN for lead in leads):
        raise Conflict("The firm has taken this need into its own hands; only it can change it now.")


def _is_as_sent(session: Session, need: Need) -> bool:
    """Tell whether a draft is still as the incubator wrote it."""
    ranking = rankings.ranking_of_need(session, SERVICE, need.id)
    return ranking is not None and answers_of(records.stated_in(ranking)[0]) == need.answers


def _known(session: Session, trace: ReferralTrace, need: Need | None) -> dict[str, str]:
    """Return what is kept of what the incubator sent, by the columns of its table; contacts are not shown again."""
    named = offerings.offerings_by_id(session, [UUID(id) for id in trace.wanted])
    known = {"external_id": trace.external_id or "", "send_to": "; ".join(map(name_of, named.values()))}
    ranking = rankings.ranking_of_need(session, SERVICE, need.id) if need else None
    if ranking is None:
        return known
    return known | {name: "; ".join(values) for name, values in answers_of(records.stated_in(ranking)[0]).items()}
