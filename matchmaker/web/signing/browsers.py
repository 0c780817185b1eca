"""The browsers in which the reader is signed in: one signed out, or all others."""

from uuid import UUID

from flask import Blueprint, g, redirect, url_for
from werkzeug.wrappers import Response

from matchmaker.services.access import PERSON, allows
from matchmaker.services.people import browsers
from matchmaker.web.signing import signing_in

blueprint = Blueprint("web_browsers", __name__, url_prefix="/account/browsers")


@blueprint.post("/<uuid:sign_in_id>/sign-out")
@allows(PERSON)
def sign_out(sign_in_id: UUID) -> Response:
    """Sign out in one browser."""
    browsers.sign_out(g.session, g.actor, sign_in_id)
    return redirect(url_for("web_account.account", done="browser"), 303)


@blueprint.post("/others/sign-out")
@allows(PERSON)
def sign_out_others() -> Response:
    """Sign out in all browsers but this one."""
    browsers.sign_out_others(g.session, g.actor, signing_in.key())
    return redirect(url_for("web_account.account", done="browsers"), 303)
