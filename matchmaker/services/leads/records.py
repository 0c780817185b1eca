"""The ranking record: the list of matches at the moment when a firm asks, and what each lead takes from it.

The list is computed anew from the need and the index then in force, so that the record is complete in itself: need,
versions, seed, every candidate with the contributions that add up to its score, and the rules that have something to
say of those that were shown. `Lead.breakdown` holds one match of it, in both languages, and speaks of no other.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from matchmaker.domain import Lead, Need, Ranking
from matchmaker.i18n import LANGUAGES, use_language
from matchmaker.ranking import eligibility, matcher
from matchmaker.ranking.messages import Message
from matchmaker.ranking.needs import Need as Understood
from matchmaker.services import matching, wording
from matchmaker.storage import Session

SHOWN = 10
"""How many matches the results page shows."""

Stated = Mapping[str, Any]
"""A need with its fields as in the match contract."""


@dataclass(frozen=True)
class Listed:
    """The list of a need: everything that was considered, best first."""

    index: matching.Index
    need: Understood
    answer: matcher.Answer

    @property
    def places(self) -> dict[str, int]:
        """The place of each offering in the list, from 1, by the offering's id."""
        return {found.offering["id"]: place for place, found in enumerate(self.answer.matches, 1)}


def compute(index: matching.Index, stated: Stated, today: dt.date | None = None) -> Listed:
    """Return the whole list of a need by an index; nothing is stored."""
    need = matching.understand(index.model, stated, today)
    answer = matcher.match(need, index.catalogue, index.model, matching.Places(), top=matcher.CONSIDERED)
    return Listed(index, need, answer)


def find(listed: Listed, offering_id: str) -> matcher.Match | None:
    """Return an offering beside the need, also one too far down to be considered; None when the index lacks it."""
    held = next((found for found in listed.answer.matches if found.offering["id"] == offering_id), None)
    if held:
        return held
    index = listed.index
    compared = matcher.compare(listed.need, index.catalogue, index.model, matching.Places(), [offering_id])
    return compared[0] if compared else None


def record(session: Session, need: Need, listed: Listed) -> Ranking:
    """Store the list under its need. Flushes."""
    answer, catalogue = listed.answer, listed.index.catalogue
    ranking = Ranking(
        need_id=need.id, snapshot=snapshot(listed.need), index_version=catalogue.version,
        model_version=listed.index.model.version, rules_version=eligibility.RULES_VERSION, seed=answer.seed,
        considered=[_candidate(found, place <= SHOWN) for place, found in enumerate(answer.matches, 1)],
        shown=min(SHOWN, len(answer.matches)),
    )
    session.add(ranking)
    session.flush()
    return ranking


def snapshot(need: Understood) -> dict[str, Any]:
    """Return the need as the ranking saw it, ready for JSON: what was stated, and the day it was read on."""
    written: dict[str, Any] = orjson.loads(orjson.dumps({"stated": need.stated, "today": need.today}, default=str))
    return written


def apply(lead: Lead, ranking: Ranking, listed: Listed, found: matcher.Match) -> None:
    """Give a lead its place in the list, its fit, and the breakdown that both sides see."""
    lead.ranking_id = ranking.id
    lead.place = listed.places.get(found.offering["id"])
    lead.fit = found.fit
    lead.breakdown = breakdown(found, listed.index.catalogue.labels)


def breakdown(found: matcher.Match, vocabulary: wording.Vocabulary) -> dict[str, Any]:
    """Return one match in words of both languages."""
    return {
        "score": found.score,
        "factors": [{"name": factor.name, "contribution": factor.contribution, "state": factor.state,
                     "detail": _both(factor.message, vocabulary)} for factor in found.factors],
        "conditions": [{"name": name, "detail": _both(verdict.message, vocabulary)}
                       for name, verdict in found.verdicts if verdict.state == "unknown"],
        "words": found.words,
    }


def as_uuids(listed: Listed) -> list[UUID]:
    """Return the ids of all offerings on the list, best first."""
    return [UUID(found.offering["id"]) for found in listed.answer.matches]


def _candidate(found: matcher.Match, is_shown: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "offering": found.offering["id"], "score": found.score, "fit": found.fit,
        "factors": {factor.name: factor.contribution for factor in found.factors},
    }
    if is_shown:
        entry["rules"] = {name: verdict.state for name, verdict in found.verdicts}
    return entry


def _both(message: Message, vocabulary: wording.Vocabulary) -> dict[str, str]:
    words = {}
    for language in LANGUAGES:
        with use_language(language):
            words[language] = wording.say(message, vocabulary)
    return words
