"""A forgotten password set anew by mail, and a password changed by who knows it."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.asking import MailboxSchema
from matchmaker.schemas.people import PasswordChangeSchema, PasswordSchema
from matchmaker.services.access import ANYBODY, PERSON, allows
from matchmaker.services.people import passwords
from matchmaker.web import reading
from matchmaker.web.firms import honeypot
from matchmaker.web.signing import signing_in

blueprint = Blueprint("web_password", __name__)

Answer = str | tuple[str, int] | Response
LABELS = {"current": _("Present password"), "password": _("New password"), "email": _("E-mail")}


@blueprint.get("/password/forgotten")
@allows(ANYBODY)
def forgotten() -> str:
    """Ask for the address with which somebody signs in."""
    return render_template("people/forgotten.html", email="", fault="")


@blueprint.post("/password/forgotten")
@allows(ANYBODY)
def send_link() -> Answer:
    """Have a link sent; the answer is the same whether or not somebody signs in with the address."""
    try:
        email = reading.load(MailboxSchema)["email"]
    except ValidationError as error:
        return render_template("people/forgotten.html", email=request.form.get("email", ""),
                               fault=reading.faults(error)["email"]), 422
    if not honeypot.is_caught(request.form):
        passwords.ask_reset(g.session, email, request.remote_addr)
    return redirect(url_for(".sent"), 303)


@blueprint.get("/password/sent")
@allows(ANYBODY)
def sent() -> str:
    """Say that a mail is on its way, if there is anybody to get it."""
    return render_template("people/sent.html")


@blueprint.get("/password/<token>")
@allows(ANYBODY)
def choose(token: str) -> str:
    """Ask for the new password."""
    return _choose(token)


@blueprint.post("/password/<token>")
@allows(ANYBODY)
def reset(token: str) -> Answer:
    """Set the password anew, and sign out everywhere."""
    try:
        passwords.reset(g.session, token, reading.load(PasswordSchema)["password"])
    except ValidationError as error:
        return _choose(token, reading.faults(error)), 422
    except Invalid as error:
        return _choose(token, {"password": reading.said(error)}), 422
    return redirect(url_for("web_account.sign_in", changed="1"), 303)


@blueprint.get("/account/password")
@allows(PERSON)
def change() -> str:
    """Ask for the password that holds and for the new one."""
    return _change()


@blueprint.post("/account/password")
@allows(PERSON)
def take_change() -> Answer:
    """Change the password, and sign out in all other browsers."""
    try:
        given = reading.load(PasswordChangeSchema)
        if not passwords.change(g.session, signing_in.person(), given["current"], given["password"],
                                kept_key=signing_in.key()):
            g.keeps = True
            return _change({"current": gettext("This is not your present password.")}), 422
    except ValidationError as error:
        return _change(reading.faults(error)), 422
    except Invalid as error:
        return _change({"password": reading.said(error)}), 422
    return redirect(url_for("web_account.account", done="password"), 303)


def label(name: str) -> str:
    """Return the words beside a field."""
    return gettext(LABELS[name])


def _choose(token: str, faults: dict[str, str] | None = None) -> str:
    return render_template("people/new_password.html", token=token, faults=faults or {}, label=label,
                           person=passwords.owner(g.session, token), shortest=passwords.SHORTEST)


def _change(faults: dict[str, str] | None = None) -> str:
    return render_template("people/change_password.html", faults=faults or {}, label=label,
                           person=signing_in.person(), shortest=passwords.SHORTEST)
