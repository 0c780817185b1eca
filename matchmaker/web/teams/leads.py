"""The reviewer's workbench: the queue and one lead beside it, and what is done with it. Opening changes nothing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, send_file, url_for
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import LeadState
from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.reviewing import AssignmentSchema, DecisionSchema, NoteSchema, StepsSchema
from matchmaker.services import attachments, formats
from matchmaker.services.access import ANSWERER, TEAM, allows
from matchmaker.services.leads import living, reviewing, workbench
from matchmaker.services.leads.workbench import OpenLead
from matchmaker.web import labels, words
from matchmaker.web.teams import lead_views, life_words, queue_filters
from matchmaker.web.teams.queue_filters import kept

Answer = str | tuple[str, int] | Response
PANE_ALONE = "X-Pane-Alone"
"""Says that the list stands in the browser already, and only the lead beside it is wanted."""

blueprint = Blueprint("web_leads", __name__, url_prefix="/leads")


@blueprint.get("")
@allows(TEAM)
def queue() -> str:
    """List the leads of a view; where there is room, the first of them stands beside the list."""
    listed = workbench.queue(g.session, g.actor, **_asked())
    first = workbench.open_lead(g.session, g.actor, listed.leads[0].id, listed) if listed.leads else None
    return _page(listed, first, is_list=True)


@blueprint.get("/<uuid:lead_id>")
@allows(TEAM)
def lead(lead_id: UUID) -> str:
    """Show one lead, with the list from which it was opened beside it."""
    opened = workbench.open_lead(g.session, g.actor, lead_id)
    if request.headers.get(PANE_ALONE):
        _asked()
        return _render("leads/alone.html", opened=opened, is_list=False, faults={}, form=request.form,
                       kinds=words.kind_labels(), threshold=lead_views.threshold())
    return _page(workbench.queue(g.session, g.actor, **_asked()), opened)


@blueprint.post("/<uuid:lead_id>/decisions")
@allows(ANSWERER)
def decide(lead_id: UUID) -> Answer:
    """Accept, ask back or decline; it takes effect a little later."""
    def act(sent: dict[str, Any]) -> None:
        reviewing.decide(g.session, current_app.config["MATCHMAKER"], g.actor, lead_id, sent["action"],
                         reason=sent["reason"], words=sent["words"], terms=sent["terms"], seen=sent["seen"])

    return change(lead_id, DecisionSchema(), act)


@blueprint.post("/<uuid:lead_id>/decisions/<uuid:decision_id>/cancel")
@allows(ANSWERER)
def cancel(lead_id: UUID, decision_id: UUID) -> Answer:
    """Take a decision back before it takes effect."""
    return change(lead_id, StepsSchema(), lambda sent: reviewing.cancel(
        g.session, g.actor, decision_id, lead_id))


@blueprint.post("/<uuid:lead_id>/assign")
@allows(ANSWERER)
def assign(lead_id: UUID) -> Answer:
    """Give the lead to somebody of the team."""
    return change(lead_id, AssignmentSchema(), lambda sent: reviewing.assign(
        g.session, g.actor, lead_id, sent["person"], seen=sent["seen"]))


@blueprint.post("/<uuid:lead_id>/notes")
@allows(ANSWERER)
def note(lead_id: UUID) -> Answer:
    """Keep a note for the team."""
    return change(lead_id, NoteSchema(), lambda sent: reviewing.note(g.session, g.actor, lead_id, sent["note"]))


@blueprint.get("/<uuid:lead_id>/files/<uuid:file_id>")
@allows(TEAM)
def file(lead_id: UUID, file_id: UUID) -> Response:
    """Give an attached file, always as a download."""
    found = workbench.file_of(g.session, g.actor, lead_id, file_id)
    return send_file(attachments.path(current_app.config["MATCHMAKER"], found), found.media_type, as_attachment=True,
                     download_name=found.name, etag=False, conditional=False, max_age=0)


def change(lead_id: UUID, schema: Schema, act: Callable[[dict[str, Any]], object], *, where: str = "") -> Answer:
    """Do what a form asks for and show the lead; else the form again with its faults, or what came in between.

    `where` is put before the names of the fields of a form that has no `action` to tell it from the others.
    """
    form = request.form.to_dict()
    form.pop("csrf_token", None)
    try:
        act(schema.load(form))
    except ValidationError as error:
        return _again(lead_id, {f"{where}-{fault['field']}".strip("-"): fault["words"]
                                for fault in flatten(error.messages)})
    except Invalid as error:
        return _again(lead_id, {f"{where}-words" if where else "": gettext(error.message, **error.values)})
    except Conflict as error:
        return _changed(lead_id, form, gettext(error.message, **error.values))
    return redirect(url_for(".lead", lead_id=lead_id, **kept()), 303)


def _again(lead_id: UUID, faults: dict[str, str]) -> tuple[str, int]:
    opened = workbench.open_lead(g.session, g.actor, lead_id)
    return _page(workbench.queue(g.session, g.actor, **_asked()), opened, faults=faults), 422


def _changed(lead_id: UUID, form: dict[str, str], why: str) -> tuple[str, int]:
    """Show what happened to a lead since the sender had looked at it."""
    opened = workbench.open_lead(g.session, g.actor, lead_id)
    seen = form.get("steps", "")
    count = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    since, before = opened.lead.moves[count:], opened.lead.moves[:count]
    return _render("lead_changed.html", opened=opened, why=why, sent_words=form.get("words") or form.get("note"),
                   wanted=lead_views.wanted(form), was=before[-1].to_state if before else LeadState.SUBMITTED,
                   steps=[lead_views.step(move, opened) for move in since]), 409


def _page(listed: workbench.Queue, opened: OpenLead | None, *, is_list: bool = False,
          faults: dict[str, str] | None = None) -> str:
    return _render("leads.html", queue=listed, opened=opened, is_list=is_list, faults=faults or {}, form=request.form,
                   kinds=words.kind_labels(), threshold=lead_views.threshold(), filters=queue_filters, told=life_words,
                   life=_life(opened))


def _life(opened: OpenLead | None) -> living.Life | None:
    """Return the later life of an open lead, for the team that answers it."""
    if opened is None or not opened.is_team:
        return None
    lead = opened.lead
    consented = frozenset([lead.id] if opened.need else [])
    return living.lives(g.session, g.actor, [lead], opened.messages, consented)[lead.id]


def _render(template: str, **values: Any) -> str:
    return render_template(template, views=lead_views, labels=labels, formats=formats, kept=kept(), **values)


def _asked() -> dict[str, Any]:
    return queue_filters.asked(g.actor)
