"""How a need is matched: by a machine's ranking or without, and a person's reading if the firm asks for one."""

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.living import ReadingSchema
from matchmaker.services import formats, human_readings
from matchmaker.services.access import LINK, allows
from matchmaker.web.firms import honeypot

blueprint = Blueprint("web_reading", __name__, url_prefix="/my")

Answer = str | tuple[str, int] | Response


@blueprint.get("/<key>/reading")
@allows(LINK)
def show(key: str) -> str:
    """Show how the need is matched, and what people have said of it."""
    return _page(key)


@blueprint.post("/<key>/ranking")
@allows(LINK)
def rank(key: str) -> Response:
    """Switch the ranking by a machine off, or on again."""
    is_ranked = request.form.get("ranking") != "off"
    human_readings.rank(g.session, g.actor, is_ranked=is_ranked)
    if request.form.get("then") == "results":
        return redirect(url_for("web_needs.show_results", key=key), 303)
    return redirect(url_for(".show", key=key, _anchor="ranking-title"), 303)


@blueprint.post("/<key>/reading")
@allows(LINK)
def ask(key: str) -> Answer:
    """Ask for a person to read the need."""
    try:
        sent = ReadingSchema().load({name: request.form.get(name) for name in ("note", "email")})
        if not honeypot.is_caught(request.form):
            human_readings.ask(g.session, g.actor, sent["note"], sent["email"], current_language())
    except ValidationError as error:
        return _page(key, {fault["field"]: fault["words"] for fault in flatten(error.messages)}), 422
    except Conflict as error:
        return _page(key, problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".show", key=key, _anchor="reading-title"), 303)


@blueprint.post("/<key>/reading/end")
@allows(LINK)
def end(key: str) -> Response:
    """Take the request back: nobody reads the need any more."""
    human_readings.take_back(g.session, g.actor)
    return redirect(url_for(".show", key=key, _anchor="reading-title"), 303)


def _page(key: str, faults: Mapping[str, str] | None = None, problem: str = "") -> str:
    found = human_readings.read(g.session, g.actor)
    return render_template("reading.html", key=key, found=found, faults=faults or {}, problem=problem,
                           form=request.form if faults or problem else {}, day=formats.day_of,
                           days=human_readings.DAYS, most=human_readings.MOST)
