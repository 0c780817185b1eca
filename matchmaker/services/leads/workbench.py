"""What a reviewer sees: the queue of the team's leads, and one lead with all of it that may be shown at this moment."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import (
    Action,
    Attachment,
    Contact,
    Decision,
    DecisionStatus,
    Lead,
    LeadMessage,
    LeadNote,
    Member,
    Need,
    Organisation,
    Person,
    SavedView,
)
from matchmaker.domain.actors import ANSWERING
from matchmaker.domain.base import utc_now
from matchmaker.errors import Invalid
from matchmaker.services.leads import presence, reviewing, views
from matchmaker.storage.queries import filters, leads, needs, organisations, scope_unread
from matchmaker.storage.queries import queue as queries
from matchmaker.storage.queries.filters import EVERYTHING, Due, Filter, Nobody
from matchmaker.storage.queries.queue import STATES, Sort, View

__all__ = ["STATES", "Due", "Filter", "Nobody", "OpenLead", "Queue", "Sort", "View", "open_lead", "queue"]

PAGE = 25


@dataclass(frozen=True)
class Queue:
    """A page of a team's leads, with what a row shows beside each; what may not be read is missing."""

    view: View
    sort: Sort
    leads: Sequence[Lead]
    needs: Mapping[UUID, Need]
    pending: Mapping[UUID, Decision]
    names: Mapping[UUID, str]
    counts: Mapping[View, int]
    late: int
    next_cursor: str | None
    platforms: Sequence[Organisation]
    """The platforms for which the reader answers."""
    is_team: bool
    """Whether the reader answers leads; an operator only looks on."""
    narrowed: Filter = EVERYTHING
    total: int = 0
    """How many leads of the view the filter leaves."""
    companions: Mapping[UUID, Sequence[Lead]] = field(default_factory=dict)
    """The other leads of the same need, by the lead beside which they stand."""
    unread: frozenset[UUID] = frozenset()
    """The leads on which the firm has written what the team has not said to have read."""
    offerings: Sequence[Any] = ()
    """Id, title and kind of what the leads ask for, to narrow by."""
    colleagues: Sequence[Person] = ()
    saved: Sequence[SavedView] = ()

    @property
    def listed(self) -> list[Lead]:
        """Every lead of the page, those of one need one after the other."""
        return [entry for lead in self.leads for entry in (lead, *self.companions.get(lead.id, ()))]


@dataclass(frozen=True)
class OpenLead:
    """A lead with what the reader may see of it. Without consent there is no need, and none of its words."""

    lead: Lead
    need: Need | None
    contact: Contact | None
    files: Sequence[Attachment]
    messages: Sequence[LeadMessage]
    notes: Sequence[LeadNote]
    decisions: Sequence[Decision]
    names: Mapping[UUID, str]
    colleagues: Sequence[Person] = field(default=())
    actions: Sequence[Action] = field(default=())
    others: Sequence[str] = field(default=())
    """The names of colleagues who have the lead open at this moment."""

    @property
    def is_team(self) -> bool:
        """Tell whether the reader belongs to the team that answers the lead."""
        return bool(self.colleagues)

    @property
    def pending(self) -> Decision | None:
        """The decision that waits to take effect."""
        return next((entry for entry in self.decisions if entry.status == DecisionStatus.PENDING), None)

    @property
    def refused(self) -> Decision | None:
        """The newest decision, if it could not be carried out and nothing came after it."""
        newest = self.decisions[-1] if self.decisions else None
        return newest if newest and newest.status == DecisionStatus.REFUSED else None


def queue(session: Session, member: Member, *, view: View = View.TO_ANSWER, sort: Sort = Sort.DUE,
          cursor: str | None = None, narrowed: Filter = EVERYTHING) -> Queue:
    """Return a page of the leads that `member` may know of, in a constant number of queries.

    `cursor` is the ``next_cursor`` of the page before; raise `Invalid` when it is something else.
    """
    person_id = member.person_id
    found = queries.leads_in(session, member, view, sort, person_id=person_id, limit=PAGE + 1,
                             after=_place(sort, cursor), narrowed=narrowed)
    page = found[:PAGE]
    others = queries.companions(session, member, view, sort, page, person_id=person_id, narrowed=narrowed)
    every = [*page, *others]
    shown, companions = _together(page, others, sort)
    counts, late = queries.counts(session, member, person_id, utc_now())
    places = member.organisations(*ANSWERING)
    team = organisations.people_of_all(session, places, ANSWERING)
    return Queue(
        view=view, sort=sort, leads=shown, companions=companions, narrowed=narrowed, counts=counts,
        needs=queries.readable_needs(session, member, (lead.need_id for lead in shown)),
        pending=queries.pending_on(session, member, (lead.id for lead in every)),
        names=_names(session, team, (lead.assignee_id for lead in every)),
        unread=scope_unread.unread(session, member, (lead.id for lead in every)),
        late=late,
        total=queries.count_in(session, member, view, person_id, narrowed) if narrowed else counts[view],
        next_cursor=_cursor(page[-1], sort) if len(found) > PAGE else None,
        platforms=queries.platforms(session, places), is_team=member.has(ANSWERING),
        offerings=filters.offerings_of(session, places),
        colleagues=team, saved=views.saved(session, member),
    )


