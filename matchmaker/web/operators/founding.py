"""The operator's page to add an organisation with its first administrator."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import OrganisationRole
from matchmaker.errors import Conflict
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.people import OrganisationSchema
from matchmaker.services.access import OPERATOR, allows
from matchmaker.services.people import joining
from matchmaker.web import reading

blueprint = Blueprint("web_founding", __name__, url_prefix="/operator")

LABELS = {
    "name_zh": _("Name in Chinese"), "name_en": _("Name in English"), "slug": _("Short name"), "kind": _("What it is"),
    "unified_social_credit_code": _("Unified social credit code"), "email": _("E-mail of its first administrator"),
    "language": _("Language of the mail"),
}
KINDS = {OrganisationRole.PLATFORM: _("Platform"), OrganisationRole.INCUBATOR: _("Incubator"),
         OrganisationRole.OPERATOR: _("Operator")}


@blueprint.get("/organisations/new")
@allows(OPERATOR)
def new() -> str:
    """Ask for the organisation and the address of its first administrator."""
    return _page()


@blueprint.post("/organisations/new")
@allows(OPERATOR)
def add() -> tuple[str, int] | Response:
    """Add the organisation and invite its first administrator."""
    try:
        sent = reading.load(OrganisationSchema)
        name = {language: sent[f"name_{language}"] for language in ("zh", "en") if sent[f"name_{language}"]}
        joining.found_organisation(g.session, {
            "slug": sent["slug"], "name": name, "roles": [sent["kind"].value],
            "unified_social_credit_code": sent["unified_social_credit_code"]}, sent["email"], sent["language"])
    except ValidationError as error:
        return _page(reading.faults(error)), 422
    except Conflict as error:
        return _page(problem=reading.said(error)), 409
    return redirect(url_for(".new", added="1"), 303)


def label(name: str) -> str:
    """Return the words beside a field."""
    return gettext(LABELS[name])


def _page(faults: dict[str, str] | None = None, problem: str = "") -> str:
    return render_template("people/found.html", faults=faults or {}, problem=problem, form=request.form, label=label,
                           kinds=KINDS, is_added=request.method == "GET" and "added" in request.args)
