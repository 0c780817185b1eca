"""Opening the account of a firm: the address is asked for, a link is mailed, and a button behind it lets the reader in.

The button is there because mail programs open links by themselves.
"""

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.schemas.asking import MailboxSchema
from matchmaker.services.access import ANYBODY, LINK, allows
from matchmaker.services.firms import opening
from matchmaker.web import reading
from matchmaker.web.firms import honeypot, opened
from matchmaker.web.signing import signing_in

blueprint = Blueprint("web_entering", __name__)

Answer = str | tuple[str, int] | Response


@blueprint.get("/firm/open")
@allows(ANYBODY)
def ask() -> Answer:
    """Ask for the address of the account; whose account is open goes on to it."""
    if opened.actor():
        return redirect(url_for("web_gathered.overview"))
    is_demo = current_app.config["MATCHMAKER"].demo
    return render_template("firm/open.html", email=request.args.get("email", "") if is_demo else "", fault="")


@blueprint.post("/firm/open")
@allows(ANYBODY)
def send() -> Answer:
    """Have the link sent; the answer is the same whether or not there is anything to open."""
    try:
        email = reading.load(MailboxSchema)["email"]
    except ValidationError as error:
        return render_template("firm/open.html", email=request.form.get("email", ""),
                               fault=reading.faults(error)["email"]), 422
    if not honeypot.is_caught(request.form):
        opening.ask_link(g.session, email, request.remote_addr)
    return redirect(url_for(".on_its_way"), 303)


@blueprint.get("/firm/on-its-way")
@allows(ANYBODY)
def on_its_way() -> str:
    """Say that a mail is on its way, if there is anybody to get it."""
    return render_template("firm/on_its_way.html")


@blueprint.get("/firm/enter/<token>")
@allows(ANYBODY)
def door(token: str) -> str:
    """Show the button that opens the account."""
    opening.opened(g.session, token)
    return render_template("firm/enter.html", token=token)


@blueprint.post("/firm/enter/<token>")
@allows(ANYBODY)
def enter(token: str) -> Response:
    """Open the account in this browser."""
    opened.enter(token)
    return redirect(url_for("web_gathered.overview"), 303)


@blueprint.post("/firm/sign-out")
@allows(ANYBODY)
def sign_out() -> Response:
    """Close the account in this browser."""
    signing_in.leave()
    return redirect(url_for("web_start.start"), 303)


@blueprint.post("/my/<key>/gather")
@allows(LINK)
def gather(key: str) -> Response:
    """Have the link sent to the address of a need, which is gathered when the link is used."""
    if not opening.ask_to_gather(g.session, g.actor, request.remote_addr):
        return redirect(url_for("web_following.status", key=key), 303)
    return redirect(url_for(".on_its_way"), 303)
