"""What the summaries are made of. All of it is asked by the service (see `scope`)."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import selectinload

from matchmaker.domain import (
    Contact,
    DemandTopic,
    ExposureSummary,
    Lead,
    LeadSummary,
    Need,
    NeedStatus,
    NeedSummary,
    Offering,
    Ranking,
    Service,
    Watch,
)
from matchmaker.domain.leads import UNSEEN
from matchmaker.storage import Session
from matchmaker.storage.queries import scope, scope_boards

SERVICE = Service()
KEYS: Mapping[type, Any] = {NeedSummary: NeedSummary.need_id, LeadSummary: LeadSummary.lead_id,
                            ExposureSummary: ExposureSummary.ranking_id}
"""The thing that each sort of summary is about."""


def needs_to_summarise(session: Session, stale: dt.datetime, limit: int) -> Sequence[Need]:
    """Return needs that have no summary, or may still be met and were summarised before `stale`; the newest first.

    A need counts when its firm has asked somebody for it, or wants to be told as soon as something fits.
    """
    held = scope_boards.need_summaries(SERVICE).where(NeedSummary.need_id == Need.id)
    is_stale = held.where(NeedSummary.summarised_at < stale).exists()
    watched = scope.watches(SERVICE).where(Watch.need_id == Need.id)
    waits = (Need.status == NeedStatus.DRAFT) & (Need.problem != "") & watched.exists()
    is_live = (Need.status == NeedStatus.OPEN) | watched.where(Watch.ended_at.is_(None)).exists()
    query = scope.needs(SERVICE).where(or_(Need.opened_at.is_not(None), waits), or_(~held.exists(), is_live & is_stale))
    return session.scalars(query.order_by(Need.id.desc()).limit(limit)).all()


def first_needs(session: Session, need_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the first need of the same firm, told by the address in its contact, for each need that has one."""
    mine = scope.contacts(SERVICE).where(Contact.need_id.in_(need_ids)).subquery()
    every = scope.contacts(SERVICE).subquery()
    query = select(mine.c.need_id, every.c.need_id).join(every, func.lower(every.c.email) == func.lower(mine.c.email))
    found: dict[UUID, UUID] = {}
    for need_id, other in session.execute(query):
        found[need_id] = min(other, found.get(need_id, other))
    return found


def leads_to_summarise(session: Session, limit: int) -> Sequence[Lead]:
    """Return leads whose summary is missing, or was made before they changed."""
    held = scope_boards.lead_summaries(SERVICE).where(LeadSummary.lead_id == Lead.id,
                                               LeadSummary.changed_at == Lead.changed_at)
    query = scope.leads(SERVICE).where(Lead.state.not_in(UNSEEN), ~held.exists())
    query = query.options(selectinload(Lead.offering), selectinload(Lead.moves))
    return session.scalars(query.order_by(Lead.id).limit(limit)).all()


def facts_of(session: Session, need_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return of each need the stated facts of its firm, with the need's own region before that of the firm."""
    query = scope.needs(SERVICE).where(Need.id.in_(need_ids)).with_only_columns(Need.id, Need.region, Need.firm,
                                                                                Need.language)
    return {need_id: {**(firm or {}), "region": region or (firm or {}).get("region"), "language": language}
            for need_id, region, firm, language in session.execute(query)}


def rankings_to_summarise(session: Session, limit: int) -> Sequence[Ranking]:
    """Return ranking records that showed something and have no summary."""
    held = scope_boards.exposure_summaries(SERVICE).where(ExposureSummary.ranking_id == Ranking.id)
    query = scope.rankings(SERVICE).where(Ranking.shown > 0, ~held.exists())
    return session.scalars(query.order_by(Ranking.id).limit(limit)).all()


def platforms_of(session: Session, offering_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the platform of each offering."""
    query = select(Offering.id, Offering.platform_id).where(Offering.id.in_(offering_ids))
    return {row[0]: row[1] for row in session.execute(query)}


def put(session: Session, kind: type[NeedSummary] | type[LeadSummary] | type[ExposureSummary],
        rows: Sequence[Mapping[str, Any]]) -> None:
    """Put summaries in the place of those that there are of the same things."""
    key = KEYS[kind]
    if rows:
        session.execute(delete(kind).where(key.in_([row[key.key] for row in rows])))
        session.execute(insert(kind), [*rows])


def unmet_firms(session: Session, limit: int) -> dict[UUID, UUID]:
    """Return the firm of each of the newest needs that nothing opened fits."""
    query = scope_boards.need_summaries(SERVICE).where(NeedSummary.is_met.is_(False))
    found = session.scalars(query.order_by(NeedSummary.need_id.desc()).limit(limit))
    return {summary.need_id: summary.firm for summary in found}


def texts_of(session: Session, need_ids: Collection[UUID]) -> Sequence[Any]:
    """Return id, language, title and problem of needs."""
    query = scope.needs(SERVICE).where(Need.id.in_(need_ids)).order_by(Need.id)
    return session.execute(query.with_only_columns(Need.id, Need.language, Need.title, Need.problem)).all()


def drop_topics(session: Session, kept: Collection[UUID]) -> None:
    """Delete the topics that are not among `kept`; needs lose theirs."""
    session.execute(delete(DemandTopic).where(DemandTopic.id.not_in(kept)))


def give_topic(session: Session, topic_id: UUID, need_ids: Sequence[UUID]) -> None:
    """Say of needs what topic they are about."""
    for summary in session.scalars(scope_boards.need_summaries(SERVICE).where(NeedSummary.need_id.in_(need_ids))):
        summary.topic_id = topic_id
