"""Waiting for room: a firm asks to be told when an offering that is full or suspended has room again, or stops that."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.asking import MailboxSchema
from matchmaker.schemas.faults import flatten
from matchmaker.services import drafts
from matchmaker.services.access import LINK, allows
from matchmaker.services.leads import following, stock
from matchmaker.web.firms import asking, honeypot

blueprint = Blueprint("web_room", __name__, url_prefix="/needs")

Answer = str | tuple[str, int] | Response


@blueprint.get("/<key>/room/<uuid:offering_id>")
@allows(LINK)
def room(key: str, offering_id: UUID) -> str:
    """Show whether the firm waits for an offering, and let it begin or end that."""
    return _page(key, offering_id)


@blueprint.post("/<key>/room/<uuid:offering_id>")
@allows(LINK)
def wait(key: str, offering_id: UUID) -> Answer:
    """Begin to wait for an offering."""
    drafts.held(g.session, g.actor)
    if honeypot.is_caught(request.form):
        return redirect(url_for(".room", key=key, offering_id=offering_id), 303)
    try:
        email = MailboxSchema().load({"email": request.form.get("email")})["email"]
        stock.start(g.session, g.actor, offering_id, email, current_language())
    except ValidationError as error:
        return _page(key, offering_id, {"email": flatten(error.messages)[0]["words"]}), 422
    except Conflict as error:
        return _page(key, offering_id, problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".room", key=key, offering_id=offering_id), 303)


@blueprint.post("/<key>/room/<uuid:offering_id>/end")
@allows(LINK)
def end(key: str, offering_id: UUID) -> Response:
    """Wait for an offering no longer."""
    stock.end(g.session, g.actor, offering_id)
    return redirect(url_for("web_asking.watch", key=key), 303)


def _page(key: str, offering_id: UUID, faults: Mapping[str, str] | None = None, problem: str = "") -> str:
    offering = stock.awaited(g.session, offering_id)
    kept = next((watch for watch, found in stock.waiting(g.session, g.actor) if found.id == offering_id), None)
    return render_template("room.html", key=key, offering=offering, watch=kept, label=asking.label, problem=problem,
                           faults=faults or {}, email=request.form.get("email", ""), days=stock.DAYS,
                           found=following.status(g.session, g.actor), is_full=stock.waits_for_room(offering))
