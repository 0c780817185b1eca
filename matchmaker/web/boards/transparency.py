"""The cards of rules and model by version, and the operator's page on which a ranking is computed again."""

from typing import Any

from flask import Blueprint, current_app, g, render_template, request

from matchmaker.errors import NotFound
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.access import ANYBODY, OPERATOR, allows
from matchmaker.services.transparency import cards, replaying, words
from matchmaker.storage.queries import rankings
from matchmaker.web import labels

blueprint = Blueprint("web_transparency", __name__)

STANDINGS = {"announced": _("announced"), "in_force": _("in force"), "past": _("no longer in force"),
             "withdrawn": _("withdrawn before it counted")}
LOOKS = {"announced": "turn", "in_force": "met", "past": "unknown", "withdrawn": "unknown", "equal": "met",
         "differs": "missing", "impossible": "unknown"}


@blueprint.get("/rules/versions/<version>")
@allows(ANYBODY)
def version(version: str) -> str:
    """Show one version of the weights, and what it changed."""
    card = cards.card_of(g.session, version)
    return render_template("boards/version.html", card=card, formats=formats, standings=STANDINGS, looks=LOOKS,
                           factors=factor_rows(card.weights), channels=channel_rows(card.weights),
                           changes=change_rows(card), page=page_rows(card.weights))


@blueprint.get("/model")
@allows(ANYBODY)
def model() -> str:
    """Show what the model in force does, what it learnt from and how good it was found to be."""
    found = cards.model_cards(current_app.config["MATCHMAKER"])
    return render_template("boards/model.html", card=found[0], others=found[1:], metrics=words.METRICS)


@blueprint.get("/operator/replay")
@allows(OPERATOR)
def replay() -> str | tuple[str, int]:
    """Compute the ranking of a lead again from its record."""
    number, found, fault = request.args.get("lead", ""), None, ""
    try:
        lead = rankings.lead_named(g.session, g.actor, number) if number else None
        if number and lead is None:
            fault = gettext("There is no lead of this number.")
        elif lead:
            found = replaying.replay(g.session, current_app.config["MATCHMAKER"], lead)
    except NotFound as error:
        fault = gettext(error.message, **error.values)
    page = render_template("boards/replay.html", number=number, found=found, fault=fault, parts=words.PARTS,
                           findings=words.FINDINGS, looks=LOOKS, formats=formats)
    return (page, 422) if fault else page


def factor_rows(weights: cards.Weights) -> list[dict[str, Any]]:
    """Return the factors of a version, each with its share of the heaviest."""
    of = {"text": weights.text, **weights.factors}
    return [{"title": labels.factor(name), "weight": weight, "share": weight / max(of.values())}
            for name, weight in of.items()]


def channel_rows(weights: cards.Weights) -> list[dict[str, Any]]:
    """Return the channels of the texts' similarity of a version."""
    heaviest = max(weights.channels.values())
    return [{"title": gettext(words.CHANNELS[name][0]), "words": gettext(words.CHANNELS[name][1]), "weight": weight,
             "share": weight / heaviest} for name, weight in weights.channels.items()]


def change_rows(card: cards.Card) -> list[dict[str, Any]]:
    """Return what a version changed, in words."""
    return [{"title": _title(change), "before": change.before, "after": change.after} for change in card.changes]


def page_rows(weights: cards.Weights) -> list[dict[str, Any]]:
    """Return what is said of the first page, in words."""
    return [{"name": name, "title": gettext(words.PAGE[name]), "value": value} for name, value in weights.page.items()]


def _title(change: cards.Change) -> str:
    match change.group:
        case "channels":
            return gettext(words.CHANNELS[change.name][0])
        case "page":
            return gettext(words.PAGE[change.name])
        case _:
            return labels.factor(change.name)