def open_lead(session: Session, member: Member, lead_id: UUID, beside: Queue | None = None) -> OpenLead:
    """Return a lead and all that `member` may see of it; nothing about it changes. Raise `NotFound`.

    What the list `beside` it knows of the team already is not asked for again.
    """
    lead = leads.lead_by_id(session, member, lead_id)
    need = needs.readable_need(session, member, lead.need_id)
    messages, notes = leads.messages_of(session, member, lead.id), leads.notes_of(session, member, lead.id)
    decisions = leads.decisions_of(session, member, lead.id)
    acts: list[Any] = [*lead.moves, *messages, *notes, *decisions]
    team = _team(member, lead, beside) or reviewing.colleagues(session, member, lead)
    return OpenLead(
        lead=lead, need=need, messages=messages, notes=notes, decisions=decisions,
        contact=needs.contact_of(session, member, lead.need_id),
        files=needs.attachments_of(session, member, lead.need_id),
        names=_names(session, team, [lead.assignee_id, *(act.person_id for act in acts)]), colleagues=team,
        actions=reviewing.possible_actions(lead) if need else (),
        others=presence.others(session, member, lead.id),
    )


def _team(member: Member, lead: Lead, beside: Queue | None) -> Sequence[Person]:
    """Return the people of a list, if the lead's platform is the only one whose people these are."""
    return beside.colleagues if beside and member.organisations(*ANSWERING) == {lead.platform_id} else ()


def _names(session: Session, team: Sequence[Person], wanted: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of people by id; of a team, whose people are known, the database is not asked."""
    known = {person.id: person.name for person in team}
    return known | queries.names_of(session, set(wanted) - known.keys())


def file_of(session: Session, member: Member, lead_id: UUID, file_id: UUID) -> Attachment:
    """Return a file that came with a lead's need, if it is revealed to `member`; raise `NotFound` else."""
    lead = leads.lead_by_id(session, member, lead_id)
    return needs.attachment_by_id(session, member, lead.need_id, file_id)


def _together(page: Sequence[Lead], others: Sequence[Lead],
              sort: Sort) -> tuple[list[Lead], dict[UUID, list[Lead]]]:
    """Return the leads of a page that come first of their needs, and the other leads of these needs by them.

    What stands beside a lead of an earlier page is not shown again; a page of nothing else is shown as it is.
    """
    first: dict[tuple[UUID, UUID], Lead] = {}
    for lead in (*page, *others):
        same = (lead.need_id, lead.platform_id)
        if same not in first or queries.comes_before(lead, first[same], sort):
            first[same] = lead
    shown = [lead for lead in page if first[lead.need_id, lead.platform_id] is lead]
    if not shown:
        return list(page), {}
    beside: dict[UUID, list[Lead]] = {}
    for lead in (*page, *others):
        head = first[lead.need_id, lead.platform_id]
        if head is not lead:
            beside.setdefault(head.id, []).append(lead)
    return shown, beside


def _cursor(lead: Lead, sort: Sort) -> str:
    key = queries.place_of(lead, sort)
    return f"{key.isoformat() if isinstance(key, dt.datetime) else repr(key)}~{lead.id.hex}"


def _place(sort: Sort, cursor: str | None) -> tuple[Any, UUID] | None:
    if not cursor:
        return None
    key, _tilde, lead_id = cursor[:200].partition("~")
    try:
        return (float(key) if sort == Sort.FIT else _moment(key)), UUID(lead_id)
    except ValueError:
        raise Invalid("This page of the list does not exist. Start from its first page.") from None


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a place in the list is a moment with its zone")
    return moment
