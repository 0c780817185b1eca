"""Compute a ranking again from its record, with the weights, the model and the index of its day, and compare bytes.

From the record alone come the draws' seed, every score out of what channels and factors gave, its fit, and the order.
While the index is kept, and nothing that it did not hold yet has changed since, the list is found anew too, with what
the rules say and the breakdown that both sides read. What cannot be computed again is said, never passed over.
"""

import enum
import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from matchmaker.config import Config
from matchmaker.domain import Lead, Ranking, Service
from matchmaker.errors import Invalid, NotFound, Unavailable
from matchmaker.i18n import marked as _
from matchmaker.ranking import matcher, model, pages, store, weights
from matchmaker.ranking.catalogue import LOOK, Catalogue
from matchmaker.ranking.channels.semantic import Semantic
from matchmaker.ranking.queries import CHANNELS, weigh
from matchmaker.ranking.semantic.ranker import SemanticRanker
from matchmaker.services import matching, publishing, semantics, weighing
from matchmaker.services.catalogue import to_public
from matchmaker.services.leads import records
from matchmaker.storage import Session
from matchmaker.storage.queries import changes, rankings

SERVICE = Service()
PARTS = ("seed", "scores", "fit", "order", "retrieval", "explanation")


class Finding(enum.StrEnum):
    """How a part of a ranking compares with its record."""

    EQUAL = "equal"
    DIFFERS = "differs"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Part:
    """One part of a ranking computed again, and why that could not be, where it could not."""

    name: str
    finding: Finding
    why: str = ""


@dataclass(frozen=True)
class Replay:
    """A lead's ranking computed again. The digests are SHA-256 of what was recorded and of what came out again."""

    lead: Lead
    ranking: Ranking
    parts: list[Part]
    recorded: str
    replayed: str

    @property
    def is_equal(self) -> bool:
        """Tell whether all that can be computed again came out the same, byte for byte."""
        return self.recorded == self.replayed and all(part.finding != Finding.DIFFERS for part in self.parts)

    @property
    def is_whole(self) -> bool:
        """Tell whether every part could be computed again."""
        return all(part.finding != Finding.IMPOSSIBLE for part in self.parts)


def replay(session: Session, config: Config, lead: Lead) -> Replay:
    """Compute the ranking of a lead again; nothing is stored.

    Raise `NotFound` when the lead came about without a ranking or its model or weights are not kept.
    """
    ranking = rankings.ranking_of(session, SERVICE, lead)
    if ranking is None:
        raise NotFound("The lead %(lead)s has no ranking record.", lead=lead.reference)
    fitted, counting = model_named(config.models, ranking.model_version), weighing.named(session, ranking.rules_version)
    stated, today = records.stated_in(ranking)
    need = matching.understand(fitted, stated, today)
    again = from_record(ranking, matcher.seed_of(need, ranking.index_version), fitted, counting)
    parts = [Part(name, _compared(recorded, again_))
             for name, recorded, again_ in _sides(ranking, again)]
    try:
        catalogue = catalogue_of(session, config, ranking)
    except (NotFound, Invalid, Unavailable) as error:
        parts += [Part(name, Finding.IMPOSSIBLE, error.message) for name in PARTS[4:]]
    else:
        index = matching.Index(_exposed(catalogue.weighted(counting), ranking), fitted, config.index_folder)
        parts += _found_anew(ranking, lead, records.compute(index, stated, today, marked=records.SHOWN))
    return Replay(lead, ranking, parts, digest_of(content(ranking)), digest_of(again))


def from_record(ranking: Ranking, seed: str, fitted: model.Model, counting: weights.Weights) -> dict[str, Any]:
    """Return the content of a record, computed from what channels, factors and rules gave."""
    entries = []
    for entry in ranking.considered:
        channels = records.channels_in(entry)
        values = {"text": float(weigh(channels, counting.channels)[0]), **entry["values"]}
        of = {"text": counting.text, **counting.factors}
        factors = {name: matcher.contribution(of[name], values.get(name, 0.0)) for name in entry["factors"]}
        score = matcher.total(factors.get(name, 0.0) for name in of)
        entries.append(entry | {"factors": factors, "score": score, "fit": fitted.fit_of(score)})
    entries.sort(key=lambda entry: (-entry["score"], matcher.draw(seed, entry["offering"])))
    return {"seed": seed, "shown": ranking.shown, "considered": _paged(entries, fitted, counting)}


def _paged(entries: list[dict[str, Any]], fitted: model.Model, counting: weights.Weights) -> list[dict[str, Any]]:
    """Return the entries with what the weights say of the first page."""
    best, _given = pages.take_turns(entries, lambda entry: entry["fit"], lambda entry: entry["platform"], counting.page)
    if not all("exposure" in entry for entry in best):
        return best
    best, explored = pages.explore(best, lambda entry: entry["fit"] >= fitted.threshold,
                                   lambda entry: entry["exposure"], counting.page)
    return [{name: value for name, value in entry.items() if name != "is_explored"}
            | ({"is_explored": True} if place == explored else {}) for place, entry in enumerate(best)]


