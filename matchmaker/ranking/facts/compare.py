"""What a need wants held against what an offering can do: met, missing or unknown, never guessed."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from matchmaker.ranking.facts.parameters import PARAMETERS, are_kindred, parameters_in
from matchmaker.ranking.facts.quantities import Quantity
from matchmaker.ranking.facts.units import Unit, difference_to_base, resolve_unit, to_base

State = Literal["met", "missing", "unknown"]

# Dimensions in which a quantity without a named parameter can hardly be of anything else than the capability.
_RARE = frozenset(
    {"force", "torque", "acceleration", "illuminance", "compute", "int_compute", "rotation", "absorbed_dose"}
    | {"thermal_conductivity", "viscosity", "field_strength", "irradiance", "magnetic_flux_density"}
    | {"temperature_rate", "hardness_hrc", "hardness_hv", "hardness_hb"}
)
_PRECISE = frozenset({"accuracy", "repeatability", "error", "uncertainty"})
_DIFFERENCES = _PRECISE | {"resolution"}
_COMPARABLE = (frozenset({"frequency", "frame_rate"}),)
_REACH = re.compile(r"up to|down to|max|最高|最大|可达|高达", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{3,}|[一-鿿]{2}")
_SLACK = 1e-9
_FREEZING = 273.15


@dataclass(frozen=True, slots=True)
class Capability:
    """A range that an offering states: the names of the parameter in any language, its ends, its unit."""

    parameter: str
    minimum: float | None
    maximum: float | None
    unit: str

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> "Capability":
        """Read a capability of the catalogue: {"parameter": text or {"zh", "en"}, "min", "max", "unit"}."""
        name = stated.get("parameter") or ""
        words = " ".join(str(word) for word in name.values() if word) if isinstance(name, Mapping) else str(name)
        low, high = _number(stated.get("min")), _number(stated.get("max"))
        if low is not None and high is not None and low > high:
            low, high = high, low
        return cls(words, low, high, str(stated.get("unit") or ""))

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.minimum is None and self.maximum is None:
            return unit.strip()
        if self.minimum == self.maximum:
            return f"{self.minimum:g}{unit}"
        if self.minimum is None:
            return f"≤ {self.maximum:g}{unit}"
        return f"≥ {self.minimum:g}{unit}" if self.maximum is None else f"{self.minimum:g}~{self.maximum:g}{unit}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether a capability meets a wish, with both as texts for the breakdown; `offered` is empty where none fits."""

    state: State
    wanted: str
    offered: str


def judge(wanted: Quantity, offered: Capability) -> State:
    """Tell whether `offered` meets `wanted`; unknown unless dimension and parameter agree.

    A capability must reach every value wanted. Of an accuracy or a noise the offered value must be no larger, of a
    memory no smaller, than the wanted one. Where the answer hangs on an end left open, it is unknown. A range that
    names no parameter ("5-500 Hz") is met by a range of the same dimension around it; that another range does not
    cover it says nothing.
    """
    unit = resolve_unit(offered.unit)
    is_open = offered.minimum is None and offered.maximum is None
    if unit is None or is_open:
        return "unknown"
    if not _agree(wanted, offered, unit):
        return "met" if _is_around(wanted, offered, unit) else "unknown"
    low, high = to_base(unit, offered.minimum), to_base(unit, offered.maximum)
    if unit.dimension == "temperature" and _is_difference(wanted, offered):
        wanted, low, high = _as_differences(wanted, offered, unit)
    better = _better(wanted, offered, unit)
    if better == "smaller":
        return _judge_small(wanted, low, high)
    if better == "larger" or wanted.role == "at_least":
        return _judge_large(wanted, low, high)
    if wanted.role == "at_most":
        return _judge_reach(wanted, low, high)
    return _judge_cover(wanted, low, high)


