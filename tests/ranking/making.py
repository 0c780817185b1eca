"""Small needs, offerings and catalogues for the tests of the ranking, and the demo's at hand."""

import datetime as dt
import functools
from typing import Any

from matchmaker.config import ROOT
from matchmaker.ranking import model
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.facts import detect, extract
from matchmaker.ranking.needs import Need, text_of
from matchmaker.services import training

TODAY = dt.date(2026, 11, 20)
DATA = ROOT / "data"
VERSION = "000001-test"


class Places:
    """Straight distances between three cities, the rest unknown."""

    KM = {frozenset(("320500", "310100")): 80.0, frozenset(("320500", "510100")): 1600.0}

    def distance_km(self, one: str, other: str) -> float | None:
        return self.KM.get(frozenset((one, other)))


def make_need(problem: str = "需要做随机振动试验", *, kinds: dict[str, float] | list[str] = (), **stated: Any) -> Need:
    stated = {"problem": problem, **stated}
    text = text_of(stated)
    shares = kinds if isinstance(kinds, dict) else dict.fromkeys(kinds, 1.0)
    return Need(stated, text, extract(text, today=TODAY), stated.get("language") or detect(text), TODAY, shares)


def make_offering(number: int = 1, platform: str = "jianghai", **fields: Any) -> dict[str, Any]:
    return {
        "id": f"id-{number}", "external_id": f"x-{number}",
        "platform": {"id": f"p-{platform}", "slug": platform, "name": {"en": platform}},
        "kind": "laboratory", "title": {"zh": "随机振动试验", "en": "Random vibration test"}, **fields,
    }


@functools.cache
def demo_offerings() -> tuple[dict[str, Any], ...]:
    return tuple(training.public(offering) for offering in training.demo_offerings(DATA))


@functools.cache
def demo_catalogue() -> Catalogue:
    return Catalogue.build(demo_offerings(), VERSION)


@functools.cache
def demo_needs() -> tuple[dict[str, Any], ...]:
    """The demo needs with all their fields, dates read."""
    days = ("needed_from", "needed_by")
    return tuple(
        stated | {name: dt.date.fromisoformat(stated[name]) for name in days if stated.get(name)}
        for _, stated, _ in training.demo_needs(DATA)
    )


@functools.cache
def demo_model() -> model.Model:
    return model.load(model.newest(ROOT / "models"))
