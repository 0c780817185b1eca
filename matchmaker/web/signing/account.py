"""Signing in and out, and what a person may do here. Small firms never need this: they have their private link."""

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matchmaker.domain import Role
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import accounts, demo, formats
from matchmaker.services.access import ANYBODY, PERSON, allows
from matchmaker.services.firms import demo_account
from matchmaker.services.people import browsers
from matchmaker.web.addresses import page_here
from matchmaker.web.signing import signing_in

blueprint = Blueprint("web_account", __name__)

LONGEST_EMAIL = 200
QUEUE, DESK, ACCOUNT = "web_leads.queue", "web_editing.offerings", "web_account.account"
REFERRALS, OVERSIGHT = "web_incubator.batches", "web_operating.start"
DONE = {
    "password": _("Your password was changed. All other browsers were signed out."),
    "browser": _("The browser was signed out."), "browsers": _("All other browsers were signed out."),
}
ROLES = {
    Role.REVIEWER: _("Reviewer"), Role.LEAD_MANAGER: _("Lead manager"),
    Role.LIST_EDITOR: _("List editor"), Role.ADMIN: _("Administrator"),
    Role.OPERATOR: _("Operator"), Role.REFERRER: _("Referral manager"),
}


@blueprint.get("/sign-in")
@allows(ANYBODY)
def sign_in() -> str | Response:
    """Ask for address and password; who has signed in already goes on."""
    if g.actor:
        return redirect(next_page())
    return _form(request.args.get("email", "") if _is_demo() else "")


@blueprint.post("/sign-in")
@allows(ANYBODY)
def enter() -> tuple[str, int] | Response:
    """Sign in, or say that address or password is wrong, whichever of them it was."""
    email = "".join(sign for sign in request.form.get("email", "") if sign.isprintable()).strip()[:LONGEST_EMAIL]
    g.keeps = True
    key = accounts.try_to_sign_in(g.session, current_app.config["MATCHMAKER"], email,
                                  request.form.get("password", ""), request.remote_addr, signing_in.device())
    if key is None:
        return _form(email, is_wrong=True), 422
    return signed_in(key)


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
                           done=DONE.get(request.args.get("done", "")), moment=formats.moment,
                           browsers=browsers.browsers(g.session, g.actor), this_browser=signing_in.sign_in_id(),
                           has_to_set_up=signing_in.has_to_set_up(),
                           places=[(place.organisation.name, _role_words(place.roles)) for place in places])


def signed_in(key: str, to: str | None = None) -> Response:
    """Let the browser keep a new sign-in, and lead on: to the second step, or to where the reader wanted to go."""
    wanted = to or page_here(request.values.get("to"))
    if not signing_in.enter(key):
        return redirect(url_for("web_second_step.ask", to=wanted), 303)
    if signing_in.has_to_set_up():
        return redirect(url_for("web_second_step.show"), 303)
    return redirect(to or next_page(), 303)


def next_page() -> str:
    """Return where to go after signing in: where the reader wanted to, else where their work is."""
    wanted = page_here(request.values.get("to"))
    places = (OVERSIGHT, QUEUE, DESK, REFERRALS, ACCOUNT)
    return wanted or url_for(next(place for place in places if place == ACCOUNT or signing_in.may_open(place)))


def _form(email: str, *, is_wrong: bool = False) -> str:
    people = demo.people(g.session) if _is_demo() else []
    return render_template("sign_in.html", email=email, is_wrong=is_wrong, firm=demo_account.EMAIL,
                           is_changed="changed" in request.args, to=request.values.get("to", ""),
                           people=[(person.email, organisation.name, _role_words([person.role]))
                                   for person, organisation in people])



def _role_words(roles: list[Role]) -> str:
    return gettext(", ").join(gettext(ROLES[role]) for role in roles)


def _is_demo() -> bool:
    return bool(current_app.config["MATCHMAKER"].demo)
