"""What the results page shows beside the matches: headline, filters, what is ticked, what would change the answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from flask import g
from werkzeug.datastructures import MultiDict

from matchmaker.domain import codes
from matchmaker.i18n import current_language, gettext, ngettext
from matchmaker.services import matching, plain, weighing
from matchmaker.services.catalogue import province_of
from matchmaker.web import labels, words
from matchmaker.web.cards import LIKELY

ENOUGH = 3
"""With this many fitting resources, those that hardly fit are not shown."""
MOST_REGIONS = 8
SHORT = 40
MOST_TICKED = 50
A_PAGE, LONGEST_PLACE = 20, 8
"""How many offerings a page of a list that is not ranked has, and how many digits a place in it may have."""

Outcome = Mapping[str, Any]


class Filters(NamedTuple):
    """What a reader narrows the results to."""

    kind: str | None = None
    region: str | None = None


def chosen(sent: MultiDict[str, str], kinds: Mapping[str, str]) -> Filters:
    """Return the filters that were sent, those that name nothing left out."""
    kind, region = sent.get("only_kind", ""), sent.get("only_region", "")
    return Filters(kind if kind in kinds else None, region if codes.region(region) else None)


def ticked(sent: MultiDict[str, str]) -> list[str]:
    """Return the ids of the offerings that were ticked, each once, what is no id left out."""
    found = []
    for text in sent.getlist("offering")[:MOST_TICKED]:
        with suppress(ValueError):
            found.append(str(UUID(text)))
    return list(dict.fromkeys(found))


def page(need: Mapping[str, Any], outcome: Outcome, unfiltered: Outcome, filters: Filters,
         wanted: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the template of the results needs; `wanted` are the offerings that are ticked."""
    matches, threshold = outcome["matches"], outcome["threshold"]
    fitting = [match for match in matches if match["fit"] >= threshold]
    weak = [match for match in matches if match["fit"] < threshold]
    nearest = weak[:ENOUGH] if len(fitting) < ENOUGH else []
    shown = {match["offering"]["id"] for match in (*fitting, *nearest)}
    return {
        "outcome": outcome,
        "fitting": fitting,
        "nearest": nearest,
        "is_filtered": any(filters),
        "headline": _headline(len(fitting)),
        "lede": _lede(outcome, fitting),
        "weights": weights(),
        "filters": {"kinds": _kinds(unfiltered, filters.kind), "regions": _regions(unfiltered, filters.region)},
        "wanted": wanted,
        "unseen": [id for id in wanted if id not in shown],
        "changes": changes(need, outcome),
    }


def plain_page(index: matching.Index, need: Mapping[str, Any], filters: Filters,
               sent: MultiDict[str, str]) -> dict[str, Any]:
    """Return what the template of a list that is not ranked needs; the address says from which place on."""
    text = sent.get("after", "")
    after = int(text) if text.isdecimal() and len(text) < LONGEST_PLACE else 0
    outcome = plain.match(index, need, top=A_PAGE, kind=filters.kind, region=filters.region,
                          language=current_language(), after=after)
    kinds = [(code, label) for code, label in words.kind_labels().items() if not need["kinds"] or code in need["kinds"]]
    return {"outcome": outcome, "filters": filters, "kinds": kinds, "wanted": ticked(sent),
            "previous": max(after - A_PAGE, 0) if after else None,
            "following": after + A_PAGE if after + A_PAGE < outcome["eligible"] else None}


def weights() -> dict[str, float]:
    """Return the weight of each factor in force, looked up once a request."""
    if "weights" not in g:
        g.weights = weighing.by_factor(weighing.in_force(g.session))
    return dict(g.weights)


def changes(need: Mapping[str, Any], outcome: Outcome) -> list[str]:
    """Return what would change an answer in which nothing fits, the likeliest first."""
    profile = outcome["profile"]
    first = outcome["near_misses"][:1]
    kinds = [words.kind_label(entry["kind"]) for entry in profile["kinds"][:2] if entry["probability"] >= LIKELY]
    asked = [
        (first, lambda: gettext("A resource comes close but for one condition: %(rule)s. See below.",
                                rule=first[0]["rules"][0]["detail"] if first[0]["rules"] else "")),
        (len(need["problem"]) < SHORT, lambda: gettext(
            "Say in two or three sentences what you make, what is wrong and what has to be done.")),
        (not need["kinds"] and kinds, lambda: gettext(
            "Tick the kind of resource. From your words we guessed: %(kinds)s.", kinds=gettext(", ").join(kinds))),
        (not need["kinds"] and not kinds, lambda: gettext("Tick the kind of resource, if there is one for this.")),
        (not profile["standards"] and not profile["quantities"], lambda: gettext(
            "Name figures, standards or the paper that must come out, if you know them.")),
        (need["delivery"], lambda: gettext("Accept more ways of working, for instance sending in samples.")),
        (True, lambda: gettext("New resources come with every batch of lists; the same need may fit then.")),
    ]
    return [say() for applies, say in asked if applies]


def _headline(count: int) -> str:
    if not count:
        return gettext("Nothing fits yet")
    return ngettext("%(num)s open resource fits", "%(num)s open resources fit", count)


def _lede(outcome: Outcome, fitting: list[Any]) -> str:
    if fitting:
        return gettext("Best fit first. Each says why; no platform learns of your need until you ask it.")
    if outcome["matches"]:
        return gettext("No resource reaches the fit from which we would recommend it. The nearest are shown below.")
    return gettext("No open resource has anything in common with what you wrote.")


def _kinds(outcome: Outcome, selected: str | None) -> list[dict[str, Any]]:
    counts = Counter(match["offering"]["kind"] for match in outcome["matches"])
    listed = [code for code, _count in counts.most_common()]
    listed += [code for code in (selected,) if code and code not in counts]
    return [_option("", gettext("All kinds"), selected),
            *(_option(code, words.kind_label(code), selected, counts[code]) for code in listed)]


def _regions(outcome: Outcome, selected: str | None) -> list[dict[str, Any]]:
    own = outcome["profile"]["region"]
    listed = [province_of(code) for match in outcome["matches"] for code in match["offering"]["regions"]]
    listed = [*([selected] if selected else []), *([province_of(own)] if own else []), *listed]
    return [_option("", gettext("Anywhere"), selected), *(_option(code, labels.region(code), selected)
                                                          for code in list(dict.fromkeys(listed))[:MOST_REGIONS])]


def _option(code: str, title: str, selected: str | None, count: int = 0) -> dict[str, Any]:
    return {"code": code, "words": title, "count": count, "is_on": code == (selected or "")}
