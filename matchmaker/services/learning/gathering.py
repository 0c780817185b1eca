"""Gather what people made of the lists they were shown, out of ranking records and leads.

A firm that asked for an offering picked it, and passed over what else was shown. What it says at the end counts more;
a decline that says that the offering does not fit takes the pick back. A reviewer's first answer is a decision. Leads
that an incubator, the clock or a platform brought about are no firm's pick; reviewers' decisions on them count.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from matchmaker.domain import Lead, LeadState, Origin, Side
from matchmaker.ranking.learning import FACTORS, Decision, JudgedList, Settings
from matchmaker.ranking.queries import CHANNELS
from matchmaker.storage import Session
from matchmaker.storage.queries import learning as queries
from matchmaker.storage.queries.boards import summarising

CHOSEN = frozenset({Origin.FORM, Origin.SEARCH})
"""Leads that a firm brought about by choosing from a list."""
ACCEPTING = frozenset({LeadState.ACCEPTED, LeadState.TERMS_OFFERED})
ANSWERS = ACCEPTING | {LeadState.DECLINED}


def gather(session: Session, settings: Settings) -> list[JudgedList]:
    """Return the newest lists from which leads came, with what people made of them; nothing is stored."""
    platforms = queries.platforms_of_offerings(session)
    found = []
    for rows in queries.rankings_acted_on(session, settings.evidence.most_lists):
        leads = queries.leads_from(session, [row.id for row in rows])
        ratings = queries.ratings_by_firms(session, [lead.id for lead in leads])
        firms = summarising.first_needs(session, [row.need_id for row in rows])
        by_ranking: dict[UUID, list[Lead]] = {}
        for lead in leads:
            by_ranking.setdefault(lead.ranking_id or lead.id, []).append(lead)
        found += [judged_list(row, str(firms.get(row.need_id, row.need_id)), platforms, by_ranking[row.id], ratings,
                              settings) for row in rows if row.considered]
    return found


def judged_list(row: Any, firm: str, platforms: Mapping[str, str], leads: Sequence[Lead],
                ratings: Mapping[UUID, int], settings: Settings) -> JudgedList:
    """Return one list out of its ranking record and the leads that came from it."""
    places = {entry["offering"]: place for place, entry in enumerate(row.considered)}
    grades, decisions = np.zeros(len(places), int), {}
    for lead in leads:
        place = places.get(str(lead.offering_id))
        if place is None:
            continue
        if lead.origin in CHOSEN:
            grades[place] = grade_of(lead, ratings.get(lead.id), settings)
        if decision := decision_on(lead, settings):
            decisions[place] = decision
    return JudgedList(firm, row.created_at, [platforms.get(name, "") for name in places], parts_of(row.considered),
                      row.shown, grades, decisions, any(lead.origin in CHOSEN for lead in leads),
                      [*groups_of(row.snapshot["stated"])])


def grade_of(lead: Lead, rating: int | None, settings: Settings) -> int:
    """Return what a firm made of an offering that it asked for."""
    grades = settings.grades
    if rating is not None:
        return grades.rated[rating - 1]
    if lead.decline_reason in grades.against:
        return 0
    is_completed = any(move.to_state == LeadState.COMPLETED and move.side == Side.FIRM for move in lead.moves)
    return grades.completed if is_completed else 1


def decision_on(lead: Lead, settings: Settings) -> Decision | None:
    """Return a reviewer's first answer to a lead that says whether the offering fits; None where there was none."""
    for move in lead.moves:
        if move.to_state in ANSWERS and move.side == Side.PLATFORM and move.person_id and not move.is_override:
            fits = move.to_state in ACCEPTING
            if fits or lead.decline_reason in settings.grades.against:
                return Decision(str(move.person_id), fits, move.at)
            return None
    return None


def parts_of(considered: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Return what each channel and factor gave, shape (n_considered, n_parts); 0 for what came after the record."""
    parts = np.zeros((len(considered), len(CHANNELS) + len(FACTORS)))
    for place, entry in enumerate(considered):
        channels = entry["channels"][:len(CHANNELS)]
        parts[place, :len(channels)] = channels
        parts[place, len(CHANNELS):] = [entry["values"].get(name, 0.0) for name in FACTORS]
    return parts


def groups_of(stated: Mapping[str, Any]) -> Iterator[str]:
    """Yield the groups to which a need and its firm belong."""
    firm = stated.get("organisation") or {}
    if stated.get("language"):
        yield f"language:{stated['language']}"
    if firm.get("size_class"):
        yield f"size:{firm['size_class']}"
    if firm.get("is_one_person"):
        yield "one_person:yes"
