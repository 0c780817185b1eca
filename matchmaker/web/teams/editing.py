"""The offering editor: a platform's offerings in a list, one with its history, and the pages that change it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.editing import CapacitySchema, PreviewSchema, ShelfSchema, StepSchema, ValiditySchema
from matchmaker.schemas.faults import flatten
from matchmaker.services import drafts, formats, matching, previews
from matchmaker.services.access import DESK, EDITOR, allows
from matchmaker.services.editing import desk, drafting, stepping
from matchmaker.services.editing.desk import Open
from matchmaker.storage import reads_only
from matchmaker.web import cards, labels, words
from matchmaker.web.firms import results
from matchmaker.web.teams import editing_form, editing_words
from matchmaker.web.teams.editing_form import Form

KEPT = ("shelf", "q", "cursor")
Answer = str | tuple[str, int] | Response

blueprint = Blueprint("web_editing", __name__, url_prefix="/platform/offerings")


@blueprint.get("")
@allows(DESK)
def offerings() -> str:
    """List the offerings that the reader works on."""
    return _list()


@blueprint.get("/new")
@allows(EDITOR)
def new() -> str:
    """Ask for what an offering cannot begin without."""
    return _form_page(None, "basics", MultiDict(), {})


@blueprint.post("/new")
@allows(EDITOR)
def create() -> Answer:
    """Begin an offering as a draft."""
    form = editing_form.sent_form(request.form, "basics")
    content, faults = editing_form.read(form, {})
    if faults:
        return _form_page(None, "basics", form, faults), 422
    try:
        made = drafting.begin(g.session, g.actor, _own_platform(), content)
    except Invalid as error:
        return _form_page(None, "basics", form, {"external_id": _said(error)}), 422
    return redirect(url_for(".edit", offering_id=made.id, page="abilities"), 303)


@blueprint.get("/<uuid:offering_id>")
@allows(DESK)
def offering(offering_id: UUID) -> str:
    """Show one offering: how it stands, what can be done with it, what has happened to it."""
    return _one(desk.open_offering(g.session, g.actor, offering_id))


@blueprint.get("/<uuid:offering_id>/edit/<any(basics,abilities,conditions,price):page>")
@allows(EDITOR)
def edit(offering_id: UUID, page: str) -> str:
    """Show one page of the editor, filled with what the offering says."""
    opened = _own(offering_id)
    return _form_page(opened, page, editing_form.form_of(opened.content), {})


@blueprint.post("/<uuid:offering_id>/edit/<any(basics,abilities,conditions,price):page>")
@allows(EDITOR)
def save(offering_id: UUID, page: str) -> Answer:
    """Keep one page of the editor, and go on to the next one or back to the offering."""
    opened = _own(offering_id)
    sent = editing_form.sent_form(request.form, page)
    form = editing_form.form_of(opened.content)
    for name in (*editing_form.PAGES[page][1], *(editing_form.RANGE if page == "abilities" else ())):
        form.setlist(name, sent.getlist(name))
    content, faults = editing_form.read(form, opened.content)
    if faults:
        return _form_page(opened, page, form, faults), 422
    try:
        drafting.save(g.session, g.actor, offering_id, content, seen=request.form.get("seen", "")[:100])
    except Invalid as error:
        return _form_page(opened, page, form, {"external_id": _said(error)}), 422
    except Conflict as error:
        return _changed(offering_id, _said(error), request.form.get("seen", ""))
    names = [*editing_form.PAGES]
    following = names[names.index(page) + 1:][:1]
    if request.form.get("next") == "page" and following:
        return redirect(url_for(".edit", offering_id=offering_id, page=following[0]), 303)
    return redirect(url_for(".offering", offering_id=offering_id), 303)


@blueprint.post("/<uuid:offering_id>/steps")
@allows(DESK)
def step(offering_id: UUID) -> Answer:
    """Submit, return, publish, discard, suspend, show again or withdraw."""
    return _act(offering_id, StepSchema(), lambda sent: stepping.take(
        g.session, g.actor, offering_id, sent["step"], why=sent["why"], seen=sent["seen"]))


@blueprint.post("/<uuid:offering_id>/capacity")
@allows(EDITOR)
def capacity(offering_id: UUID) -> Answer:
    """State how much is free; answers with the list's line where that was asked for, else with the list."""
    _own(offering_id)
    try:
        sent = CapacitySchema().load({"available": request.form.get("available")})
        drafting.state_capacity(g.session, g.actor, offering_id, sent["available"])
    except ValidationError as error:
        return _list(faults={offering_id: flatten(error.messages)[0]["words"]}), 422
    except Invalid as error:
        return _list(faults={offering_id: _said(error)}), 422
    return redirect(url_for(".offerings", **_kept(), _anchor=f"offering-{offering_id}"), 303)


@blueprint.post("/<uuid:offering_id>/validity")
@allows(EDITOR)
def validity(offering_id: UUID) -> Answer:
    """Confirm that the offering still holds, until a day or for a year more."""
    return _act(offering_id, ValiditySchema(), lambda sent: drafting.extend(
        g.session, g.actor, offering_id, sent["valid_through"]), back_to_list=bool(request.form.get("list")))


