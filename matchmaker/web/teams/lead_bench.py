"""What a reviewer arranges for themselves at the workbench: saved views; and who else has a lead open."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Invalid
from matchmaker.schemas.reviewing import SavedViewSchema, ViewSchema
from matchmaker.services.access import ANSWERER, allows
from matchmaker.services.leads import presence, views
from matchmaker.web.teams import queue_filters

blueprint = Blueprint("web_leads_bench", __name__, url_prefix="/leads")


@blueprint.post("/views")
@allows(ANSWERER)
def save_view() -> Response:
    """Keep the part of the queue that a page shows under a name, and show it."""
    sent = {name: value for name, value in request.form.items() if name != "csrf_token"}
    found = _checked(sent)
    asked: dict[str, Any] = {name: value for name, value in sent.items() if name in queue_filters.PART}
    views.save(g.session, g.actor, found, asked)
    return redirect(url_for("web_leads.queue", **asked), 303)


@blueprint.post("/views/delete")
@allows(ANSWERER)
def delete_view() -> Response:
    """Delete one of one's own views; twice is once."""
    try:
        sent = ViewSchema().load({"saved": request.form.get("saved")})
    except ValidationError:
        raise Invalid("There is no such view any more. Load the list again.") from None
    views.delete(g.session, g.actor, sent["saved"])
    return redirect(url_for("web_leads.queue"), 303)


@blueprint.post("/<uuid:lead_id>/presence")
@allows(ANSWERER)
def say_presence(lead_id: UUID) -> str:
    """Note that the reader has a lead open, and answer who else has."""
    return render_template("leads/presence.html", others=presence.say(g.session, g.actor, lead_id), lead_id=lead_id)


def _checked(sent: dict[str, str]) -> str:
    """Return the name under which a part is to be kept; raise `Invalid` when there is no name or no such part."""
    try:
        name: str = SavedViewSchema().load(sent)["name"]
    except ValidationError as error:
        if "name" in error.messages_dict:
            raise Invalid("Give the view a name of at most 60 characters.") from None
        raise Invalid("This part of the list cannot be kept. Load the list again.") from None
    return name
