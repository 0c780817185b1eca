"""What the private page says of answer clocks: when a platform was reminded, who was told, where the need went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Holder, Lead, Offering, StepKind
from matchmaker.domain.clocks import REMINDERS, RUNNING
from matchmaker.domain.leads import OPEN
from matchmaker.i18n import gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.services.formats import day_of
from matchmaker.services.leads import progress
from matchmaker.services.leads.following import Status
from matchmaker.web.firms.status_words import Line

STEPS = {
    StepKind.HALF_TIME: _("The platform was reminded"), StepKind.DAY_BEFORE: _("The platform was reminded"),
    StepKind.LATE: _("Its lead managers were told that it is late"),
    StepKind.SUSPENDED: _("The operator has suspended the platform"),
    StepKind.NEXT: _("You were told who else fits"),
}


@dataclass(frozen=True)
class Clock:
    """What is to be said of one lead's clock."""

    note: str
    lines: Sequence[Line]
    child: Lead | None
    parent: Lead | None
    next: Sequence[Offering]
    was_told: bool


def by_lead(session: Session, holder: Holder, found: Status) -> Mapping[UUID, Clock]:
    """Return what is to be said of the clock of each lead, by its id."""
    leads = [entry.lead for entry in found.followed]
    known = progress.by_lead(session, holder, leads)
    return {lead.id: _clock(lead, known[lead.id]) for lead in leads}


def _clock(lead: Lead, known: progress.Progress) -> Clock:
    us = gettext("Matchmaker")
    lines = [Line(step.at, gettext(STEPS[step.kind]), us, "") for step in known.steps]
    if known.child:
        words = gettext("Passed on to %(platform)s", platform=pick(known.child.platform.name))
        lines.append(Line(known.child.created_at, words, us, ""))
    return Clock(_note(lead, known), lines, known.child, known.parent, known.next, known.was_told)


def _note(lead: Lead, known: progress.Progress) -> str:
    """Return how the clock stands, "" when there is nothing to say of it."""
    if lead.platform.is_suspended and lead.state in OPEN:
        return gettext("The operator has suspended this platform. Nobody works on your request at present.")
    taken = [step for step in known.steps if step.due_at == lead.due_at]
    if lead.state not in RUNNING or not taken:
        return ""
    late = next((step for step in taken if step.kind == StepKind.LATE), None)
    if late:
        return gettext("Its lead managers were told on %(day)s that it is late.", day=day_of(late.at))
    reminded = [step for step in taken if step.kind in REMINDERS]
    return gettext("The platform was reminded on %(day)s.", day=day_of(reminded[-1].at)) if reminded else ""
