"""The incubator's page of its keys: made and shown once, replaced with an overlap, revoked."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import ApiKey, Scope
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.incubator import KeySchema
from matchmaker.services import formats
from matchmaker.services.access import INCUBATOR, allows
from matchmaker.services.referrals import keys

blueprint = Blueprint("web_incubator_keys", __name__, url_prefix="/incubator/keys")

SCOPES = {Scope.WRITE: _("Send, cancel and withdraw referrals"), Scope.READ: _("Read progress and results"),
          Scope.WEBHOOKS: _("Set up webhooks")}
LABELS = {"name": _("What the key is for"), "scopes": _("What it may do"), "is_live": _("Kind of key"),
          "days": _("Ends after days")}
Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(INCUBATOR)
def listing() -> str:
    """List the keys, and ask what a new one is for."""
    return _page()


@blueprint.post("")
@allows(INCUBATOR)
def make() -> Answer:
    """Make a key, and show it this once."""
    form = {name: request.form.get(name) for name in ("name", "is_live", "days") if request.form.get(name)}
    try:
        sent = KeySchema().load({**form, "scopes": request.form.getlist("scopes") or None})
        ends = sent["days"] and utc_now() + dt.timedelta(days=sent["days"])
        made = keys.make(g.session, current_app.config["MATCHMAKER"], g.actor, sent["name"], sent["scopes"],
                         is_live=sent["is_live"], expires_at=ends)
    except ValidationError as error:
        faults = {fault["field"].partition(".")[0]: fault["words"] for fault in flatten(error.messages)}
        return _page(faults=faults), 422
    except Conflict as error:
        return _page(problem=gettext(error.message, **error.values)), 409
    return _page(made=made)


@blueprint.post("/<uuid:api_key_id>/rotate")
@allows(INCUBATOR)
def rotate(api_key_id: UUID) -> Answer:
    """Make a key in place of another, and show it this once."""
    try:
        return _page(made=keys.rotate(g.session, current_app.config["MATCHMAKER"], g.actor, api_key_id))
    except Conflict as error:
        return _page(problem=gettext(error.message, **error.values)), 409


@blueprint.post("/<uuid:api_key_id>/revoke")
@allows(INCUBATOR)
def revoke(api_key_id: UUID) -> Response:
    """End a key at once."""
    keys.revoke(g.session, g.actor, api_key_id)
    return redirect(url_for(".listing"), 303)


def state_of(shown: keys.Shown) -> tuple[str, str]:
    """Return the look and the words of how a key stands."""
    if shown.key.revoked_at:
        return "missing", gettext("Revoked")
    if not shown.is_good:
        return "missing", gettext("Expired")
    if shown.key.replaced_by:
        return "unknown", gettext("Being replaced")
    return "met", gettext("Good")


def _page(*, made: tuple[ApiKey, str] | None = None, faults: Mapping[str, str] | None = None, problem: str = "") -> str:
    form = request.form if faults else {}
    ticked = request.form.getlist("scopes") if faults else [scope.value for scope in Scope]
    return render_template("incubator/keys.html", keys=keys.listed(g.session, g.actor), made=made, faults=faults or {},
                           problem=problem, form=form, ticked=ticked, scopes=SCOPES, state_of=state_of,
                           label=lambda name: gettext(LABELS[name]), overlap=keys.OVERLAP.days, day=formats.day_of,
                           moment=formats.moment, calls=keys.CALLS_A_MINUTE)
