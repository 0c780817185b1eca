"""What each actor may see of what boards count: the only place that selects the summaries of needs, leads, rankings."""

from sqlalchemy import ColumnElement, Select, false, select, true

from matchmaker.domain import ExposureSummary, FairnessMonth, LeadSummary, NeedSummary
from matchmaker.domain.actors import Actor, Member, Service
from matchmaker.storage.wall import names_asker


@names_asker
def need_summaries(actor: Actor) -> Select[NeedSummary]:
    """Select the plain facts about needs, for operators."""
    return select(NeedSummary).where(_counts(actor))


@names_asker
def lead_summaries(actor: Actor) -> Select[LeadSummary]:
    """Select the plain facts about leads, for operators."""
    return select(LeadSummary).where(_counts(actor))


@names_asker
def exposure_summaries(actor: Actor) -> Select[ExposureSummary]:
    """Select what rankings showed of platforms, for operators."""
    return select(ExposureSummary).where(_counts(actor))


@names_asker
def fairness_months(actor: Actor) -> Select[FairnessMonth]:
    """Select what was counted of whole months, for operators."""
    return select(FairnessMonth).where(_counts(actor))


def _counts(actor: Actor) -> ColumnElement[bool]:
    return true() if isinstance(actor, Service) or (isinstance(actor, Member) and actor.is_operator) else false()
