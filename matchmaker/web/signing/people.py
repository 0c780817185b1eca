"""The people of an organisation: its administrators invite, give roles, and remove."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.people import InvitationSchema, RolesSchema
from matchmaker.services import formats
from matchmaker.services.access import ADMIN, allows
from matchmaker.services.people import second_step, team
from matchmaker.web import reading
from matchmaker.web.signing.account import ROLES

blueprint = Blueprint("web_people", __name__, url_prefix="/organisation")

Answer = str | tuple[str, int] | Response
LABELS = {"email": _("E-mail"), "roles": _("Roles"), "language": _("Language of the mail")}
DONE = {
    "invited": _("The invitation is on its way."), "resent": _("The invitation is on its way again."),
    "withdrawn": _("The invitation was withdrawn. Its link opens nothing any more."),
    "changed": _("The roles were changed. That holds at once."),
    "removed": _("The person was removed. Everything here is closed to them from now on."),
    "asked": _("Everybody here needs a second step from now on. Who has none sets it up at the next sign-in."),
    "taken": _("The second step was taken away, and the person was signed out everywhere."),
    "not_asked": _("A second step is no longer asked for. Who has one keeps it."),
}


@blueprint.get("/people")
@allows(ADMIN)
def people() -> str:
    """Show the people of one of the reader's organisations, and who is invited."""
    return _page(_id(request.args.get("organisation")))


@blueprint.post("/people/<uuid:organisation_id>/invitations")
@allows(ADMIN)
def invite(organisation_id: UUID) -> Answer:
    """Invite somebody by mail."""
    def take() -> None:
        sent = reading.load(InvitationSchema, many=("roles",))
        team.invite(g.session, g.actor, organisation_id, sent["email"], sent["roles"], sent["language"])

    return _step(organisation_id, take, "invited")


@blueprint.post("/people/<uuid:organisation_id>/invitations/<uuid:invitation_id>/resend")
@allows(ADMIN)
def resend(organisation_id: UUID, invitation_id: UUID) -> Answer:
    """Send an invitation again."""
    return _step(organisation_id, lambda: team.resend(g.session, g.actor, organisation_id, invitation_id), "resent")


@blueprint.post("/people/<uuid:organisation_id>/invitations/<uuid:invitation_id>/withdraw")
@allows(ADMIN)
def withdraw(organisation_id: UUID, invitation_id: UUID) -> Answer:
    """Withdraw an invitation."""
    return _step(organisation_id, lambda: team.withdraw(g.session, g.actor, organisation_id, invitation_id),
                 "withdrawn")


@blueprint.post("/people/<uuid:organisation_id>/<uuid:person_id>/roles")
@allows(ADMIN)
def change_roles(organisation_id: UUID, person_id: UUID) -> Answer:
    """Give a person exactly the roles that are ticked."""
    def take() -> None:
        roles = reading.load(RolesSchema, many=("roles",))["roles"]
        team.change_roles(g.session, g.actor, organisation_id, person_id, roles)

    return _step(organisation_id, take, "changed", at=person_id)


@blueprint.post("/people/<uuid:organisation_id>/<uuid:person_id>/remove")
@allows(ADMIN)
def remove(organisation_id: UUID, person_id: UUID) -> Answer:
    """Take a person out of the organisation."""
    return _step(organisation_id, lambda: team.remove(g.session, g.actor, organisation_id, person_id), "removed")


@blueprint.post("/people/<uuid:organisation_id>/second-step")
@allows(ADMIN)
def ask_second_step(organisation_id: UUID) -> Answer:
    """Ask everybody in the organisation for a second step, or no longer."""
    wanted = request.form.get("is_asked") == "1"
    return _step(organisation_id, lambda: second_step.ask_of_team(g.session, g.actor, organisation_id, is_asked=wanted),
                 "asked" if wanted else "not_asked")


@blueprint.post("/people/<uuid:organisation_id>/<uuid:person_id>/second-step/remove")
@allows(ADMIN)
def take_second_step(organisation_id: UUID, person_id: UUID) -> Answer:
    """Take the second step away from somebody who has lost telephone and codes."""
    return _step(organisation_id, lambda: second_step.take_from(g.session, g.actor, organisation_id, person_id),
                 "taken")


def label(name: str) -> str:
    """Return the words beside a field."""
    return gettext(LABELS[name])


def _step(organisation_id: UUID, take: Callable[[], object], done: str, *, at: UUID | None = None) -> Answer:
    """Take one step, or show the page again with what stands against it."""
    try:
        take()
    except ValidationError as error:
        faults = reading.faults(error)
        if at is not None:
            return _page(organisation_id, problem=faults.get("roles", "")), 422
        return _page(organisation_id, faults=faults), 422
    except (Conflict, Invalid) as error:
        return _page(organisation_id, problem=reading.said(error)), 409 if isinstance(error, Conflict) else 422
    return redirect(url_for(".people", organisation=organisation_id, done=done), 303)


def _page(organisation_id: UUID | None, *, faults: dict[str, str] | None = None, problem: str = "") -> str:
    found = team.team(g.session, g.actor, organisation_id)
    # Who has just taken the role from themselves is sent back here once more, and finds the door closed.
    return render_template("people/team.html", team=found, faults=faults or {}, problem=problem, form=request.form,
                           label=label, role_words=ROLES, now=utc_now(), moment=formats.moment,
                           done=DONE.get(request.args.get("done", "")) if request.method == "GET" else None)


def _id(text: str | None) -> UUID | None:
    """Return the id in an address, None where there is none; raise `NotFound` for what is no id."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such organisation, or you do not administer it.") from None
