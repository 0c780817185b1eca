"""What the firm follows of the answer clocks of its leads: the steps taken, where its need went, who could be next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import ClockStep, Holder, Lead, Offering, StepKind
from matchmaker.services.leads import passing
from matchmaker.storage.queries import clocks as queries


@dataclass(frozen=True)
class Progress:
    """One lead's steps, the lead that came of it or before it, and whom its firm could ask next."""

    steps: Sequence[ClockStep]
    child: Lead | None
    parent: Lead | None
    next: Sequence[Offering]

    @property
    def was_told(self) -> bool:
        """Tell whether the firm was told whom it could ask next, if anybody."""
        return any(step.kind == StepKind.NEXT for step in self.steps)


def by_lead(session: Session, holder: Holder, leads: Iterable[Lead]) -> dict[UUID, Progress]:
    """Return the progress of each lead of the holder's need, by its id, in two queries. `leads` are all of them."""
    known = {lead.id: lead for lead in leads}
    steps = queries.steps_of_need(session, holder, holder.need_id)
    named = passing.next_ones(session, steps)
    children = {lead.parent_id: lead for lead in known.values() if lead.parent_id}
    asked = {lead.platform_id for lead in known.values()}
    return {lead_id: Progress([step for step in steps if step.lead_id == lead_id], children.get(lead_id),
                              known.get(lead.parent_id) if lead.parent_id else None,
                              [offering for offering in named.get(lead_id, ()) if offering.platform_id not in asked])
            for lead_id, lead in known.items()}