def content(ranking: Ranking) -> dict[str, Any]:
    """Return what a record says of the list."""
    return {"seed": ranking.seed, "shown": ranking.shown, "considered": ranking.considered}


def as_bytes(content: Any) -> bytes:
    """Return content in the one form in which it is compared: its names in order."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def digest_of(content: Any) -> str:
    """Return the SHA-256 of content."""
    return hashlib.sha256(as_bytes(content)).hexdigest()


@functools.lru_cache(maxsize=8)
def model_named(models: Path, version: str) -> model.Model:
    """Return the model of a version, read once per process; raise `NotFound` when it is not kept."""
    folder = next((path.parent for path in models.glob("*/manifest.json") if path.parent.name == version), None)
    if folder is None:
        raise NotFound("The model %(version)s is not kept.", version=version)
    return model.load(folder)


def catalogue_of(session: Session, config: Config, ranking: Ranking) -> Catalogue:
    """Return the catalogue of a ranking; raise `NotFound` when it is not kept or cannot be put together any more."""
    version, _tilde, lacking = ranking.index_version.partition(LOOK)[0].partition("~")
    base, _plus, number = version.partition("+")
    folder = config.index_folder / base.partition("-")[0]
    if not base.partition("-")[0].isdecimal() or not (folder / store.MANIFEST).is_file():
        raise NotFound(_("The index of that day is no longer kept."))
    manifest = store.read_manifest(folder)
    if manifest["version"] != base:
        raise NotFound(_("The index of that day is no longer kept."))
    catalogue = _mapped(folder, base, semantics.channel(config) if _is_semantic(ranking) else None)
    if lacking or (_is_semantic(ranking) and not isinstance(catalogue.ranker, SemanticRanker)):
        raise NotFound(_("The language model of that day is not set up any more, or had not read all texts yet."))
    if not number:
        return catalogue
    touched = changes.touched_offerings(session, manifest["changes"], int(number))
    if touched & changes.touched_offerings(session, int(number), changes.newest(session)):
        raise NotFound(_("Offerings that the index of that day did not hold yet have changed again since."))
    offerings = [to_public(found) for found in changes.offerings_by_id(session, touched) if found.is_listed]
    return catalogue.changed({str(one) for one in touched}, offerings, version)


def _exposed(catalogue: Catalogue, ranking: Ranking) -> Catalogue:
    """Return the catalogue with the exposure that the record kept, if there was any."""
    _version, at, look = ranking.index_version.partition(LOOK)
    found = {entry["offering"]: entry["exposure"] for entry in ranking.considered if "exposure" in entry}
    return catalogue.exposed(found, look) if at else catalogue


@functools.lru_cache(maxsize=publishing.KEPT)
def _mapped(folder: Path, version: str, semantic: Semantic | None) -> Catalogue:
    return store.load(folder, semantic)


def _is_semantic(ranking: Ranking) -> bool:
    """Tell whether a language model had a part in a ranking."""
    place = CHANNELS.index("semantic")
    return any(entry["channels"][place] for entry in ranking.considered)


def _sides(ranking: Ranking, again: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    """Yield each part that the record alone gives, as recorded and as computed again."""
    before, after = ranking.considered, {entry["offering"]: entry for entry in again["considered"]}
    yield "seed", ranking.seed, again["seed"]
    yield ("scores", [(entry["score"], entry["factors"]) for entry in before],
           [(after[entry["offering"]]["score"], after[entry["offering"]]["factors"]) for entry in before])
    yield "fit", [entry["fit"] for entry in before], [after[entry["offering"]]["fit"] for entry in before]
    yield "order", [entry["offering"] for entry in before], [entry["offering"] for entry in again["considered"]]


def _found_anew(ranking: Ranking, lead: Lead, listed: records.Listed) -> Iterable[Part]:
    answer = listed.answer
    anew = {"seed": answer.seed, "shown": min(records.SHOWN, len(answer.matches)),
            "considered": records.considered(answer, listed.index.catalogue.weights.page,
                                             listed.index.catalogue.exposure)}
    yield Part("retrieval", _compared(content(ranking), anew))
    found = records.find(listed, str(lead.offering_id))
    told = found and records.breakdown(found, listed.index.catalogue.labels)
    yield Part("explanation", _compared(lead.breakdown, told))


def _compared(recorded: Any, again: Any) -> Finding:
    return Finding.EQUAL if as_bytes(recorded) == as_bytes(again) else Finding.DIFFERS


def sampled(session: Session, count: int, seed: int = 0) -> list[UUID]:
    """Return the ids of so many leads that have a ranking, drawn at random; the same seed draws the same."""
    ids = rankings.ranked_leads(session, SERVICE)
    return sorted(ids, key=lambda one: hashlib.sha256(f"{seed}{one}".encode()).digest())[:count]
