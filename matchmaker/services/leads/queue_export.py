"""The queue as a file: what a team may read of each lead, one line a lead; that it was taken out is kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.domain import Lead, Member, Need, QueueExport
from matchmaker.services.leads.workbench import Filter, Sort, View
from matchmaker.storage.queries import queue as queries

MOST = 10_000
"""So many leads go into one file; who needs more narrows the list and takes several."""


def export(session: Session, member: Member, form: str, *, view: View, sort: Sort,
           narrowed: Filter) -> tuple[Sequence[Lead], dict[Any, Need], dict[Any, str]]:
    """Return the leads of a part of the queue, the needs that may be read, and the names of owners. Flushes.

    That it was taken out is kept with the names of the filters, and so enters the audit log.
    """
    leads = queries.leads_for(session, member, view, sort, person_id=member.person_id, narrowed=narrowed, limit=MOST)
    needs = queries.readable_needs(session, member, {lead.need_id for lead in leads})
    names = queries.names_of(session, {lead.assignee_id for lead in leads})
    filters = ["view", *(name for name, value in vars(narrowed).items() if value is not None)]
    session.add(QueueExport(person_id=member.person_id, form=form, filters=filters, leads=len(leads)))
    session.flush()
    return leads, needs, names
