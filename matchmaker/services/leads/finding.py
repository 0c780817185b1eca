"""Being found: a firm lets platforms that it has not asked find its need by facts, and invite it to ask.

A platform reads nothing of such a need but how well one of its offerings fits it, and facts that many firms share. What
the firm wrote, and who it is, stays where it was: it decides on its private page whether to ask, with a consent of its
own for that platform. What fits is computed by a job from the need's side, when the firm consents and after each
publishing, so that looking for it ranks nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs, storage
from matchmaker.config import Config
from matchmaker.domain import (
    FindConsent,
    Finding,
    Holder,
    Job,
    Lead,
    LeadMove,
    LeadState,
    Member,
    Need,
    Offering,
    Origin,
    Service,
    Side,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.needs import new_reference
from matchmaker.errors import Conflict, NotFound, Unavailable
from matchmaker.jobs.worker import Chunks
from matchmaker.services import drafts, limits, matching
from matchmaker.services.leads import deadlines, records, reviewing
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import finding as queries
from matchmaker.storage.queries import leads, needs, offerings

TASK = "find_needs"
TEXT_VERSION = "find-2026-11"
CHUNK = 20
SHOWN = 20
INVITATIONS_A_DAY, A_DAY = 50, 86_400
MOST_INVITATIONS = 10
"""So many invitations a firm has before it at a time for one need."""
SERVICE = Service()

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Found:
    """A need that fits an offering, as far as a platform that was not asked may see it."""

    need_id: UUID
    fit: float
    factors: Sequence[Mapping[str, Any]]
    kinds: Sequence[str]
    region: str | None
    """The province, never a smaller place."""
    size_class: str | None
    is_one_person: bool


def allow(session: Session, holder: Holder, language: str) -> None:
    """Let platforms find the holder's need; twice is once. Flushes, and queues the job that looks what fits."""
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    given = queries.consent_of(session, holder, holder.need_id)
    if given is None:
        session.add(FindConsent(need_id=holder.need_id, text_version=TEXT_VERSION, language=language))
    elif given.withdrawn_at is not None:
        given.text_version, given.language = TEXT_VERSION, language
        given.given_at, given.withdrawn_at = utc_now(), None
    session.flush()
    jobs.enqueue(session, TASK, need=str(holder.need_id))


def forbid(session: Session, holder: Holder) -> None:
    """Let nobody find the holder's need any more; invitations that came stay with the firm. Flushes."""
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    given = queries.consent_of(session, holder, holder.need_id)
    if given is not None:
        given.withdraw()
    for found in queries.findings_of(session, holder, holder.need_id):
        session.delete(found)
    session.flush()


def is_allowed(session: Session, holder: Holder) -> bool:
    """Tell whether platforms may find the holder's need."""
    given = queries.consent_of(session, holder, holder.need_id)
    return given is not None and given.withdrawn_at is None


def like(session: Session, member: Member, lead_id: UUID) -> tuple[Lead, list[Found]]:
    """Return a lead of the team, and other needs that fit its offering, the best first. Raise `NotFound`."""
    lead = leads.lead_by_id(session, member, lead_id)
    fits = queries.findings_on(session, member, lead.offering_id)
    ids = [found.need_id for found in fits]
    known = {entry.need_id for entry in queries.leads_with(session, lead.platform_id, ids)}
    facts = queries.facts_of(session, ids)
    return lead, [_found(found, facts[found.need_id]) for found in fits
                  if found.need_id not in known and found.need_id in facts
                  and not _is_excluded(lead, facts[found.need_id])][:SHOWN]


def invite(session: Session, member: Member, lead_id: UUID, need_id: UUID) -> None:
    """Suggest the offering of a lead to the firm behind another need; twice is once. Flushes.

    The team hears nothing more of it unless the firm asks. Raise `NotFound` when the need is not one that it may find,
    `Conflict` when the firm has as many invitations as it can look at, `TooMany` when the team invites too often.
    """
    lead, found = like(session, member, lead_id)
    if not reviewing.answers_for(member, lead):
        raise NotFound("There is no such lead, or not for you.")
    fit = next((entry for entry in found if entry.need_id == need_id), None)
    if fit is None:
        if queries.leads_with(session, lead.platform_id, [need_id]):
            return
        raise NotFound("There is no such need, or not for you.")
    limits.count(session, "invite", str(lead.platform_id), INVITATIONS_A_DAY, A_DAY)
    needs.need_by_id(session, SERVICE, need_id, locked=True)
    waiting = leads.leads_of_need(session, SERVICE, need_id)
    if sum(entry.state == LeadState.SUGGESTED for entry in waiting) >= MOST_INVITATIONS:
        raise Conflict("This firm has as many invitations as it can look at. Try again later.")
    if all(entry.platform_id != lead.platform_id for entry in waiting):
        _suggest(session, lead, fit)


