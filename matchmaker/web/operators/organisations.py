"""The operator's page about organisations: who is verified, which platforms are suspended and why."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import Member
from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.standing import PromiseSchema, SuspensionSchema
from matchmaker.services import formats, standing
from matchmaker.services.access import OPERATOR, allows

blueprint = Blueprint("web_organisations", __name__, url_prefix="/operator/organisations")

ROLES = {"sme": _("Small firm"), "platform": _("Platform"), "incubator": _("Incubator"), "operator": _("Operator")}

Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(OPERATOR)
def organisations() -> str:
    """List all organisations."""
    return _page()


@blueprint.post("/<uuid:organisation_id>/verify")
@allows(OPERATOR)
def verify(organisation_id: UUID) -> Answer:
    """Note that an organisation is who it says, or take that back."""
    is_verified = request.form.get("verified") == "1"
    return _act(organisation_id, lambda: standing.verify(g.session, organisation_id, is_verified=is_verified))


@blueprint.post("/<uuid:organisation_id>/suspend")
@allows(OPERATOR)
def suspend(organisation_id: UUID) -> Answer:
    """Suspend a platform with a reason."""
    def suspended() -> None:
        why = SuspensionSchema().load({"why": request.form.get("why")})["why"]
        standing.suspend(g.session, g.actor, organisation_id, why)

    return _act(organisation_id, suspended)


@blueprint.post("/<uuid:organisation_id>/reinstate")
@allows(OPERATOR)
def reinstate(organisation_id: UUID) -> Answer:
    """Show a suspended platform again."""
    return _act(organisation_id, lambda: standing.reinstate(g.session, organisation_id))


@blueprint.post("/<uuid:organisation_id>/promise")
@allows(OPERATOR)
def promise(organisation_id: UUID) -> Answer:
    """Set within how many working days a platform answers where its offerings say nothing of their own."""
    def promised() -> None:
        days = PromiseSchema().load({"days": request.form.get("days")})["days"]
        standing.promise(g.session, organisation_id, days)

    return _act(organisation_id, promised)


def remember() -> None:
    """Look up which organisations of the reader are suspended, for the notice above every page, errors included."""
    g.suspensions = standing.suspensions(g.session, g.actor) if isinstance(g.actor, Member) else ()


def suspensions() -> Sequence[standing.Suspension]:
    """Return the suspended ones among the organisations of the reader."""
    found: Sequence[standing.Suspension] = g.get("suspensions", ())
    return found


def _act(organisation_id: UUID, act: Callable[[], object]) -> Answer:
    """Do something with one organisation, or show the page again with what stands against it."""
    standing.check_known(g.session, organisation_id)
    try:
        act()
    except ValidationError as error:
        return _page(organisation_id, flatten(error.messages)[0]["words"]), 422
    except Invalid as error:
        return _page(organisation_id, gettext(error.message, **error.values)), 422
    except Conflict as error:
        return _page(organisation_id, gettext(error.message, **error.values)), 409
    return redirect(url_for(".organisations", _anchor=f"organisation-{organisation_id}"), 303)


def _page(at: UUID | None = None, fault: str = "") -> str:
    rows = standing.rows(g.session, g.actor)
    return render_template("operator_organisations.html", rows=rows, roles=ROLES, at=at, fault=fault,
                           day_of=formats.day_of, form=request.form)
