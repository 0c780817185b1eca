"""More like this: a team finds other needs that fit an offering, and invites their firms; these allow it and answer."""

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.reviewing import InvitationSchema
from matchmaker.services.access import ANSWERER, LINK, allows
from matchmaker.services.leads import finding
from matchmaker.web import labels, words
from matchmaker.web.cards import factor_views
from matchmaker.web.firms import results
from matchmaker.web.teams import lead_views
from matchmaker.web.teams.queue_filters import kept

team = Blueprint("web_leads_finding", __name__, url_prefix="/leads")
firm = Blueprint("web_finding", __name__, url_prefix="/needs")

Answer = str | tuple[str, int] | Response


@team.get("/<uuid:lead_id>/like")
@allows(ANSWERER)
def like(lead_id: UUID) -> str:
    """Show other needs that fit the offering of a lead, by facts alone."""
    return _page(lead_id)


@team.post("/<uuid:lead_id>/invitations")
@allows(ANSWERER)
def invite(lead_id: UUID) -> Answer:
    """Suggest the offering of a lead to the firm behind another need."""
    finding.like(g.session, g.actor, lead_id)
    try:
        sent = InvitationSchema().load({"need": request.form.get("need")})
        finding.invite(g.session, g.actor, lead_id, sent["need"])
    except ValidationError:
        return _page(lead_id, gettext("Choose one of the list.")), 422
    except Conflict as error:
        return _page(lead_id, gettext(error.message, **error.values)), 409
    return redirect(url_for(".like", lead_id=lead_id, invited=1, **kept()), 303)


@firm.post("/<key>/findable")
@allows(LINK)
def findable(key: str) -> Response:
    """Let platforms find the need, or no longer."""
    if request.form.get("on"):
        finding.allow(g.session, g.actor, current_language())
    else:
        finding.forbid(g.session, g.actor)
    return redirect(url_for("web_following.status", key=key, _anchor="findable"), 303)


@firm.post("/<key>/invitations/<uuid:lead_id>/dismiss")
@allows(LINK)
def dismiss(key: str, lead_id: UUID) -> Response:
    """Turn an invitation down."""
    finding.dismiss(g.session, g.actor, lead_id)
    return redirect(url_for("web_following.status", key=key), 303)


def _page(lead_id: UUID, problem: str = "") -> str:
    lead, found = finding.like(g.session, g.actor, lead_id)
    rows = {entry.need_id: factor_views({"factors": [{**factor, "detail": ""} for factor in entry.factors]},
                                        results.weights()) for entry in found}
    return render_template("leads/like.html", lead=lead, found=found, rows=rows, problem=problem, kept=kept(),
                           kinds=words.kind_labels(), threshold=lead_views.threshold(), labels=labels,
                           views=lead_views, invited=request.args.get("invited"))
