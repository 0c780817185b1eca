"""The second step of signing in: the code that is asked for, and the page on which it is set up and taken away."""

from collections.abc import Callable

import segno
from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.config import Config
from matchmaker.errors import Conflict
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.people import CodeSchema, ProofSchema
from matchmaker.services.access import ANYBODY, PERSON, allows
from matchmaker.services.people import second_step
from matchmaker.web import reading
from matchmaker.web.signing import account, signing_in

blueprint = Blueprint("web_second_step", __name__)

Answer = str | tuple[str, int] | Response
LABELS = {"code": _("Code"), "current": _("Present password")}
WRONG_CODE = _("This code is not right, or it was used before. Wait for the next one and try again.")
WRONG_PROOF = _("Password and code are not both right. Check them, and wait for the next code.")


@blueprint.get("/sign-in/code")
@allows(ANYBODY)
def ask() -> Answer:
    """Ask for the code, after the password."""
    return _ask() if signing_in.waiting() else redirect(url_for("web_account.sign_in"))


@blueprint.post("/sign-in/code")
@allows(ANYBODY)
def enter() -> Answer:
    """Finish signing in, or say that the code is wrong."""
    waiting = signing_in.waiting()
    if waiting is None:
        return redirect(url_for("web_account.sign_in"), 303)
    g.keeps = True
    try:
        key = second_step.complete(g.session, _config(), waiting[1], reading.load(CodeSchema)["code"])
    except ValidationError as error:
        return _ask(reading.faults(error)), 422
    if key is None:
        return _ask({"code": gettext(WRONG_CODE)}), 422
    return account.signed_in(key)


@blueprint.get("/account/second-step")
@allows(PERSON)
def show() -> str:
    """Show how the second step stands, and what can be done about it."""
    return _page()


@blueprint.post("/account/second-step")
@allows(PERSON)
def begin() -> Answer:
    """Begin to set it up."""
    return _step(lambda: second_step.begin(g.session, signing_in.person()), "")


@blueprint.post("/account/second-step/confirm")
@allows(PERSON)
def confirm() -> Answer:
    """Put it in force with a first code, and show the recovery codes, this once."""
    def take() -> list[str] | None:
        code = reading.load(CodeSchema)["code"]
        return second_step.confirm(g.session, _config(), signing_in.person(), code, kept_key=signing_in.key())

    return _step(take, gettext(WRONG_CODE))


@blueprint.post("/account/second-step/codes")
@allows(PERSON)
def renew() -> Answer:
    """Make new recovery codes, and show them, this once."""
    def take() -> list[str] | None:
        proof = reading.load(ProofSchema)
        return second_step.renew_codes(g.session, _config(), signing_in.person(), proof["current"], proof["code"])

    return _step(take, gettext(WRONG_PROOF))


@blueprint.post("/account/second-step/remove")
@allows(PERSON)
def remove() -> Answer:
    """Take it away."""
    def take() -> bool | None:
        proof = reading.load(ProofSchema)
        is_proven = second_step.remove(g.session, _config(), signing_in.person(), proof["current"], proof["code"])
        return True if is_proven else None

    return _step(take, gettext(WRONG_PROOF))


def label(name: str) -> str:
    """Return the words beside a field."""
    return gettext(LABELS[name])


def _step(take: Callable[[], list[str] | bool | None], wrong: str) -> Answer:
    """Take one step: show the codes that come of it, or the page again. A wrong code stays counted."""
    try:
        found = take()
    except ValidationError as error:
        return _page(reading.faults(error)), 422
    except Conflict as error:
        return _page(problem=reading.said(error)), 409
    if found is None and wrong:
        g.keeps = True
        return _page({"code": wrong}), 422
    if isinstance(found, list):
        return render_template("people/codes.html", codes=found)
    return redirect(url_for(".show"), 303)


def _ask(faults: dict[str, str] | None = None) -> str:
    return render_template("people/code.html", faults=faults or {}, label=label, to=request.values.get("to", ""))


def _page(faults: dict[str, str] | None = None, problem: str = "") -> str:
    found = second_step.standing(g.session, signing_in.person())
    setup = second_step.setup(_config(), signing_in.person(), found.step) if found.step and not found.is_on else None
    picture = segno.make(setup.address, error="m").svg_data_uri(scale=4, border=2) if setup else ""
    return render_template("people/second_step.html", found=found, setup=setup, picture=picture, faults=faults or {},
                           problem=problem, label=label, has_to=signing_in.has_to_set_up())


def _config() -> Config:
    found: Config = current_app.config["MATCHMAKER"]
    return found