def compare(wanted: Quantity, offered: Iterable[Capability]) -> Comparison:
    """Hold one wish against all capabilities of an offering; one that meets it wins over one that does not."""
    best = Comparison("unknown", wanted.text, "")
    for capability in offered:
        state = judge(wanted, capability)
        if state == "met":
            return Comparison(state, wanted.text, str(capability))
        if state == "missing" and best.state == "unknown":
            best = Comparison(state, wanted.text, str(capability))
    return best


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def _agree(wanted: Quantity, offered: Capability, unit: Unit) -> bool:
    both = {wanted.dimension, unit.dimension}
    if len(both) > 1 and both not in _COMPARABLE:
        return False
    names = parameters_in(offered.parameter, unit.dimension)
    if wanted.role == "tolerance" and wanted.parameter is None:
        return bool(names & _PRECISE)
    if wanted.parameter is not None and names:
        return any(are_kindred(wanted.parameter, name) for name in names)
    if wanted.dimension in _RARE:
        return True
    return bool(_words(wanted.parameter or "") & _words(offered.parameter))


def _is_difference(wanted: Quantity, offered: Capability) -> bool:
    """Tell whether degrees are a distance between temperatures, as of an accuracy, and no temperature."""
    names = {wanted.parameter} if wanted.parameter else parameters_in(offered.parameter, "temperature")
    return wanted.role == "tolerance" or bool(names & _DIFFERENCES)


def _as_differences(wanted: Quantity, offered: Capability, unit: Unit) -> tuple[Quantity, float | None, float | None]:
    own = resolve_unit(wanted.unit) or unit
    base_low, base_high, low, high = (
        None if value is None else difference_to_base(of, value)
        for of, value in ((own, wanted.low), (own, wanted.high), (unit, offered.minimum), (unit, offered.maximum))
    )
    return replace(wanted, base_low=base_low, base_high=base_high), low, high


def _is_around(wanted: Quantity, offered: Capability, unit: Unit) -> bool:
    if wanted.parameter is not None or wanted.role == "tolerance" or wanted.dimension != unit.dimension:
        return False
    is_range = wanted.base_low is not None and wanted.base_high is not None and wanted.base_low < wanted.base_high
    low, high = to_base(unit, offered.minimum), to_base(unit, offered.maximum)
    return is_range and low is not None and high is not None and _judge_cover(wanted, low, high) == "met"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.replace("_", " ").lower()))


def _better(wanted: Quantity, offered: Capability, unit: Unit) -> Literal["smaller", "larger", ""]:
    if wanted.role == "tolerance":
        return "smaller"
    names = [wanted.parameter] if wanted.parameter else sorted(parameters_in(offered.parameter, unit.dimension))
    kinds = {PARAMETERS[name].better for name in names if name in PARAMETERS}
    return kinds.pop() if len(kinds) == 1 else ""


def _no_more(one: float, other: float) -> bool:
    return one <= other + _SLACK * max(abs(one), abs(other))


def _judge_small(wanted: Quantity, low: float | None, high: float | None) -> State:
    limit = wanted.base_high if wanted.base_high is not None else wanted.base_low
    best = low if low else high
    if limit is None or best is None:
        return "unknown"
    return "met" if _no_more(abs(best), abs(limit)) else "missing"


def _judge_large(wanted: Quantity, low: float | None, high: float | None) -> State:
    limit = wanted.base_high if wanted.base_high is not None else wanted.base_low
    if limit is None:
        return "unknown"
    if high is not None:
        return "met" if _no_more(limit, high) else "missing"
    return "met" if low is not None and _no_more(limit, low) else "unknown"


def _judge_reach(wanted: Quantity, low: float | None, high: float | None) -> State:
    """ "Up to 200 bar" must be reached; "below 5 bar" may be, so an offering that ends before it decides nothing."""
    limit = wanted.base_high
    if limit is None or (low is not None and not _no_more(low, limit)):
        return "unknown" if limit is None else "missing"
    if high is None:
        return "unknown"
    if _no_more(limit, high):
        return "unknown" if low is None and _is_cold(wanted, limit) else "met"
    return "missing" if _REACH.search(wanted.text) else "unknown"


def _judge_cover(wanted: Quantity, low: float | None, high: float | None) -> State:
    if wanted.base_low is None or wanted.base_high is None:
        return "unknown"
    if high is not None and not _no_more(wanted.base_high, high):
        return "missing"
    if low is not None and not _no_more(low, wanted.base_low):
        return "missing"
    if high is None or (low is None and _is_cold(wanted, wanted.base_low)):
        return "unknown"
    return "met"


def _is_cold(wanted: Quantity, value: float) -> bool:
    """Tell whether an open lower end is no zero: how cold a chamber gets does not follow from how hot it gets."""
    return wanted.dimension == "temperature" and value < _FREEZING
