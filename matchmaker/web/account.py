"""Signing in and out, and what a person may do here. Small firms never need this: they have their private link."""

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matchmaker.domain import Role
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import accounts, demo
from matchmaker.services.access import ANYBODY, PERSON, allows
from matchmaker.web import signing_in
from matchmaker.web.addresses import page_here

blueprint = Blueprint("web_account", __name__)

LONGEST_EMAIL = 200
QUEUE = "web_leads.queue"
ROLES = {
    Role.REVIEWER: _("Reviewer"), Role.LEAD_MANAGER: _("Lead manager"),
    Role.LIST_EDITOR: _("List editor"), Role.ADMIN: _("Administrator"),
    Role.OPERATOR: _("Operator"),
}


@blueprint.get("/sign-in")
@allows(ANYBODY)
def sign_in() -> str | Response:
    """Ask for address and password; who has signed in already goes on."""
    if g.actor:
        return redirect(_next_page())
    return _form(request.args.get("email", "") if _is_demo() else "")


@blueprint.post("/sign-in")
@allows(ANYBODY)
def enter() -> tuple[str, int] | Response:
    """Sign in, or say that address or password is wrong, whichever of them it was."""
    email = "".join(sign for sign in request.form.get("email", "") if sign.isprintable()).strip()[:LONGEST_EMAIL]
    g.keeps = True
    key = accounts.try_to_sign_in(g.session, current_app.config["MATCHMAKER"], email,
                                  request.form.get("password", ""), request.remote_addr)
    if key is None:
        return _form(email, is_wrong=True), 422
    signing_in.enter(key)
    return redirect(_next_page(), 303)


@blueprint.post("/sign-out")
@allows(ANYBODY)
def sign_out() -> Response:
    """Sign out in this browser."""
    signing_in.leave()
    return redirect(url_for("web_start.start"), 303)


@blueprint.get("/account")
@allows(PERSON)
def account() -> str:
    """Show who has signed in, and their roles at this moment."""
    places = accounts.places(g.session, g.actor)
    return render_template("account.html", person=signing_in.person(), works_on_leads=signing_in.may_open(QUEUE),
                           places=[(place.organisation.name, _role_words(place.roles)) for place in places])


def _form(email: str, *, is_wrong: bool = False) -> str:
    people = demo.people(g.session) if _is_demo() else []
    return render_template("sign_in.html", email=email, is_wrong=is_wrong, to=request.values.get("to", ""),
                           people=[(person.email, organisation.name, _role_words([person.role]))
                                   for person, organisation in people])


def _next_page() -> str:
    """Return where to go after signing in: where the reader wanted to, else where their work is."""
    wanted = page_here(request.values.get("to"))
    return wanted or url_for(QUEUE if signing_in.may_open(QUEUE) else ".account")


def _role_words(roles: list[Role]) -> str:
    return gettext(", ").join(gettext(ROLES[role]) for role in roles)


def _is_demo() -> bool:
    return bool(current_app.config["MATCHMAKER"].demo)
