"""The pages, in Chinese under ``/zh`` and in English under ``/en``. They work without JavaScript."""

from typing import Any

from flask import Flask, current_app, redirect, url_for
from werkzeug.wrappers import Response

from matchmaker.i18n import current_language
from matchmaker.services.access import ANYBODY, allows
from matchmaker.web import catalogue, demo, finding, found, pages, start, vocabulary, webhooks
from matchmaker.web.boards import demand as demand_board
from matchmaker.web.boards import fairness as fairness_board
from matchmaker.web.boards import learning as learning_board
from matchmaker.web.boards import transparency
from matchmaker.web.firms import asking, consenting, entering, following, gathered, human_reading, needs, own_data, room
from matchmaker.web.incubators import incubator, incubator_keys, referral_firms, referral_mappings, referral_rows
from matchmaker.web.openness import drafting as list_drafting
from matchmaker.web.openness import permanent, public, publishing, targets
from matchmaker.web.operators import founding, human_readings, judging, operating, organisations
from matchmaker.web.signing import (
    account,
    away,
    browsers,
    elsewhere,
    joining,
    password,
    people,
    second_step,
    signing_in,
)
from matchmaker.web.teams import bulk, editing, lead_bench, lead_figures, lead_steps, leads, living
from matchmaker.web.templating import equip
from matchmaker.web.vocabulary import concepts

BLUEPRINTS = (start.blueprint, needs.blueprint, catalogue.blueprint, pages.blueprint, account.blueprint,
              lead_bench.blueprint, bulk.blueprint, finding.team, lead_figures.blueprint, leads.blueprint,
              editing.blueprint, asking.blueprint, room.blueprint, finding.firm, operating.blueprint,
              human_reading.blueprint, human_readings.blueprint,
              organisations.blueprint, vocabulary.blueprint, concepts.blueprint, judging.blueprint,
              following.blueprint, people.blueprint,
              joining.blueprint, founding.blueprint, password.blueprint, browsers.blueprint, second_step.blueprint,
              away.blueprint, own_data.blueprint, entering.blueprint, gathered.blueprint, incubator.blueprint,
              referral_mappings.blueprint, referral_rows.blueprint, referral_firms.blueprint,
              incubator_keys.blueprint, consenting.blueprint,
              webhooks.blueprint, transparency.blueprint, demand_board.blueprint, fairness_board.blueprint,
              learning_board.blueprint, public.blueprint, list_drafting.blueprint, publishing.blueprint,
              targets.blueprint, targets.operator)
STEPS = (living, lead_steps)
"""Files whose views belong to the blueprints of others."""
A_YEAR = 31_536_000


def register(app: Flask) -> None:
    """Mount the pages on the application, and give its templates what they need."""
    equip(app)
    signing_in.equip(app)
    # Addresses of static files carry a fingerprint of their content, so that browsers may keep them.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_give_language)
    app.add_url_rule("/", "front", _to_language)
    app.register_blueprint(permanent.blueprint)
    app.register_blueprint(found.blueprint)
    only_in_demo = (demo.blueprint,) if app.config["MATCHMAKER"].demo else ()
    with_provider = (elsewhere.blueprint,) if app.config["MATCHMAKER"].oidc_issuer else ()
    if with_provider:
        elsewhere.equip(app)
    for blueprint in (*BLUEPRINTS, *only_in_demo, *with_provider):
        app.register_blueprint(blueprint, url_prefix=f"/<any(zh,en):lang>{blueprint.url_prefix or ''}")


@allows(ANYBODY)
def _to_language() -> Response:
    """Send the visitor to the start page in the language that the browser prefers."""
    return redirect(url_for("web_start.start"))


def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the language out of the address: it is the context's, and no view needs to hear of it."""
    if values:
        values.pop("lang", None)


def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    """Put the page's language into every address of a page."""
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = current_language()
