"""The cards of rules and model, made of what is in force: the weights by version, and the manifests of the models."""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matchmaker.config import Config
from matchmaker.errors import Invalid
from matchmaker.ranking import matcher, model, weights
from matchmaker.ranking.weights import NOTICE, Change, Weights
from matchmaker.services import formats, matching, weighing
from matchmaker.services.transparency import replaying
from matchmaker.storage import Session

__all__ = ["CONSIDERED", "NOTICE", "Card", "Change", "ModelCard", "Standing", "Weights", "card_of", "cards",
           "model_cards"]

CONSIDERED = matcher.CONSIDERED


class Standing(enum.StrEnum):
    """Where a version of the weights stands."""

    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    PAST = "past"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Card:
    """One version of the weights, how it stands today, and what it changes of the version before."""

    weights: Weights
    standing: Standing
    changes: Sequence[Change]
    ended: dt.date | None
    """The first day on which it no longer counted, or will no longer count."""


@dataclass(frozen=True)
class ModelCard:
    """What the manifest of a model says."""

    version: str
    is_in_force: bool
    threshold: float
    kinds: int
    """How many kinds of resource it tells apart."""
    metrics: dict[str, Any]
    sha256: str
    data_sha256: str


def cards(session: Session, today: dt.date | None = None) -> list[Card]:
    """Return all versions of the weights, the newest first."""
    every, day = weighing.versions(session), today or formats.today()
    counting, found = weights.in_force(day, every), []
    for number, one in enumerate(every):
        before = weights.named(one.base, every) if one.base else every[number - 1] if number else None
        changed = [*weights.changes(before, one)] if before else []
        after = next((other.in_force_from for other in every[number + 1:] if not other.ended), None)
        found.append(Card(one, _standing(one, counting, day), changed, one.ended or after))
    return found[::-1]


def card_of(session: Session, version: str, today: dt.date | None = None) -> Card:
    """Return one version of the weights; raise `NotFound` when there was none."""
    found = cards(session, today)
    weights.named(version, [card.weights for card in found])
    return next(card for card in found if card.weights.version == version)


def _standing(one: Weights, counting: Weights, day: dt.date) -> Standing:
    if one is counting:
        return Standing.IN_FORCE
    if one.is_withdrawn:
        return Standing.WITHDRAWN
    return Standing.ANNOUNCED if one.in_force_from > day else Standing.PAST


def model_cards(config: Config) -> list[ModelCard]:
    """Return what is known of every model that is kept, the one in force first, then the newest; damaged ones not."""
    in_force = matching.load_model(config.models).version
    found = []
    for path in sorted(config.models.glob("*/manifest.json"), reverse=True):
        try:
            manifest = model.read_manifest(path.parent)
            kinds = len(replaying.model_named(config.models, path.parent.name).kinds.classes_)
        except Invalid:
            continue
        found.append(ModelCard(manifest["version"], manifest["version"] == in_force, manifest["threshold"], kinds,
                               manifest["metrics"], manifest["sha256"], manifest["data_sha256"]))
    return sorted(found, key=lambda card: not card.is_in_force)
