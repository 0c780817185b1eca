"""Try how a need would match an offering that firms are not shown yet, or as it would be after a change.

The draft is put into the catalogue in force as a change of it would be, for this one look: the fit is the one that
firms will see once it is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matchmaker.domain import Member, Need, Offering
from matchmaker.services import catalogue as public
from matchmaker.services import matching
from matchmaker.services.editing.desk import Open
from matchmaker.storage import Session
from matchmaker.storage.queries import queue
from matchmaker.storage.queries.queue import Sort, View

RECEIVED = 20
"""How many of the needs that were sent to a team are offered to try."""


@dataclass(frozen=True)
class Preview:
    """How a need matches an offering as it would be, and as firms are shown it now (None while they are not)."""

    draft: Mapping[str, Any]
    published: Mapping[str, Any] | None
    threshold: float
    is_changed: bool


def preview(index: matching.Index, opened: Open, stated: Mapping[str, Any], language: str) -> Preview:
    """Return how a need (fields as in the API) would match an offering with the change being prepared."""
    offering = opened.offering
    shown = Offering(id=offering.id, platform=offering.platform, **opened.content)
    changed = index.catalogue.changed([str(offering.id)], [public.to_public(shown)], index.catalogue.version)
    tried = matching.Index(changed, index.model, index.folder)
    draft = matching.compare(tried, stated, [str(offering.id)], language=language)
    published = matching.compare(index, stated, [str(offering.id)], language=language)["matches"]
    return Preview(draft["matches"][0], published[0] if published else None, draft["threshold"], bool(opened.changes))


def received(session: Session, member: Member) -> list[Need]:
    """Return the newest needs sent to the member's team whose words they may read; none to who reads no leads."""
    leads = queue.leads_in(session, member, View.ALL, Sort.AGE, person_id=None, limit=RECEIVED)
    readable = queue.readable_needs(session, member, (lead.need_id for lead in leads))
    return [readable[need_id] for need_id in dict.fromkeys(lead.need_id for lead in leads) if need_id in readable]
