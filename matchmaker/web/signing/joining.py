"""The page behind the link of an invitation. The link is the proof: nobody needs to have signed in."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Invalid
from matchmaker.i18n import current_language, gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.people import JoinSchema
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.people import joining, passwords
from matchmaker.web import reading
from matchmaker.web.signing.account import ROLES

blueprint = Blueprint("web_joining", __name__)

LABELS = {"name": _("Your name"), "password": _("Password")}


@blueprint.get("/join/<token>")
@allows(ANYBODY)
def invitation(token: str) -> str:
    """Show who invites whom to what."""
    return _page(token)


@blueprint.post("/join/<token>")
@allows(ANYBODY)
def accept(token: str) -> tuple[str, int] | Response:
    """Accept the invitation."""
    try:
        is_new = joining.is_new(joining.invitation(g.session, token))
        sent = reading.load(JoinSchema) if is_new else {}
        person = joining.accept(g.session, token, sent.get("name"), sent.get("password"))
        if is_new:
            person.language = current_language()
    except ValidationError as error:
        return _page(token, reading.faults(error)), 422
    except Invalid as error:
        return _page(token, {"password": reading.said(error)}), 422
    return redirect(url_for(".joined"), 303)


@blueprint.get("/joined")
@allows(ANYBODY)
def joined() -> str:
    """Confirm that the invitation was accepted, and lead on to signing in."""
    return render_template("people/joined.html")


def label(name: str) -> str:
    """Return the words beside a field."""
    return gettext(LABELS[name])


def _page(token: str, faults: dict[str, str] | None = None) -> str:
    found = joining.invitation(g.session, token)
    roles = gettext(", ").join(gettext(words) for role, words in ROLES.items() if role in found.roles)
    return render_template("people/join.html", token=token, found=found, roles=roles, is_new=joining.is_new(found),
                           faults=faults or {}, form=request.form, label=label, shortest=passwords.SHORTEST)
