"""The ranking record: the list of matches at the moment when a firm asks, and what each lead takes from it.

The list is computed anew from the need and the index then in force, so that the record is complete in itself: need,
versions, seed, every candidate with what each channel and factor gave and the contributions that add up to its score,
and the rules that have something to say of those that were shown. By it the list is computed again, later
(`matchmaker.services.transparency.replaying`). `Lead.breakdown` holds one match of it, in both languages, and speaks of
no other.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import orjson

from matchmaker.domain import Lead, Need, Offering, Ranking
from matchmaker.domain.base import new_id
from matchmaker.i18n import LANGUAGES, gettext, use_language
from matchmaker.ranking import eligibility, matcher, pages
from matchmaker.ranking.messages import Message
from matchmaker.ranking.needs import Need as Understood
from matchmaker.services import catalogue, matching, wording
from matchmaker.storage import Session

SHOWN = 10
"""How many matches the results page shows."""

DAYS = ("needed_from", "needed_by")

Stated = Mapping[str, Any]
"""A need with its fields as in the match contract."""


@dataclass(frozen=True)
class Listed:
    """The list of a need: everything that was considered, best first."""

    index: matching.Index
    need: Understood
    answer: matcher.Answer
    marked: int = matcher.CONSIDERED
    """How many of the first come with the words that carried them."""

    @property
    def places(self) -> dict[str, int]:
        """The place of each offering in the list, from 1, by the offering's id."""
        return {found.offering["id"]: place for place, found in enumerate(self.answer.matches, 1)}


def compute(index: matching.Index, stated: Stated, today: dt.date | None = None, *,
            marked: int = matcher.CONSIDERED) -> Listed:
    """Return the whole list of a need by an index; nothing is stored.

    Whoever needs the words that carried a match for few of them only says so by `marked`, and waits half as long.
    """
    need = matching.understand(index.model, stated, today)
    answer = matcher.match(need, index.catalogue, index.model, matching.Places(), top=matcher.CONSIDERED, marked=marked)
    return Listed(index, need, answer, marked)


def find(listed: Listed, offering_id: str) -> matcher.Match | None:
    """Return an offering beside the need, also one far down the list or below it; None when the index lacks it."""
    first = listed.answer.matches[:listed.marked]
    held = next((found for found in first if found.offering["id"] == offering_id), None)
    if held:
        return held
    index = listed.index
    compared = matcher.compare(listed.need, index.catalogue, index.model, matching.Places(), [offering_id])
    return compared[0] if compared else None


def record(session: Session, need: Need, listed: Listed) -> Ranking:
    """Store the list under its need. Flushes."""
    ranking = written(need, listed)
    session.add(ranking)
    session.flush()
    return ranking


def written(need: Need, listed: Listed) -> Ranking:
    """Return the record of a list, with an id of its own, for the caller to store."""
    answer, catalogue = listed.answer, listed.index.catalogue
    return Ranking(
        id=new_id(), need_id=need.id, snapshot=snapshot(listed.need), index_version=catalogue.version,
        model_version=listed.index.model.version, rules_version=catalogue.weights.version, seed=answer.seed,
        considered=considered(answer, catalogue.weights.page, catalogue.exposure),
        shown=min(SHOWN, len(answer.matches)),
    )


def considered(answer: matcher.Answer, page: Mapping[str, float],
               exposure: Mapping[str, float] | None) -> list[dict[str, Any]]:
    """Return the entries of a record: everything on the list, best first.

    Where the weights limit how much of a page one platform fills, each says whose it is; where they keep a place for
    what is shown too little, how much of the usual it was shown, and the one that has the place says so.
    """
    entries = [_candidate(found, place <= SHOWN) for place, found in enumerate(answer.matches, 1)]
    for entry, found in zip(entries, answer.matches, strict=True):
        if page:
            entry["platform"] = matcher.platform_of(found.offering)
        if exposure is not None:
            entry["exposure"] = exposure.get(entry["offering"], 0.0)
            if found.placed == pages.EXPLORED:
                entry["is_explored"] = True
    return entries


def channels_in(entry: Mapping[str, Any]) -> np.ndarray:
    """Return what each channel gave to an entry of a record, shape (1, n_channels)."""
    return np.array([entry["channels"]])


def snapshot(need: Understood) -> dict[str, Any]:
    """Return the need as the ranking saw it, ready for JSON: what was stated, and the day it was read on."""
    written: dict[str, Any] = orjson.loads(orjson.dumps({"stated": need.stated, "today": need.today}, default=str))
    return written


def stated_in(ranking: Ranking) -> tuple[dict[str, Any], dt.date]:
    """Return what was stated when a list was made, as the match contract has it, and the day on which it was read."""
    stated = dict(ranking.snapshot["stated"])
    stated |= {name: dt.date.fromisoformat(stated[name]) for name in DAYS if stated.get(name)}
    return stated, dt.date.fromisoformat(ranking.snapshot["today"])


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
        **({"placed": _both(found.placed, vocabulary)} if found.placed else {}),
    }


def against(offering: Offering, listed: Listed) -> str | None:
    """Return in words why an offering cannot be asked for a need, None when it can.

    It is judged as it is at this moment, not as it was when the index was made.
    """
    if not offering.is_open(listed.need.today):
        return gettext("It is not open any more.")
    for _name, verdict in eligibility.judge(listed.need, catalogue.to_public(offering)):
        if verdict.state == "missing":
            return wording.say(verdict.message, listed.index.catalogue.labels)
    return None


def as_uuids(listed: Listed) -> list[UUID]:
    """Return the ids of all offerings on the list, best first."""
    return [UUID(found.offering["id"]) for found in listed.answer.matches]


def _candidate(found: matcher.Match, is_shown: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "offering": found.offering["id"], "score": found.score, "fit": found.fit,
        "factors": {factor.name: factor.contribution for factor in found.factors},
        "values": {factor.name: factor.value for factor in found.factors[1:] if factor.value},
        "channels": found.channels,
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
