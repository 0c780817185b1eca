"""Let a published version of a list take effect in the catalogue.

What is new is opened, what the list says differently is taken over field by field, and what stood on the version before
and does not on this one is withdrawn: the list says what the platform opens. What its editors changed meanwhile in
other fields stays as they have it.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.domain import (
    ListEntry,
    ListVersion,
    Offering,
    OfferingMove,
    OfferingStatus,
    OfferingVersion,
    Service,
    Side,
)
from matchmaker.domain.base import new_id
from matchmaker.domain.offering_states import LIVE
from matchmaker.domain.offerings import typed
from matchmaker.storage.queries import openness as queries

SERVICE = Service()
WHY = "开放清单第 {number} 版未再列入 / Left out of version {number} of the openness list"
"""The reason of a withdrawal as its history keeps it, in both languages: whoever reads it later speaks either."""


def take_effect(session: Session, version: ListVersion, before: Sequence[ListEntry], at: dt.datetime) -> None:
    """Bring the catalogue to what a version says, given the entries of the `before` one. Flushes."""
    listed = {entry.external_id for entry in version.entries}
    left_out = {entry.external_id for entry in before} - listed
    known = queries.offerings_numbered(session, version.platform_id, listed | left_out)
    version.openness_list.response_days = version.response_days
    for entry in version.entries:
        offering = known.get(entry.external_id)
        if offering is None:
            entry.offering_id = _add(session, version, entry, at).id
        else:
            entry.offering_id = offering.id
            _open(session, version, offering, entry, at)
    why = WHY.format(number=version.number)
    for number in sorted(left_out & known.keys()):
        if known[number].status in LIVE:
            session.add(known[number].move(OfferingStatus.WITHDRAWN, SERVICE, why, at=at))
    session.flush()


def _add(session: Session, version: ListVersion, entry: ListEntry, at: dt.datetime) -> Offering:
    content = typed(dict(entry.content))
    offering = Offering(id=new_id(), platform_id=version.platform_id, list_id=version.list_id, version=1,
                        status=OfferingStatus.PUBLISHED, content_hash=Offering.hash_content(content), changed_at=at,
                        **content)
    session.add(offering)
    session.flush()
    session.add(OfferingMove(offering_id=offering.id, at=at, from_state=None, to_state=OfferingStatus.PUBLISHED,
                             side=Side.SERVICE))
    return offering


def _open(session: Session, version: ListVersion, offering: Offering, entry: ListEntry, at: dt.datetime) -> None:
    """Let an offering say what the list says, and show a draft; what was withdrawn for good stays so."""
    if offering.status == OfferingStatus.WITHDRAWN:
        return
    is_live = offering.status in LIVE
    said: dict[str, Any] = typed(dict(entry.changes if is_live else entry.content))
    offering.list_id = version.list_id
    if said:
        kept: OfferingVersion = offering.archived(at)
        if offering.revise(offering.content | said, at):
            session.add(kept)
    if offering.status in (OfferingStatus.DRAFT, OfferingStatus.IN_REVIEW):
        session.add(offering.move(OfferingStatus.PUBLISHED, SERVICE, at=at))
