"""The rule card, and what the service is."""

from flask import Blueprint, current_app, g, render_template

from matchmaker.errors import Unavailable
from matchmaker.i18n import gettext
from matchmaker.services import formats, matching
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.transparency import cards
from matchmaker.web import labels
from matchmaker.web.boards import transparency
from matchmaker.web.firms import keeping

blueprint = Blueprint("web_pages", __name__)

USUAL_THRESHOLD = 0.4


@blueprint.get("/rules")
@allows(ANYBODY)
def rules() -> str:
    """Show every condition and weight in force."""
    listed = cards.cards(g.session)
    counting = next(card for card in listed if card.standing == cards.Standing.IN_FORCE)
    card = matching.rule_card(counting.weights)
    hard = [{"title": labels.rule(rule["name"]), "words": rule["words"]} for rule in card["hard"]]
    soft = [{"title": labels.factor(factor["name"]), "words": factor["words"], "weight": factor["weight"]}
            for factor in card["soft"]]
    threshold, version = _in_force()
    return render_template("rules.html", hard=hard, soft=soft, strong=labels.STRONG, threshold=threshold,
                           heaviest=max(factor["weight"] for factor in card["soft"]), version_words=version,
                           channels=transparency.channel_rows(counting.weights),
                           page=transparency.page_rows(counting.weights), cards=listed, formats=formats,
                           standings=transparency.STANDINGS, looks=transparency.LOOKS, considered=cards.CONSIDERED,
                           notice=cards.NOTICE.days)


@blueprint.get("/about")
@allows(ANYBODY)
def about() -> str:
    """Show what the service is, and what it keeps."""
    return render_template("about.html", kept=keeping.kept(current_app.config["MATCHMAKER"]))


def _in_force() -> tuple[float, str]:
    """Return the threshold and the versions in force; before the first publishing there are none."""
    try:
        index = matching.current_index(current_app.config["MATCHMAKER"])
    except Unavailable:
        return USUAL_THRESHOLD, gettext("No catalogue has been published yet.")
    return index.model.threshold, gettext(
        "Rules %(rules)s, model %(model)s, catalogue %(index)s.",
        rules=index.catalogue.weights.version, model=index.model.version, index=index.catalogue.version)