def invitations(session: Session, holder: Holder) -> list[Lead]:
    """Return what platforms have suggested to the firm and it has not answered."""
    return [lead for lead in leads.leads_of_need(session, holder, holder.need_id) if lead.state == LeadState.SUGGESTED]


def dismiss(session: Session, holder: Holder, lead_id: UUID) -> None:
    """Turn an invitation down; the platform does not hear of it. One that is answered already stays so. Flushes.

    Raise `NotFound` for another's.
    """
    needs.need_by_id(session, holder, holder.need_id, locked=True)
    lead = leads.lead_by_id(session, holder, lead_id, locked=True)
    if lead.state == LeadState.SUGGESTED:
        lead.move(LeadState.DISMISSED, holder)
    session.flush()


def run(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: look what fits the need in its payload, or every need that may be found, a chunk at a time."""
    try:
        index = matching.current_index(config)
    except Unavailable:
        with chunks.final({"looked_up": 0}):
            return
    only = job.payload.get("need")
    after, count = (job.cursor or {}).get("after"), job.progress
    while batch := _batch(after, only):
        fits = {need.id: _fitting(index, need) for need in batch}
        after, count = str(batch[-1].id), count + len(batch)
        with chunks.chunk(cursor={"after": after}, progress=count) as session:
            for need_id, found in fits.items():
                _keep(session, need_id, found)
    with chunks.final({"looked_up": count}):
        pass


def _batch(after: str | None, only: str | None) -> Sequence[Need]:
    with storage.reading() as session:
        return queries.findable_needs(session, SERVICE, limit=CHUNK, after=UUID(after) if after else None,
                                      only=UUID(only) if only else None)


def _fitting(index: matching.Index, need: Need) -> dict[UUID, tuple[float, list[dict[str, Any]]]]:
    """Return the offerings that fit a need, each with its fit and how each factor counts."""
    try:
        listed = records.compute(index, drafts.stated_of(need))
    except Exception as error:
        # What went wrong may repeat words of the need, which no log is to have.
        log.error("need not looked up", need=str(need.id), fault=type(error).__name__)
        return {}
    return {UUID(found.offering["id"]): (found.fit, [
        {"name": factor.name, "contribution": factor.contribution, "state": factor.state} for factor in found.factors])
        for found in listed.answer.matches if found.fit >= index.model.threshold}


def _keep(session: Session, need_id: UUID, fits: Mapping[UUID, tuple[float, list[dict[str, Any]]]]) -> None:
    """Keep what fits a need in place of what did; nothing when it may not be found any more. Flushes."""
    try:
        needs.need_by_id(session, SERVICE, need_id, locked=True)
    except NotFound:
        return
    before = {found.offering_id: found for found in queries.findings_of(session, SERVICE, need_id)}
    given = queries.consent_of(session, SERVICE, need_id)
    is_allowed = given is not None and given.withdrawn_at is None
    wanted = fits if is_allowed else {}
    for offering_id in before.keys() - wanted.keys():
        session.delete(before[offering_id])
    existing = offerings.offerings_by_id(session, list(wanted))
    for offering_id in wanted.keys() & existing.keys():
        found = before.get(offering_id)
        if found is None:
            found = Finding(need_id=need_id, offering_id=offering_id)
            session.add(found)
        found.fit, found.factors = wanted[offering_id]
    session.flush()


def _found(found: Finding, facts: Any) -> Found:
    firm = facts.firm or {}
    place = firm.get("region") or facts.region
    return Found(found.need_id, found.fit, found.factors, facts.kinds, _province(place), firm.get("size_class"),
                 bool(firm.get("is_one_person")))


def _province(code: str | None) -> str | None:
    """Return the province of a place in China; elsewhere the country.

    >>> _province("320681"), _province("DE-BY"), _province(None)
    ('320000', 'DE', None)
    """
    if not code:
        return None
    return f"{code[:2]}0000" if code.isdecimal() else code.partition("-")[0]


def _is_excluded(lead: Lead, facts: Any) -> bool:
    return bool({str(lead.platform_id), lead.platform.slug} & set(facts.excluded_platforms or []))


def _suggest(session: Session, like: Lead, found: Found) -> None:
    offering: Offering = like.offering
    now = utc_now()
    score = round(sum(factor["contribution"] for factor in found.factors), 6)
    lead = Lead(id=new_id(), reference=new_reference("L"), need_id=found.need_id, offering_id=offering.id,
                offering_version=offering.version, platform_id=like.platform_id, origin=Origin.INVITATION,
                state=LeadState.SUGGESTED, due_at=deadlines.due_at(offering, now), fit=found.fit,
                breakdown={"score": score, "words": [], "conditions": [],
                           "factors": [{**factor, "detail": {}} for factor in found.factors]})
    lead.moves.append(LeadMove(at=now, from_state=None, to_state=LeadState.SUGGESTED, side=Side.PLATFORM))
    session.add(lead)
    session.flush()
    outbox.tell_firm(session, "invited", found.need_id, lead=str(lead.id))
