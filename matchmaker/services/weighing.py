"""The versions of the weights: those that came with a release, and those that operators promoted.

A version never changes and never goes, since rankings are replayed with the weights of their own day. What was promoted
may be rolled back: from then on the version before it counts again, under its own name.
"""

import datetime as dt
from collections.abc import Mapping

from matchmaker.domain import WeightsVersion
from matchmaker.ranking import weights
from matchmaker.ranking.weights import Weights
from matchmaker.services import formats
from matchmaker.storage import Session
from matchmaker.storage.queries import learning as queries


def versions(session: Session) -> list[Weights]:
    """Return all versions, the oldest first."""
    released = [*weights.versions()]
    found = released + [_weights(row, released[-1]) for row in queries.weights_versions(session)]
    return sorted(found, key=lambda one: one.in_force_from)


def in_force(session: Session, today: dt.date | None = None) -> Weights:
    """Return the version that counts today in China, or on another day."""
    return weights.in_force(today or formats.today(), versions(session))


def named(session: Session, version: str) -> Weights:
    """Return a version by its name; raise `NotFound` when there was none."""
    return weights.named(version, versions(session))


def by_factor(one: Weights) -> dict[str, float]:
    """Return the weight of each factor of a version, that of the text among them."""
    return {"text": one.text, **one.factors}


def content(one: Weights) -> dict[str, object]:
    """Return what a version weighs, as it is stored."""
    return {"text": one.text, "channels": dict(one.channels), "factors": dict(one.factors),
            **({"page": dict(one.page)} if one.page else {})}


def _weights(row: WeightsVersion, released: Weights) -> Weights:
    held = row.weights
    return Weights(row.version, row.announced, row.in_force_from, held["text"],
                   _complete(held["channels"], released.channels), _complete(held["factors"], released.factors),
                   row.why, row.base, row.ended, row.ended_why or {}, held.get("page", {}))


def _complete(held: Mapping[str, float], released: Mapping[str, float]) -> dict[str, float]:
    """Return weights with 0 for what came with a later release: that counts only once it has been announced."""
    return {**dict.fromkeys(released, 0.0), **held}
