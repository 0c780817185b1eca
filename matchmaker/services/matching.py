"""Match needs with the published index, and put the answer into words."""

import datetime as dt
import functools
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from matchmaker.config import Config
from matchmaker.domain import codes
from matchmaker.errors import Invalid, Unavailable
from matchmaker.i18n import use_language
from matchmaker.ranking import eligibility, factors, matcher, model, postings, store, weights
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.channels.concepts import Meant
from matchmaker.ranking.facts import Gazetteer, detect, extract
from matchmaker.ranking.needs import Need, text_of
from matchmaker.ranking.translation import counting
from matchmaker.services import publishing, semantics, wording
from matchmaker.services.formats import CHINA
from matchmaker.services.held import Held
from matchmaker.services.held import Index as Index
from matchmaker.services.live import Live

KINDS_SHOWN = 4
KIND_SHOWN_FROM = 0.1
CONCEPTS_SHOWN = 6
CONCEPT_SHOWN_FROM = 0.4
"""What a concept must have of the evidence that speaks for the likeliest one."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Places:
    """Where regions lie, for the ranking; the same whoever asks."""

    distance_km = staticmethod(functools.lru_cache(maxsize=100_000)(codes.distance_km))


PATIENCE = 0.5
"""Seconds that the first request after a publishing waits for the new index."""

_lock = threading.Lock()
_held: dict[Path, Held] = {}
_refused: dict[Path, str] = {}


def current_index(config: Config) -> Index:
    """Return the index in force with what changed since.

    When another one was published, it is read beside the requests, and the one held before serves until that is done.
    A damaged one, also one whose files are written over while it serves, is refused and logged once; the newest whole
    one of those that are kept serves on. Raise `Unavailable` when nothing was published, or no index is whole, or the
    model is damaged.
    """
    folder = publishing.current_folder(config.index_folder)
    held = _held.get(config.index_folder)
    if held is not None and (damage := held.damage()):
        _let_go(config, held, damage)
        held = None
    if held is None:
        return map_index(config).index
    if held.folder != folder and folder not in _refused and _lock.acquire(blocking=False):
        reading = threading.Thread(target=_replace, args=(config, folder), daemon=True)
        reading.start()
        # A small index is there before anybody notices; for a large one nobody shall wait.
        reading.join(PATIENCE)
    return _held[config.index_folder].index


def prepare(config: Config) -> None:
    """Map the index in force and match once, so that all tables have been read; read nothing from the database.

    What serves calls it before its processes fork: they share what was read, and have it at once, and what has to be
    compiled.
    """
    postings.warm()
    counting.warm()
    match(map_index(config).published, {"problem": "随机振动试验 random vibration test, 10 kN, 5-2000 Hz"})


def map_index(config: Config) -> Held:
    """Map the index in force into this process, unless one is; read nothing from the database.

    Where that is damaged, the newest whole one of those that are kept; raise the fault where there is none.
    """
    with _lock:
        if (held := _held.get(config.index_folder)) is not None:
            return held
        in_force = publishing.current_folder(config.index_folder)
        try:
            return _map(config, in_force, os.cpu_count() or 1)
        except Unavailable:
            for number in reversed(publishing.published(config.index_folder)):
                folder = config.index_folder / f"{number:06d}"
                with suppress(Unavailable):
                    if folder != in_force and folder not in _refused:
                        return _map(config, folder, os.cpu_count() or 1)
            raise


def _let_go(config: Config, held: Held, damage: str) -> None:
    """Match no longer with an index of which a file was written over."""
    with _lock:
        if _held.get(config.index_folder) is held:
            del _held[config.index_folder]
            _refused[held.folder] = f"{damage} of the index {held.folder.name} was written over while it served"
            log.error("index refused", index=held.folder.name, fault=_refused[held.folder])


def _replace(config: Config, folder: Path) -> None:
    """Map another index in place of the one held, and let go of the lock that the caller has taken."""
    try:
        with suppress(Unavailable):
            _map(config, folder)
    except Exception:
        log.exception("the index could not be mapped", index=folder.name)
    finally:
        _lock.release()


def _map(config: Config, folder: Path, threads: int = 1) -> Held:
    """Map an index, and hold it from now on; where it is damaged, log that and raise `Unavailable`."""
    held = _held.get(config.index_folder)
    try:
        stamps = store.stamps(folder)
        number = store.read_manifest(folder)["changes"]
        live = Live(store.load(folder, semantics.channel(config), threads=threads), number)
        found = Held(live, held.model if held else load_model(config.models), folder, stamps)
    except Invalid as error:
        _refused[folder] = str(error)
        log.error("index refused", index=folder.name, fault=str(error), serving=held and held.folder.name)
        raise Unavailable(error.message, **error.values) from error
    _refused.pop(folder, None)
    _held[config.index_folder] = found
    log.info("index in use", version=live.published.version, offerings=len(live.published))
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
        say = wording.sayer(index.catalogue.labels)
        return {
            "matches": [_match(say, rank, found) for rank, found in enumerate(answer.matches, 1)],
            "near_misses": [_near_miss(say, found) for found in answer.near_misses],
            "profile": profile(understood, index.catalogue, answer.meant),
            "nothing_fits": answer.nothing_fits,
            "threshold": index.model.threshold,
            "eligible": answer.n_eligible,
            "excluded": answer.n_excluded,
            "index_version": index.catalogue.version,
            "rules_version": index.catalogue.weights.version,
            "model_version": index.model.version,
            "seed": answer.seed,
            "ranking": "by_fit",
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
        say = wording.sayer(index.catalogue.labels)
        return {
            "matches": [_match(say, rank, one) | {"rules": _near_miss(say, one)["rules"]}
                        for rank, one in enumerate(found, 1)],
            "profile": profile(understood, index.catalogue, matcher.meant(understood, index.catalogue)),
            "threshold": index.model.threshold,
            "index_version": index.catalogue.version,
            "rules_version": index.catalogue.weights.version,
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


def profile(need: Need, catalogue: Catalogue | None = None, meant: Sequence[Meant] = ()) -> dict[str, Any]:
    """Return what was understood of a need, for the firm to correct; the concepts `meant` only beside a catalogue."""
    likely = [(kind, share) for kind, share in need.kinds.items() if share >= KIND_SHOWN_FROM] or [*need.kinds.items()]
    return {
        "language": need.language,
        "kinds": [{"kind": kind, "probability": round(share, 2)} for kind, share in likely[:KINDS_SHOWN]],
        "concepts": _concepts(need, catalogue, meant) if catalogue else [],
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


def _concepts(need: Need, catalogue: Catalogue, meant: Sequence[Meant]) -> list[dict[str, Any]]:
    """Return the concepts that a need is taken to be about: those that the firm confirmed, and the likeliest."""
    confirmed = need.stated.get("concepts") or ()
    held = catalogue.ranker.concepts_
    found = [(held.ids_[one.place], held.labels_[one.place], one.share) for one in meant]
    least = CONCEPT_SHOWN_FROM * max((one.share for one in meant), default=0.0)
    return [{"concept": id, "label": label, "share": round(share, 2), "is_confirmed": id in confirmed}
            for id, label, share in found if id in confirmed or share >= least][:CONCEPTS_SHOWN]


def rule_card(counting: weights.Weights) -> dict[str, list[dict[str, Any]]]:
    """Return every hard rule and every weight of a version, in the current language."""
    text = {"name": "text", "weight": counting.text, "words": wording.say(matcher.TEXT_WORDS, {})}
    soft = [{"name": factor.name, "weight": counting.factors[factor.name], "words": wording.say(factor.words, {})}
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


def _match(say: wording.Say, rank: int, found: matcher.Match) -> dict[str, Any]:
    return {
        "rank": rank,
        "score": found.score,
        "fit": found.fit,
        "offering": found.offering,
        "words": found.words,
        "placed": say(found.placed) if found.placed else None,
        "factors": [
            {"name": factor.name, "contribution": factor.contribution, "state": factor.state,
             "detail": say(factor.message)}
            for factor in found.factors
        ],
        "conditions": [{"name": name, "detail": say(verdict.message)}
                       for name, verdict in found.verdicts if verdict.state == "unknown"],
    }


def _near_miss(say: wording.Say, found: matcher.Match) -> dict[str, Any]:
    return {
        "offering": found.offering,
        "fit": found.fit,
        "rules": [{"name": name, "detail": say(verdict.message)}
                  for name, verdict in found.verdicts if verdict.state == "missing"],
    }


@functools.cache
def _gazetteer() -> Gazetteer:
    return Gazetteer(codes.gazetteer())
