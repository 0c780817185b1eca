"""Factors about the substance: kind, parameters, standards, industry, readiness and theme."""

from collections.abc import Mapping
from typing import Any

from matchmaker.ranking.areas import Places, is_in_industry
from matchmaker.ranking.factors.base import Finding, met, missing, unknown
from matchmaker.ranking.facts import Capability, Comparison, compare, covers
from matchmaker.ranking.messages import Labels
from matchmaker.ranking.needs import Need

ASKED_FOR = 0.25
"""From this probability on a kind counts as asked for: several may be, so one half would be too much to ask."""
RULED_OUT = 0.02
SHOWN = 4


def judge_kind(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge the offering's kind by the need's probabilities of kinds."""
    kind = offering.get("kind")
    if not kind or not need.kinds:
        return unknown("The need's kind is not clear")
    probability = need.kinds.get(kind, 0.0)
    labels = {"kind": Labels.of("kind", [kind]), "probability": round(100 * probability)}
    if probability == 1:
        return met(1.0, "%(kind)s, as you asked", kind=labels["kind"])
    if probability >= ASKED_FOR:
        return met(probability, "%(kind)s, asked for with %(probability)s%% certainty", **labels)
    wanted = max(need.kinds, key=lambda code: need.kinds[code])
    if probability < RULED_OUT and kind != wanted:
        return missing(-ASKED_FOR, "%(kind)s; the need asks for %(wanted)s", kind=labels["kind"],
                       wanted=Labels.of("kind", [wanted]))
    return unknown("%(kind)s, perhaps (%(probability)s%%)", **labels)


def judge_capability(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge the offering's ranges against the parameters that the need names."""
    capabilities = offering.get("capabilities") or ()
    if not need.facts.quantities:
        return unknown("The need names no parameters")
    if not capabilities:
        return unknown("The platform states no ranges")
    offered = [Capability.of(capability) for capability in capabilities]
    found = [compare(wanted, offered) for wanted in need.facts.quantities]
    good = [one for one in found if one.state == "met"]
    bad = [one for one in found if one.state == "missing"]
    if not good and not bad:
        return unknown("The named parameters are not among the stated ranges")
    value = (len(good) - len(bad)) / (len(good) + len(bad))
    if bad:
        return missing(min(value, 0.0), "%(offered)s does not cover %(wanted)s", **_sides(bad[0]))
    return met(value, "%(offered)s covers %(wanted)s", **_sides(good[0]))


def _sides(compared: Comparison) -> dict[str, object]:
    return {"offered": compared.offered, "wanted": compared.wanted}


def judge_standards(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge the offering's standards and accreditations against those that the need names."""
    wanted = [*need.facts.standards, *need.facts.accreditations]
    offered = [*(offering.get("standards") or ()), *(offering.get("accreditations") or ())]
    if not wanted:
        return unknown("The need names no standard")
    if not offered:
        return unknown("The platform states no standards")
    found = [want for want in wanted if any(covers(offer, want) for offer in offered)]
    lacking = [want for want in wanted if want not in found]
    if not found:
        return missing(-1.0, "Not stated: %(lacking)s", lacking=", ".join(lacking[:SHOWN]))
    if lacking:
        return met(len(found) / len(wanted), "%(found)s; not stated: %(lacking)s", found=", ".join(found[:SHOWN]),
                   lacking=", ".join(lacking[:SHOWN]))
    return met(1.0, "%(found)s", found=", ".join(found[:SHOWN]))


def judge_industry(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge how near the offering's industries are to the need's."""
    served = offering.get("industries") or ()
    if not served or not need.industries:
        return unknown("Industry not stated, or any")
    labels = {"industries": Labels.of("industry", served[:SHOWN])}
    if any(is_in_industry(own, area) or is_in_industry(area, own) for own in need.industries for area in served):
        return met(1.0, "Serves %(industries)s", **labels)
    if {own[:1] for own in need.industries} & {area[:1] for area in served}:
        return met(0.0, "Serves the neighbouring %(industries)s", **labels)
    return missing(-0.5, "Serves %(industries)s", **labels)


def judge_trl(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge the technology readiness level."""
    low, high = offering.get("trl_min"), offering.get("trl_max")
    if need.trl is None or (low is None and high is None):
        return unknown("Readiness level not stated")
    lowest, highest = low or 1, high or 9
    if lowest <= need.trl <= highest:
        return met(1.0, "TRL %(low)s–%(high)s, yours is %(own)s", low=lowest, high=highest, own=need.trl)
    return missing(-0.5, "For TRL %(low)s–%(high)s, yours is %(own)s", low=lowest, high=highest, own=need.trl)


def judge_theme(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge whether need and offering belong to a theme of policy that they share."""
    wanted, own = need.themes, set(offering.get("themes") or ())
    if not wanted:
        return unknown("No theme stated")
    if shared := wanted & own:
        return met(1.0, "%(themes)s", themes=Labels.of("theme", sorted(shared)))
    return missing(0.0, "Not marked as %(themes)s", themes=Labels.of("theme", sorted(wanted)))
