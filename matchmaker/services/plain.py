"""Answer a need without ranking: what the rules leave, in alphabetical order (PIPL, article 24)."""

from collections.abc import Mapping
from typing import Any

from matchmaker.i18n import use_language
from matchmaker.ranking import matcher, plain
from matchmaker.services import matching, wording


def match(index: matching.Index, need: Mapping[str, Any], *, top: int = 10, kind: str | None = None,
          region: str | None = None, language: str | None = None, after: int = 0) -> dict[str, Any]:
    """Return what no rule excludes, in the form of `matching.match` but without scores, fits and reasons.

    `after` is the last place of the page before. Nothing is stored.
    """
    understood = matching.understand(index.model, need)
    spoken = language or understood.language
    with use_language(spoken):
        found = plain.listed(understood, index.catalogue, spoken, kinds=[kind] if kind else [],
                             regions=[region] if region else [], after=after, top=top)
        return {
            "matches": [_entry(index, entry) for entry in found.entries], "near_misses": [],
            "profile": matching.profile(understood, index.catalogue), "nothing_fits": not found.n_eligible,
            "threshold": index.model.threshold, "eligible": found.n_eligible, "excluded": found.n_excluded,
            "index_version": index.catalogue.version, "rules_version": index.catalogue.weights.version,
            "model_version": index.model.version, "seed": matcher.seed_of(understood, index.catalogue.version),
            "ranking": "off"}


def _entry(index: matching.Index, entry: plain.Entry) -> dict[str, Any]:
    return {"rank": entry.place, "score": None, "fit": None, "offering": entry.offering, "words": [], "placed": None,
            "factors": [],
            "conditions": [{"name": name, "detail": wording.say(verdict.message, index.catalogue.labels)}
                           for name, verdict in entry.verdicts if verdict.state == "unknown"]}
