"""A platform's own openness lists: begin the next version, choose and import what stands on it, submit it.

The operator reads here what was submitted, and accepts or returns it.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.openness import BeginSchema, ChoiceSchema, DescriptionSchema, ListStepSchema, TakeSchema
from matchmaker.services import formats
from matchmaker.services.access import DESK, EDITOR, allows
from matchmaker.services.openness import desk, drafting, reading, stepping
from matchmaker.services.referrals import receiving
from matchmaker.web import cards
from matchmaker.web.openness import words
from matchmaker.web.teams import editing_words

blueprint = Blueprint("web_lists", __name__, url_prefix="/platform/lists")

TAKES_FILE = "web_lists.read_file"
OVERHEAD, PIECE = 100_000, 1 << 16
ENDINGS = frozenset({".csv", ".xlsx", ".json", ".jsonl"})
LONGEST_MAPPING = 60_000
Answer = str | tuple[str, int] | Response


@blueprint.url_value_preprocessor
def _take_file(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let the form with the file send more than others."""
    if endpoint == TAKES_FILE:
        request.max_content_length = receiving.LARGEST + OVERHEAD


@blueprint.get("")
@allows(DESK)
def lists() -> str:
    """Show the versions that the reader works on."""
    return _lists()


@blueprint.post("")
@allows(EDITOR)
def begin() -> Answer:
    """Begin the next version of a list."""
    try:
        sent = BeginSchema().load({name: value for name in ("start", "platform") if (value := request.form.get(name))})
        made = drafting.begin(g.session, g.actor, sent["platform"], sent["start"])
    except ValidationError as error:
        return _lists(flatten(error.messages)[0]["words"]), 422
    except Conflict as error:
        return _lists(_said(error)), 409
    return redirect(url_for(".version", version_id=made.id), 303)


@blueprint.get("/<uuid:version_id>")
@allows(DESK)
def version(version_id: UUID) -> str:
    """Show one version: what stands on it, what changed, what can be done with it."""
    return _one(version_id)


@blueprint.post("/<uuid:version_id>/details")
@allows(EDITOR)
def describe(version_id: UUID) -> Answer:
    """Say what a version is called, and what is new."""
    return _act(version_id, DescriptionSchema(), lambda sent: drafting.describe(g.session, g.actor, version_id, sent))


@blueprint.post("/<uuid:version_id>/entries")
@allows(EDITOR)
def choose(version_id: UUID) -> Answer:
    """Choose what stands on a version, or bring it to what the catalogue says now."""
    if request.form.get("refresh"):
        return _act(version_id, None, lambda _sent: drafting.refresh(g.session, g.actor, version_id))
    return _act(version_id, ChoiceSchema(), lambda sent: drafting.choose(
        g.session, g.actor, version_id, set(sent["entry"])))


@blueprint.post("/<uuid:version_id>/file")
@allows(EDITOR)
def read_file(version_id: UUID) -> Answer:
    """Let a file be read for a version."""
    drafting.edited(g.session, g.actor, version_id)
    kept: list[str] = []

    def queue(_sent: Any) -> None:
        mapping = _mapping()
        kept.append(_kept_file())
        reading.queue(g.session, g.actor, version_id, kept[0], mapping=mapping, language=current_language())

    answer = _act(version_id, None, queue)
    if isinstance(answer, tuple) and kept:
        (_uploads() / kept[0]).unlink(missing_ok=True)
    return answer


@blueprint.post("/<uuid:version_id>/take")
@allows(EDITOR)
def take(version_id: UUID) -> Answer:
    """Take over what a file says, or leave it."""
    return _act(version_id, TakeSchema(), lambda sent: reading.take(g.session, g.actor, version_id, sent["how"]))


@blueprint.post("/<uuid:version_id>/steps")
@allows(DESK)
def step(version_id: UUID) -> Answer:
    """Submit, take back, accept or return a version."""
    return _act(version_id, ListStepSchema(), lambda sent: stepping.take(
        g.session, g.actor, version_id, sent["step"], why=sent["why"], seen=sent["seen"]))


@blueprint.post("/<uuid:version_id>/discard")
@allows(EDITOR)
def discard(version_id: UUID) -> Answer:
    """Throw a draft away."""
    try:
        drafting.discard(g.session, g.actor, version_id)
    except Conflict as error:
        return _one(version_id, problem=_said(error)), 409
    return redirect(url_for(".lists"), 303)


@blueprint.post("/<uuid:version_id>/confirm")
@allows(EDITOR)
def confirm(version_id: UUID) -> Answer:
    """Confirm that the list in force still holds."""
    return _act(version_id, None, lambda _sent: drafting.confirm(g.session, g.actor, version_id))


def _act(version_id: UUID, schema: Schema | None, act: Callable[[dict[str, Any]], object]) -> Answer:
    """Do what a form asks for and show the version; else say what stands against it."""
    try:
        act(schema.load(_sent(schema)) if schema else {})
    except ValidationError as error:
        return _one(version_id, faults={fault["field"]: fault["words"] for fault in flatten(error.messages)}), 422
    except Invalid as error:
        return _one(version_id, problem=_said(error)), 422
    except Conflict as error:
        return _one(version_id, problem=_said(error)), 409
    return redirect(url_for(".version", version_id=version_id), 303)


def _sent(schema: Schema) -> dict[str, Any]:
    """Return the fields of a form that say something; those of lists with all their values."""
    sent: dict[str, Any] = {}
    for name, field in schema.load_fields.items():
        values = [value for value in request.form.getlist(name) if value]
        if values:
            sent[name] = values if hasattr(field, "inner") else values[0]
    return sent


def _mapping() -> str | None:
    """Return the mapping file of the form, if it has one; raise `Invalid` when it cannot be read."""
    file = request.files.get("mapping")
    if file is None or not file.filename:
        return None
    try:
        return file.stream.read(LONGEST_MAPPING).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("The mapping file must be a text in UTF-8.") from None


def _kept_file() -> str:
    """Write the file of the form to the folder of uploads; raise `Invalid` when there is none that can be read."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("Choose a file.")
    ending = Path(file.filename).suffix.lower()
    if ending not in ENDINGS:
        raise Invalid("This is none of the kinds of file that are taken: XLSX, CSV, JSON, JSONL.")

    def pieces() -> Iterator[bytes]:
        while piece := file.stream.read(PIECE):
            yield piece

    return receiving.keep(_uploads(), pieces(), ending).name


def _uploads() -> Path:
    uploads: Path = current_app.config["MATCHMAKER"].uploads
    return uploads


def _lists(problem: str = "") -> str:
    return _render("openness/drafts.html", page=desk.page(g.session, g.actor), problem=problem)


def _one(version_id: UUID, *, problem: str = "", faults: Mapping[str, str] | None = None) -> str:
    opened = desk.open_version(g.session, g.actor, version_id)
    form = request.form if faults else MultiDict(desk.form_of(opened.version))
    return _render("openness/draft.html", opened=opened, problem=problem, faults=faults or {}, form=form)


def _render(template: str, **values: Any) -> str:
    return render_template(template, says=words, fields=editing_words, formats=formats, cards=cards, **values)


def _said(error: Invalid | Conflict) -> str:
    return gettext(error.message, **error.values)
