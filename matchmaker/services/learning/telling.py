"""A proposal in words and figures, for the command line and the operator's page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from matchmaker.domain import WeightsProposal
from matchmaker.i18n import gettext
from matchmaker.ranking import weights as versions
from matchmaker.ranking.weights import Weights
from matchmaker.services.learning import words

SHARES = frozenset({"platform_share", "top_one"})
COUNTS = frozenset({"held_out_lists"})


class Block(NamedTuple):
    """A table: its title, its head and its rows."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def state(proposal: WeightsProposal) -> str:
    """Return how a proposal stands."""
    return gettext(words.STATES[proposal.state])


def reasons(proposal: WeightsProposal) -> list[str]:
    """Return why a proposal was refused, a sentence each."""
    return [_reason(reason) for reason in proposal.reasons]


def tables(proposal: WeightsProposal) -> Iterator[Block]:
    """Yield what a proposal rests on, what was measured, and how places are spread."""
    yield Block(gettext("What it rests on"), (gettext("Kind of evidence"), gettext("How many")),
                [(gettext(words.EVIDENCE[name]), str(count)) for name, count in proposal.evidence.items()] + [
                    (gettext("Platforms whose decisions and devoted firms were left out"),
                     str(len(proposal.left_out)))])
    found = proposal.found
    before, after = found["exposure"]["before"], found["exposure"]["after"]
    yield Block(gettext("How the first places are spread"), (gettext("Measure"), gettext("Before"), gettext("After")),
                [(gettext("Largest share of the first ten places"), f"{before['most']:.1%}", f"{after['most']:.1%}"),
                 (gettext("Gini coefficient over platforms"), f"{before['gini']:.3f}", f"{after['gini']:.3f}"),
                 (gettext("Lists headed by one platform"), f"{before['top_one']:.1%}", f"{after['top_one']:.1%}")])
    measures = {gettext("Lists held out by time"): found["held_out"], **found["collections"], **found["groups"]}
    yield Block(gettext("What was measured, nDCG@10"),
                (gettext("Measured on"), gettext("Needs"), gettext("Before"), gettext("After"), gettext("Difference"),
                 "95 %"),
                [_measured(name, one) for name, one in measures.items()])


def proposed_weights(proposal: WeightsProposal, base: Weights) -> Weights:
    """Return the weights of a proposal in place of those that it was compared with."""
    held: Mapping[str, Any] = proposal.weights
    return Weights(base.version, base.announced, base.in_force_from, held["text"], held["channels"], held["factors"],
                   base.why, page=held.get("page", {}))


def differences(proposal: WeightsProposal, base: Weights) -> list[versions.Change]:
    """Return what a proposal changes."""
    return [*versions.changes(base, proposed_weights(proposal, base))]


def _reason(reason: Mapping[str, Any]) -> str:
    said = words.CHECKS[reason["check"]]
    return gettext(said, concerns=_name(reason["concerns"]), found=_figure(reason, "found"),
                   limit=_figure(reason, "limit"))


def _measured(name: str, one: Mapping[str, Any]) -> Sequence[str]:
    return (_name(name), str(one["needs"]), f"{one['before']:.3f}", f"{one['after']:.3f}", f"{one['difference']:+.3f}",
            f"{one['low']:+.3f}…{one['high']:+.3f}")


def _name(name: str) -> str:
    return gettext(words.NAMES[name]) if name in words.NAMES else name


def _figure(reason: Mapping[str, Any], name: str) -> str:
    value = reason[name]
    if reason["check"] in COUNTS:
        return f"{value:.0f}"
    return f"{value:.1%}" if reason["check"] in SHARES else f"{value:.4f}"
