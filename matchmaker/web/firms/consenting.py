"""The page on which a firm reads what its incubator wrote for it, before anybody else does."""

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from matchmaker.errors import NotFound
from matchmaker.services.access import LINK, allows
from matchmaker.services.referrals import consenting

blueprint = Blueprint("web_consenting", __name__, url_prefix="/my")


@blueprint.get("/<key>/referral")
@allows(LINK)
def referral(key: str) -> str:
    """Show the need, who referred it, and the ways to agree or refuse."""
    found = consenting.asked(g.session, g.actor)
    if found is None:
        raise NotFound("Nothing waits for your consent here.")
    return render_template("referral.html", key=key, found=found)


@blueprint.post("/<key>/referral/refuse")
@allows(LINK)
def refuse(key: str) -> Response:
    """Refuse, which deletes the need."""
    consenting.refuse(g.session, g.actor)
    return redirect(url_for("web_following.deleted"), 303)
