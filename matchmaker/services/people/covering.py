"""Absence cover: while somebody is away, a deputy of the same team gets the leads that would be theirs.

What is given to somebody who is away goes to the deputy at once. Of the leads that they have already, an hourly job
hands over those that come due before they are back; the others wait for them. What was handed over stays there.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from matchmaker.domain import Absence, Job, Member, Organisation, Person, Service
from matchmaker.domain.actors import ANSWERING
from matchmaker.errors import Invalid, NotFound
from matchmaker.jobs.worker import Chunks
from matchmaker.services import formats, hourly
from matchmaker.services.mail import outbox
from matchmaker.storage import Session
from matchmaker.storage.queries import organisations
from matchmaker.storage.queries import people as queries

TASK = "cover_absences"
LONGEST = dt.timedelta(days=366)
SERVICE = Service()

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Place:
    """A team in which somebody answers leads, who could stand in for them, and their absence if one is planned."""

    organisation: Organisation
    colleagues: Sequence[Person]
    absence: Absence | None


@dataclass(frozen=True)
class Cover:
    """Somebody who is away today, and until when."""

    person: Person
    last_day: dt.date


def places(session: Session, actor: Member) -> list[Place]:
    """Return the teams in which a person answers leads."""
    found = organisations.organisations_by_id(session, list(actor.organisations(*ANSWERING)))
    return [Place(place, _colleagues(session, actor, place.id), queries.absence_of(session, actor.person_id, place.id))
            for place in found]


def plan(session: Session, actor: Member, organisation_id: UUID, deputy_id: UUID, first_day: dt.date,
         last_day: dt.date) -> None:
    """Plan an absence in one team, or change the one that is planned. Flushes.

    Raise `NotFound` for a team that is not the person's, `Invalid` for a deputy outside of it and for impossible days.
    """
    _check_team(actor, organisation_id)
    if deputy_id not in {person.id for person in _colleagues(session, actor, organisation_id)}:
        raise Invalid("Choose somebody else of your team as deputy.")
    if not first_day <= last_day or last_day < formats.today() or last_day - first_day > LONGEST:
        raise Invalid("The last day must be today or later, not before the first, and within a year of it.")
    absence = queries.absence_of(session, actor.person_id, organisation_id)
    if absence is None:
        absence = Absence(person_id=actor.person_id, organisation_id=organisation_id)
        session.add(absence)
    absence.deputy_id, absence.first_day, absence.last_day = deputy_id, first_day, last_day
    session.flush()
    if absence.covers(formats.today()):
        hand_over(session, absence)


def end(session: Session, actor: Member, organisation_id: UUID) -> None:
    """End or cancel the person's absence in a team; leads that were handed over stay where they are. Flushes.

    Raise `NotFound` for a team that is not the person's.
    """
    _check_team(actor, organisation_id)
    absence = queries.absence_of(session, actor.person_id, organisation_id)
    if absence is not None:
        session.delete(absence)
        session.flush()


def stand_in(session: Session, organisation_id: UUID, person_id: UUID) -> UUID:
    """Return who gets what would go to a person today: the deputy while they are away, else the person."""
    absence = queries.absence_of(session, person_id, organisation_id)
    return absence.deputy_id if absence and absence.covers(formats.today()) else person_id


def covered(session: Session, actor: Member) -> list[Cover]:
    """Return for whom a person stands in today."""
    found = queries.absences_covered_by(session, actor.person_id, formats.today())
    return [Cover(person, absence.last_day) for absence, person in found]


def run(job: Job, chunks: Chunks) -> None:
    """Do the job: queue the next one, and hand over what comes due while people are away."""
    with chunks.chunk(cursor=job.cursor) as session:
        hourly.queue_next(session, TASK)
    result = {"handed_over": 0}
    with chunks.final(result) as session:
        for absence in queries.absences_on(session, formats.today()):
            result["handed_over"] += hand_over(session, absence)
        log.info("absences covered", **result)


def hand_over(session: Session, absence: Absence) -> int:
    """Give the deputy the open leads that come due before the person is back; return how many. Flushes."""
    if absence.deputy_id not in {person.id for person in organisations.people_of(
            session, absence.organisation_id, ANSWERING)}:
        return 0
    back = dt.datetime.combine(absence.last_day + dt.timedelta(days=1), dt.time(), formats.CHINA)
    due = [lead for lead in queries.leads_of_assignee(session, absence.organisation_id, absence.person_id)
           if lead.due_at < back]
    for lead in due:
        lead.assignee_id = absence.deputy_id
    if due:
        outbox.tell_person(session, "leads_covered", absence.deputy_id, person=str(absence.person_id),
                           platform=str(absence.organisation_id), count=len(due))
    return len(due)


def _check_team(actor: Member, organisation_id: UUID) -> None:
    if organisation_id not in actor.organisations(*ANSWERING):
        raise NotFound("There is no such team, or you do not answer leads in it.")


def _colleagues(session: Session, actor: Member, organisation_id: UUID) -> list[Person]:
    return [person for person in organisations.people_of(session, organisation_id, ANSWERING)
            if person.id != actor.person_id]
