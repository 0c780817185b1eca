"""The page on which somebody says when they are away, and who stands in for them."""

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.people import AbsenceSchema
from matchmaker.services import formats
from matchmaker.services.access import ANSWERER, allows
from matchmaker.services.people import covering
from matchmaker.web import reading

blueprint = Blueprint("web_away", __name__, url_prefix="/account/away")

LABELS = {"deputy": _("Deputy"), "first_day": _("First day away"), "last_day": _("Last day away")}


@blueprint.get("")
@allows(ANSWERER)
def away() -> str:
    """Show when the reader is away, team by team."""
    return _page()


@blueprint.post("/<uuid:organisation_id>")
@allows(ANSWERER)
def plan(organisation_id: UUID) -> tuple[str, int] | Response:
    """Plan an absence."""
    try:
        sent = reading.load(AbsenceSchema)
        covering.plan(g.session, g.actor, organisation_id, sent["deputy"], sent["first_day"], sent["last_day"])
    except ValidationError as error:
        return _page(reading.faults(error)), 422
    except Invalid as error:
        return _page(problem=reading.said(error)), 422
    return redirect(url_for(".away"), 303)


@blueprint.post("/<uuid:organisation_id>/end")
@allows(ANSWERER)
def end(organisation_id: UUID) -> Response:
    """End or cancel an absence."""
    covering.end(g.session, g.actor, organisation_id)
    return redirect(url_for(".away"), 303)


def label(name: str) -> str:
    """Return the words beside a field."""
    return gettext(LABELS[name])


def covered() -> list[covering.Cover]:
    """Return for whom the reader stands in today, for pages that list their work."""
    return covering.covered(g.session, g.actor)


def _page(faults: dict[str, str] | None = None, problem: str = "") -> str:
    return render_template("people/away.html", places=covering.places(g.session, g.actor), faults=faults or {},
                           problem=problem, form=request.form, label=label, day=formats.day)
