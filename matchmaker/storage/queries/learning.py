"""What is learnt from, asked by the service (see `scope`), and the weights that came of it."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker.domain import Lead, LeadFeedback, Offering, Ranking, Service, Side, WeightsProposal, WeightsVersion
from matchmaker.domain.leads import UNSEEN
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

SERVICE = Service()
AT_ONCE = 200


def rankings_acted_on(session: Session, limit: int) -> Iterator[Sequence[Any]]:
    """Yield the newest rankings from which leads came, a few at a time, with what is learnt from them.

    Each has id, need_id, snapshot, considered, shown and created_at.
    """
    acted_on = scope.leads(SERVICE).where(Lead.ranking_id == Ranking.id, Lead.state.not_in(UNSEEN)).exists()
    newest = scope.rankings(SERVICE).where(acted_on).order_by(Ranking.id.desc()).limit(limit)
    ids = session.scalars(newest.with_only_columns(Ranking.id)).all()
    for start in range(0, len(ids), AT_ONCE):
        query = scope.rankings(SERVICE).where(Ranking.id.in_(ids[start:start + AT_ONCE])).with_only_columns(
            Ranking.id, Ranking.need_id, Ranking.snapshot, Ranking.considered, Ranking.shown, Ranking.created_at)
        yield session.execute(query.order_by(Ranking.id)).all()


def leads_from(session: Session, ranking_ids: Collection[UUID]) -> Sequence[Lead]:
    """Return the leads that came from rankings, with their moves."""
    query = scope.leads(SERVICE).where(Lead.ranking_id.in_(ranking_ids), Lead.state.not_in(UNSEEN))
    return session.scalars(query.options(selectinload(Lead.moves)).order_by(Lead.id)).all()


def ratings_by_firms(session: Session, lead_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how firms rated what came of leads."""
    query = scope.feedback(SERVICE).where(LeadFeedback.lead_id.in_(lead_ids), LeadFeedback.side == Side.FIRM)
    rows = session.execute(query.with_only_columns(LeadFeedback.lead_id, LeadFeedback.rating))
    return {row.lead_id: row.rating for row in rows}


def platforms_of_offerings(session: Session) -> dict[str, str]:
    """Return the platform of every offering there ever was, both by id."""
    return {str(offering): str(platform) for offering, platform in
            session.execute(select(Offering.id, Offering.platform_id))}


def weights_versions(session: Session) -> Sequence[WeightsVersion]:
    """Return the versions of the weights that operators promoted, the oldest first."""
    return session.scalars(select(WeightsVersion).order_by(WeightsVersion.id)).all()


def weights_version(session: Session, version: str) -> WeightsVersion | None:
    """Return such a version by its name, locked until the transaction ends."""
    query = select(WeightsVersion).where(WeightsVersion.version == version)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def proposals(session: Session, limit: int = 50) -> Sequence[WeightsProposal]:
    """Return the newest proposals, the newest first."""
    return session.scalars(select(WeightsProposal).order_by(WeightsProposal.id.desc()).limit(limit)).all()


def proposal_by_id(session: Session, proposal_id: UUID, *, locked: bool = False) -> WeightsProposal | None:
    """Return a proposal; `locked` keeps others from deciding on it until the transaction ends."""
    query = select(WeightsProposal).where(WeightsProposal.id == proposal_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)
