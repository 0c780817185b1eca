"""Put simulated lists, and what simulated people made of them, into a database as the product keeps them."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from matchmaker.domain import (
    Contact,
    Lead,
    LeadFeedback,
    LeadMove,
    LeadState,
    Need,
    NeedStatus,
    Offering,
    Ranking,
    Side,
)
from matchmaker.domain.base import new_id
from matchmaker.domain.needs import new_reference
from matchmaker.ranking.learning import FACTORS, JudgedList
from matchmaker.ranking.queries import CHANNELS
from tests.conftest import add_offering
from tests.making import BREAKDOWN, add_person

EACH = 24
"""Offerings of a platform: one list has no more."""
S = LeadState


def store(session: Session, lists: Sequence[JudgedList]) -> None:
    """Store lists with their needs, leads, moves and ratings."""
    offerings: dict[str, list[Offering]] = {}
    people: dict[str, object] = {}
    for platform in sorted({platform for one in lists for platform in one.platforms}):
        offerings[platform] = [add_offering(session, platform=platform) for _number in range(EACH)]
    for reviewer in sorted({decision.reviewer for one in lists for decision in one.decisions.values()}):
        people[reviewer] = add_person(session, f"{reviewer}@platform.example").id
    made = [row for one in lists for row in rows(one, offerings, people)]
    for kind in (Need, Contact, Ranking, Lead, LeadMove, LeadFeedback):
        session.add_all(row for row in made if isinstance(row, kind))
        session.flush()


def rows(one: JudgedList, offerings, people) -> list:
    """Return the rows of one list."""
    left = {platform: iter(held) for platform, held in offerings.items()}
    chosen = [next(left[platform]) for platform in one.platforms]
    need = Need(id=new_id(), status=NeedStatus.OPEN, problem="Simulated", language="en", opened_at=one.at, answers={})
    contact = Contact(need_id=need.id, organisation=one.firm, name="A", email=f"{one.firm}@firm.example", language="en",
                      telephone="")
    entries = [{"offering": str(offering.id), "score": 1.0, "fit": 0.5, "factors": {}, "channels": parts[:len(CHANNELS)],
                "values": {name: value for name, value in zip(FACTORS, parts[len(CHANNELS):], strict=True) if value}}
               for offering, parts in zip(chosen, one.parts.tolist(), strict=True)]
    language = one.groups[0].partition(":")[2]
    ranking = Ranking(id=new_id(), need_id=need.id, snapshot={"stated": {"language": language}, "today": "2027-01-01"},
                      index_version="1", model_version="1", rules_version="1", seed="1", considered=entries,
                      shown=one.shown, created_at=one.at)
    found = [need, contact, ranking]
    for place, decision in one.decisions.items():
        found += lead_rows(need, ranking, chosen[place], place, int(one.grades[place]), decision,
                           people[decision.reviewer])
    return found


def lead_rows(need, ranking, offering, place, grade, decision, person_id) -> list:
    """Return one lead with what became of it."""
    lead = Lead(id=new_id(), need_id=need.id, ranking_id=ranking.id, offering_id=offering.id, offering_version=1,
                platform_id=offering.platform_id, reference=new_reference("L"), place=place + 1, fit=0.5,
                breakdown=BREAKDOWN, due_at=decision.at, state=S.ACCEPTED if decision.fits else S.DECLINED,
                decline_reason=None if decision.fits else "not_needed")
    found = [lead, LeadMove(id=new_id(), lead_id=lead.id, at=decision.at, from_state=S.IN_REVIEW, to_state=lead.state,
                            side=Side.PLATFORM, person_id=person_id)]
    if decision.fits and grade != 1:
        lead.state = S.COMPLETED
        found.append(LeadMove(id=new_id(), lead_id=lead.id, at=decision.at + dt.timedelta(days=9),
                              from_state=S.IN_DELIVERY, to_state=S.COMPLETED, side=Side.FIRM))
    if decision.fits and grade in (0, 3):
        found.append(LeadFeedback(lead_id=lead.id, side=Side.FIRM, rating=5 if grade else 1))
    return found
