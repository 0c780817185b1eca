"""The incubator's pages of webhooks: made with a secret that is shown once, followed delivery by delivery."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain.webhooks import SUBSCRIBABLE
from matchmaker.errors import Conflict, Invalid, TooMany
from matchmaker.i18n import gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.webhooks import WebhookSchema
from matchmaker.services import formats
from matchmaker.services.access import INCUBATOR, allows
from matchmaker.services.webhooks import delivering, endpoints
from matchmaker.storage.queries import webhooks as queries
from matchmaker.web.webhooks import words

blueprint = Blueprint("web_webhooks", __name__, url_prefix="/incubator/webhooks")

Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(INCUBATOR)
def listing() -> str:
    """List the webhooks, and ask where a new one is."""
    return _list()


@blueprint.post("")
@allows(INCUBATOR)
def make() -> Answer:
    """Make a webhook, and show its secret this once."""
    try:
        made, secret = endpoints.make(g.session, _config(), g.actor, **_sent())
    except ValidationError as error:
        return _list(faults=_faults(error)), 422
    except Invalid as error:
        return _list(faults={"url": gettext(error.message, **error.values)}), 422
    except Conflict as error:
        return _list(problem=gettext(error.message, **error.values)), 409
    return _one(made.id, secret=secret)


@blueprint.get("/<uuid:endpoint_id>")
@allows(INCUBATOR)
def one(endpoint_id: UUID) -> str:
    """Show a webhook, what was sent to it and how that went."""
    return _one(endpoint_id)


@blueprint.post("/<uuid:endpoint_id>")
@allows(INCUBATOR)
def change(endpoint_id: UUID) -> Answer:
    """Change what a webhook is called, where it is and what it is told of."""
    queries.endpoint_by_id(g.session, g.actor, endpoint_id)
    try:
        endpoints.change(g.session, _config(), g.actor, endpoint_id, **_sent())
    except ValidationError as error:
        return _one(endpoint_id, faults=_faults(error)), 422
    except Invalid as error:
        return _one(endpoint_id, faults={"url": gettext(error.message, **error.values)}), 422
    return _back(endpoint_id)


@blueprint.post("/<uuid:endpoint_id>/<any(on,off):switch>")
@allows(INCUBATOR)
def turn(endpoint_id: UUID, switch: str) -> Response:
    """Turn a webhook off, or on again."""
    endpoints.turn(g.session, g.actor, endpoint_id, on=switch == "on")
    return _back(endpoint_id)


@blueprint.post("/<uuid:endpoint_id>/secret")
@allows(INCUBATOR)
def rotate(endpoint_id: UUID) -> str:
    """Give a webhook another secret, and show it this once."""
    return _one(endpoint_id, secret=endpoints.rotate(g.session, _config(), g.actor, endpoint_id)[1])


@blueprint.post("/<uuid:endpoint_id>/remove")
@allows(INCUBATOR)
def remove(endpoint_id: UUID) -> Response:
    """Remove a webhook with the log of what was sent to it."""
    endpoints.remove(g.session, g.actor, endpoint_id)
    return redirect(url_for(".listing"), 303)


@blueprint.post("/<uuid:endpoint_id>/test")
@allows(INCUBATOR)
def test(endpoint_id: UUID) -> Answer:
    """Send a test event."""
    try:
        endpoints.test(g.session, g.actor, endpoint_id)
    except (Conflict, TooMany) as error:
        return _refused(endpoint_id, error)
    return _back(endpoint_id, "deliveries")


@blueprint.post("/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/again")
@allows(INCUBATOR)
def again(endpoint_id: UUID, delivery_id: UUID) -> Answer:
    """Send an event again."""
    try:
        endpoints.send_again(g.session, g.actor, endpoint_id, delivery_id)
    except (Conflict, TooMany) as error:
        return _refused(endpoint_id, error)
    return _back(endpoint_id, "deliveries")


def _config() -> Any:
    return current_app.config["MATCHMAKER"]


def _sent() -> dict[str, Any]:
    """Return what the form says; raise `ValidationError` when it cannot be used."""
    form: dict[str, Any] = {name: request.form.get(name) for name in ("name", "url")}
    sent: dict[str, Any] = WebhookSchema().load({**form, "events": request.form.getlist("events") or None})
    return sent


def _faults(error: ValidationError) -> dict[str, str]:
    return {fault["field"].partition(".")[0]: fault["words"] for fault in flatten(error.messages)}


def _refused(endpoint_id: UUID, error: Conflict | TooMany) -> tuple[str, int]:
    words = gettext(error.message, **error.values)
    return _one(endpoint_id, problem=words), 429 if isinstance(error, TooMany) else 409


def _back(endpoint_id: UUID, anchor: str | None = None) -> Response:
    return redirect(url_for(".one", endpoint_id=endpoint_id, _anchor=anchor), 303)


def _list(*, faults: Mapping[str, str] | None = None, problem: str = "") -> str:
    form, ticked = _filled(faults, {"name": "", "url": ""}, [kind.value for kind in SUBSCRIBABLE])
    return _render("list", found=queries.endpoints_of(g.session, g.actor), faults=faults or {}, problem=problem,
                   form=form, ticked=ticked)


def _one(endpoint_id: UUID, *, secret: str = "", faults: Mapping[str, str] | None = None, problem: str = "") -> str:
    found = queries.endpoint_by_id(g.session, g.actor, endpoint_id)
    sent, following = endpoints.deliveries(g.session, g.actor, endpoint_id,
                                           cursor=request.args.get("cursor", "")[:64] or None)
    form, ticked = _filled(faults, {"name": found.name, "url": found.url}, found.events)
    return _render("one", endpoint=found, health=queries.health_of(g.session, found.id), deliveries=sent,
                   following=following, secret=secret, faults=faults or {}, problem=problem, form=form, ticked=ticked)


def _filled(faults: Mapping[str, str] | None, kept: Mapping[str, str], events: list[str]) -> tuple[Any, list[str]]:
    """Return what stands in the form: what was sent when it cannot be used, else what is kept."""
    return (request.form, request.form.getlist("events")) if faults else (kept, events)


def _render(name: str, **values: Any) -> str:
    return render_template(f"webhooks/{name}.html", says=words, events=SUBSCRIBABLE, moment=formats.moment,
                           message_id=delivering.message_id, hours=endpoints.OVERLAP.total_seconds() / 3_600,
                           kept_days=delivering.KEPT_DAYS, **values)
