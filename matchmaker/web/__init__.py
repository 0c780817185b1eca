"""The pages, in Chinese under ``/zh`` and in English under ``/en``. They work without JavaScript."""

from typing import Any

from flask import Flask, current_app, redirect, url_for
from werkzeug.wrappers import Response

from matchmaker.i18n import current_language
from matchmaker.services.access import ANYBODY, allows
from matchmaker.web import account, asking, catalogue, demo, following, leads, needs, pages, signing_in, start
from matchmaker.web.templating import equip

BLUEPRINTS = (start.blueprint, needs.blueprint, catalogue.blueprint, pages.blueprint, account.blueprint,
              leads.blueprint, asking.blueprint, following.blueprint)
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
    only_in_demo = (demo.blueprint,) if app.config["MATCHMAKER"].demo else ()
    for blueprint in (*BLUEPRINTS, *only_in_demo):
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
