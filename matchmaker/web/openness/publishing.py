"""The operator's batches: put together from accepted lists, published now or at a moment."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.openness import BatchSchema, PublicationSchema
from matchmaker.services import formats
from matchmaker.services.access import OPERATOR, allows
from matchmaker.services.openness import batches as service
from matchmaker.services.openness import desk
from matchmaker.web.openness import words

blueprint = Blueprint("web_batches", __name__, url_prefix="/operator/batches")

Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(OPERATOR)
def batches() -> str:
    """List all batches, and begin one."""
    return _batches()


@blueprint.post("")
@allows(OPERATOR)
def plan() -> Answer:
    """Begin a batch."""
    try:
        sent = BatchSchema().load(_fields("title_zh", "title_en"))
        made = service.plan(g.session, _title(sent))
    except ValidationError as error:
        return _batches(flatten(error.messages)[0]["words"]), 422
    except Invalid as error:
        return _batches(_said(error)), 422
    return redirect(url_for(".batch", batch_id=made.id), 303)


@blueprint.get("/<uuid:batch_id>")
@allows(OPERATOR)
def batch(batch_id: UUID) -> str:
    """Show a batch and the lists that are or could be in it."""
    return _one(batch_id)


@blueprint.post("/<uuid:batch_id>")
@allows(OPERATOR)
def arrange(batch_id: UUID) -> Answer:
    """Choose the lists of a batch, and what it is called; or throw it away."""
    if request.form.get("drop"):
        return _act(batch_id, lambda: service.drop(g.session, batch_id), back_to_list=True)

    def arranged() -> None:
        sent = BatchSchema().load({**_fields("title_zh", "title_en"), "version": request.form.getlist("version")})
        service.arrange(g.session, batch_id, _title(sent), sent["version"])

    return _act(batch_id, arranged)


@blueprint.post("/<uuid:batch_id>/publication")
@allows(OPERATOR)
def publish(batch_id: UUID) -> Answer:
    """Let a batch be published, now or at a moment, or take it back before that."""
    if request.form.get("stop"):
        return _act(batch_id, lambda: service.stop(g.session, batch_id))

    def scheduled() -> None:
        sent = PublicationSchema().load({} if request.form.get("now") else {"at": request.form.get("at") or ""})
        service.schedule(g.session, batch_id, sent["at"])

    return _act(batch_id, scheduled)


def _act(batch_id: UUID, act: Callable[[], object], *, back_to_list: bool = False) -> Answer:
    try:
        act()
    except ValidationError as error:
        return _one(batch_id, flatten(error.messages)[0]["words"]), 422
    except Invalid as error:
        return _one(batch_id, _said(error)), 422
    except Conflict as error:
        return _one(batch_id, _said(error)), 409
    return redirect(url_for(".batches") if back_to_list else url_for(".batch", batch_id=batch_id), 303)


def _batches(problem: str = "") -> str:
    return _render("openness/batches.html", batches=service.all_batches(g.session), problem=problem)


def _one(batch_id: UUID, problem: str = "") -> str:
    return _render("openness/plan.html", opened=desk.open_batch(g.session, g.actor, batch_id), problem=problem)


def _render(template: str, **values: Any) -> str:
    return render_template(template, says=words, formats=formats, **values)


def _fields(*names: str) -> dict[str, str]:
    return {name: value for name in names if (value := request.form.get(name))}


def _title(sent: dict[str, Any]) -> dict[str, str]:
    return {"zh": sent["title_zh"], "en": sent["title_en"]}


def _said(error: Invalid | Conflict) -> str:
    return gettext(error.message, **error.values)
