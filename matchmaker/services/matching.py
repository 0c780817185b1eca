"""Match needs with the published index, and put the answer into words."""

import datetime as dt
import functools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from matchmaker.config import Config
from matchmaker.domain import codes
from matchmaker.errors import Invalid, Unavailable
from matchmaker.i18n import use_language
from matchmaker.ranking import eligibility, factors, matcher, model, store
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.facts import Gazetteer, detect, extract
from matchmaker.ranking.needs import Need, text_of
from matchmaker.services import publishing, wording
from matchmaker.services.formats import CHINA

KINDS_SHOWN = 4
KIND_SHOWN_FROM = 0.1

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Index:
    """What this process matches with: a published catalogue and a fitted model."""

    catalogue: Catalogue
    model: model.Model
    folder: Path


class Places:
    """Where regions lie, for the ranking."""

    distance_km = staticmethod(functools.lru_cache(maxsize=100_000)(codes.distance_km))


_lock = threading.Lock()
_held: dict[Path, Index] = {}
_refused: dict[Path, str] = {}


def current_index(config: Config) -> Index:
    """Return the index in force, mapping it when another one was published since.

    A damaged index is refused and logged once, and the one held before serves on. Raise `Unavailable` when nothing was
    published, or the only index or the model is damaged.
    """
    folder = publishing.current_folder(config.index_folder)
    held = _held.get(config.index_folder)
    if held and (held.folder == folder or folder in _refused):
        return held
    with _lock:
        held = _held.get(config.index_folder)
        if held and (held.folder == folder or folder in _refused):
            return held
        try:
            found = Index(store.load(folder), held.model if held else load_model(config.models), folder)
        except Invalid as error:
            _refused[folder] = str(error)
            log.error("index refused", index=folder.name, fault=str(error), serving=held and held.folder.name)
            if held is None:
                raise Unavailable(error.message, **error.values) from error
            return held
        _refused.pop(folder, None)
        _held[config.index_folder] = found
        log.info("index in use", version=found.catalogue.version, offerings=len(found.catalogue))
        return found


def fault(config: Config) -> str | None:
    """Return why the index in force could not be used by this process, if that is so."""
    return _refused.get(publishing.current_folder(config.index_folder))


@functools.cache
def load_model(models: Path) -> model.Model:
    """Return the newest model, read once per process."""
    return model.load(model.newest(models))


def match(index: Index, need: Mapping[str, Any], *, top: int = 10, kind: str | None = None, region: str | None = None,
          language: str | None = None, today: dt.date | None = None) -> dict[str, Any]:
    """Return the matches of a need (fields as in the API) as the documented answer, in words of `language`.

    `kind` and `region` narrow what is shown, as a reader's filters do. Nothing is stored.
    """
    understood = understand(index.model, need, today)
    answer = matcher.match(understood, index.catalogue, index.model, Places(), top=top,
                           kinds=[kind] if kind else [], regions=[region] if region else [])
    with use_language(language or understood.language):
        return {
            "matches": [_match(index, rank, found) for rank, found in enumerate(answer.matches, 1)],
            "near_misses": [_near_miss(index, found) for found in answer.near_misses],
            "profile": profile(understood),
            "nothing_fits": answer.nothing_fits,
            "threshold": index.model.threshold,
            "eligible": answer.n_eligible,
            "excluded": answer.n_excluded,
            "index_version": index.catalogue.version,
            "rules_version": eligibility.RULES_VERSION,
            "model_version": index.model.version,
            "seed": answer.seed,
        }