@blueprint.post("/<uuid:offering_id>/copy")
@allows(EDITOR)
def copy(offering_id: UUID) -> Response:
    """Begin a new offering that says the same."""
    made = drafting.copy(g.session, g.actor, offering_id)
    return redirect(url_for(".edit", offering_id=made.id, page="basics"), 303)


@blueprint.post("/<uuid:offering_id>/preview")
@reads_only
@allows(DESK)
def preview(offering_id: UUID) -> Answer:
    """Show how a need would match the offering with the change being prepared; nothing is stored."""
    opened = desk.open_offering(g.session, g.actor, offering_id)
    try:
        sent = PreviewSchema().load({name: request.form.get(name) for name in ("need", "words")})
        stated = _stated(sent)
    except ValidationError as error:
        return _one(opened, fault=flatten(error.messages)[0]["words"]), 422
    except Invalid as error:
        return _one(opened, fault=_said(error)), 422
    index = matching.current_index(current_app.config["MATCHMAKER"])
    return _one(opened, tried=previews.preview(index, opened, stated, current_language()))


def _stated(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the need to try: one of those received, or the words that were sent."""
    if sent["need"]:
        found = next((need for need in previews.received(g.session, g.actor) if need.id == sent["need"]), None)
        if found is None:
            raise NotFound("There is no such need, or not for you.")
        return drafts.stated_of(found)
    if not sent["words"]:
        raise Invalid("Write a need in a sentence, or choose one that you have received.")
    return {"problem": sent["words"]}


def _act(offering_id: UUID, schema: Schema, act: Callable[[dict[str, Any]], object], *,
         back_to_list: bool = False) -> Answer:
    """Do what a form asks for and show the offering; else say what stands against it, or what came in between."""
    form = {name: request.form.get(name) for name in schema.load_fields if request.form.get(name)}
    try:
        act(schema.load(form))
    except ValidationError as error:
        return _one(desk.open_offering(g.session, g.actor, offering_id),
                    problem=flatten(error.messages)[0]["words"]), 422
    except Invalid as error:
        return _one(desk.open_offering(g.session, g.actor, offering_id), problem=_said(error)), 422
    except Conflict as error:
        return _changed(offering_id, _said(error), str(form.get("seen") or ""))
    if back_to_list:
        return redirect(url_for(".offerings", **_kept(), _anchor=f"offering-{offering_id}"), 303)
    return redirect(url_for(".offering", offering_id=offering_id), 303)


def _own(offering_id: UUID) -> Open:
    """Return an offering of the reader's own platform; raise `Forbidden` to an operator, who does not edit."""
    opened = desk.open_offering(g.session, g.actor, offering_id)
    if not opened.is_editor:
        raise Forbidden("Only the platform's own people work on its offerings.")
    return opened


def _own_platform() -> UUID:
    """Return the platform that the form names, the reader's first one when it names none."""
    platforms = desk.page(g.session, g.actor).platforms
    named = next((found.id for found in platforms if str(found.id) == request.form.get("platform")), None)
    if not platforms:
        raise Forbidden("Only the platform's own people work on its offerings.")
    return named or platforms[0].id


def _list(faults: Mapping[UUID, str] | None = None) -> str:
    asked = ShelfSchema().load(_kept())
    page = desk.page(g.session, g.actor, shelf=asked["shelf"], text=asked["q"], cursor=asked["cursor"])
    return _render("editor/list.html", page=page, faults=faults or {}, query=asked["q"] or "")


def _one(opened: Open, *, problem: str = "", fault: str = "", tried: previews.Preview | None = None) -> str:
    return _render("editor/one.html", opened=opened, problem=problem, fault=fault, tried=tried, form=request.form,
                   received=previews.received(g.session, g.actor), weights=results.weights(), cards=cards)


def _form_page(opened: Open | None, page: str, form: Form, faults: Mapping[str, str]) -> str:
    platforms = desk.page(g.session, g.actor).platforms if opened is None else ()
    return _render("editor/edit.html", opened=opened, page=page, form=form, faults=faults, platforms=platforms,
                   spare=editing_form.SPARE)


def _changed(offering_id: UUID, why: str, seen: str) -> tuple[str, int]:
    """Show what happened to an offering since the sender had looked at it."""
    opened = desk.open_offering(g.session, g.actor, offering_id)
    since = desk.since(opened, seen)
    return _render("editor/changed.html", opened=opened, why=why, since=since, sent=request.form), 409


def _render(template: str, **values: Any) -> str:
    return render_template(template, says=editing_words, fields=editing_form, labels=labels, formats=formats,
                           kinds=words.kind_labels(), kept=_kept(), **values)


def _said(error: Invalid | Conflict) -> str:
    return gettext(error.message, **error.values)


def _kept() -> dict[str, Any]:
    """Return what the address says of the list, for the addresses of the pages that follow."""
    return {name: value[:200] for name in KEPT if (value := request.args.get(name))}
