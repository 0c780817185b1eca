"""A need on one page, and its results. Nothing is stored: the results page carries the need along in hidden fields."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.i18n import current_language, pick
from matchmaker.services import catalogue, matching
from matchmaker.services.access import ANYBODY, allows
from matchmaker.storage import reads_only
from matchmaker.web import forms, results, words

TOP = 10

blueprint = Blueprint("web_needs", __name__, url_prefix="/needs")


@blueprint.get("")
@allows(ANYBODY)
def index() -> Response:
    """Send who reloads the address of the results to the form: the need is gone, as promised."""
    return redirect(url_for(".new"))


@blueprint.get("/new")
@allows(ANYBODY)
def new() -> str:
    """Show the form, filled with what the address says."""
    return _form(forms.taken(request.args))


@blueprint.post("/new")
@allows(ANYBODY)
@reads_only
def edit() -> str:
    """Show the form, filled with a need that another page sends."""
    return _form(forms.taken(request.form))


@blueprint.post("")
@allows(ANYBODY)
@reads_only
def match_need() -> str | tuple[str, int]:
    """Show what fits the need, or the form again with what is wrong."""
    form = forms.taken(request.form)
    try:
        need = forms.load(form)
    except ValidationError as error:
        return _form(form, forms.faults(error)), 422
    held = matching.current_index(current_app.config["MATCHMAKER"])
    chosen = results.chosen(request.form, words.kind_labels())
    outcome = unfiltered = matching.match(held, need, top=TOP, language=current_language())
    if any(chosen):
        outcome = matching.match(held, need, top=TOP, kind=chosen.kind, region=chosen.region,
                                 language=current_language())
    return render_template("results.html", form=form, **results.page(form, need, outcome, unfiltered, chosen))


def _form(form: forms.Form, faults: Mapping[str, str] | None = None) -> str:
    return render_template("need_form.html", form=form, faults=faults or {}, platforms=_platforms())


def _platforms() -> list[tuple[str, Any]]:
    found = [(entry["code"], pick(entry["name"])) for entry in catalogue.facets(g.session)["platform"]]
    return sorted(found, key=lambda platform: platform[1])
