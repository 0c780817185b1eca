"""What is asked of ranking records, by an actor (see `scope`)."""

from collections.abc import Sequence
from uuid import UUID

from matchmaker.domain import Actor, Lead, Ranking
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def ranking_of(session: Session, actor: Actor, lead: Lead) -> Ranking | None:
    """Return the ranking from which a lead came, if it came from one."""
    return session.scalar(scope.rankings(actor).where(Ranking.id == lead.ranking_id)) if lead.ranking_id else None


def ranking_of_need(session: Session, actor: Actor, need_id: UUID) -> Ranking | None:
    """Return the newest ranking of a need."""
    return session.scalar(scope.rankings(actor).where(Ranking.need_id == need_id).order_by(Ranking.id.desc()).limit(1))


def ranked_leads(session: Session, actor: Actor) -> Sequence[UUID]:
    """Return the ids of all leads that came from a ranking."""
    return session.scalars(scope.leads(actor).where(Lead.ranking_id.is_not(None)).with_only_columns(Lead.id)).all()


def lead_named(session: Session, actor: Actor, name: str) -> Lead | None:
    """Return the lead with this number or id that `actor` may know of."""
    try:
        condition = Lead.id == UUID(name)
    except ValueError:
        condition = Lead.reference == name.strip().upper()[:64]
    return session.scalar(scope.leads(actor).where(condition))