def compare(index: Index, need: Mapping[str, Any], offerings: Sequence[str], *, language: str | None = None,
            today: dt.date | None = None) -> dict[str, Any]:
    """Return the matches of a need with the offerings of these ids, in this order, as `match` gives them.

    Each has its ``rules`` besides: what excludes it, in words, so that one that is not open to the firm says why.
    Offerings that the index does not hold are left out. Nothing is stored.
    """
    understood = understand(index.model, need, today)
    found = matcher.compare(understood, index.catalogue, index.model, Places(), list(dict.fromkeys(offerings)))
    with use_language(language or understood.language):
        return {
            "matches": [_match(index, rank, one) | {"rules": _near_miss(index, one)["rules"]}
                        for rank, one in enumerate(found, 1)],
            "profile": profile(understood),
            "threshold": index.model.threshold,
            "index_version": index.catalogue.version,
            "rules_version": eligibility.RULES_VERSION,
            "model_version": index.model.version,
        }


def understand(fitted: model.Model, need: Mapping[str, Any], today: dt.date | None = None) -> Need:
    """Return the need with what its words say: kinds, language, standards, quantities, budget, dates, region."""
    text = text_of(need)
    day = today or dt.datetime.now(CHINA).date()
    return Need(
        stated=need,
        text=text,
        facts=extract(text, today=day, gazetteer=_gazetteer()),
        language=need.get("language") or detect(text),
        today=day,
        kinds=_kinds(fitted, need, text),
    )


def profile(need: Need) -> dict[str, Any]:
    """Return what was understood of a need, for the firm to correct."""
    likely = [(kind, share) for kind, share in need.kinds.items() if share >= KIND_SHOWN_FROM] or [*need.kinds.items()]
    return {
        "language": need.language,
        "kinds": [{"kind": kind, "probability": round(share, 2)} for kind, share in likely[:KINDS_SHOWN]],
        "standards": list(need.facts.standards),
        "accreditations": list(need.facts.accreditations),
        "quantities": [
            {"parameter": found.parameter, "text": found.text, "min": found.low, "max": found.high, "unit": found.unit}
            for found in need.facts.quantities
        ],
        "budget_max": need.budget._asdict() if need.budget else None,
        "needed_by": need.needed_by.isoformat() if need.needed_by else None,
        "region": need.region,
        "trl": need.trl,
    }


def rule_card() -> dict[str, list[dict[str, Any]]]:
    """Return every hard rule and every weight in force, in words of the current language."""
    text = {"name": "text", "weight": matcher.TEXT_WEIGHT, "words": wording.say(matcher.TEXT_WORDS, {})}
    soft = [{"name": factor.name, "weight": factor.weight, "words": wording.say(factor.words, {})}
            for factor in factors.SOFT_FACTORS]
    return {
        "hard": [{"name": rule.name, "words": wording.say(rule.words, {})} for rule in eligibility.RULES],
        "soft": [text, *soft],
    }


def _kinds(fitted: model.Model, need: Mapping[str, Any], text: str) -> dict[str, float]:
    """Return the kinds that the firm named, with certainty; else what its words make likely."""
    if need.get("kinds"):
        return dict.fromkeys(need["kinds"], 1.0)
    if need.get("direction") == "seeks_scenario":
        return {"scenario": 1.0}
    return fitted.kinds_of(text)


def _match(index: Index, rank: int, found: matcher.Match) -> dict[str, Any]:
    vocabulary = index.catalogue.labels
    return {
        "rank": rank,
        "score": found.score,
        "fit": found.fit,
        "offering": found.offering,
        "words": found.words,
        "factors": [
            {"name": factor.name, "contribution": factor.contribution, "state": factor.state,
             "detail": wording.say(factor.message, vocabulary)}
            for factor in found.factors
        ],
        "conditions": [{"name": name, "detail": wording.say(verdict.message, vocabulary)}
                       for name, verdict in found.verdicts if verdict.state == "unknown"],
    }


def _near_miss(index: Index, found: matcher.Match) -> dict[str, Any]:
    return {
        "offering": found.offering,
        "fit": found.fit,
        "rules": [{"name": name, "detail": wording.say(verdict.message, index.catalogue.labels)}
                  for name, verdict in found.verdicts if verdict.state == "missing"],
    }


@functools.cache
def _gazetteer() -> Gazetteer:
    return Gazetteer(codes.gazetteer())
