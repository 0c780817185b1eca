"""The incubator's own columns: a file is looked at, each of its columns told which of ours it is, and that is saved."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.referral_mappings import MappingNameSchema, MappingSchema
from matchmaker.schemas.referrals import ROW_FIELDS, load_row
from matchmaker.services import formats
from matchmaker.services.access import INCUBATOR, allows
from matchmaker.services.referrals import headings, mapping, template
from matchmaker.services.referrals.remarks import Remark
from matchmaker.web.incubators import incubator, referral_words

blueprint = Blueprint("web_incubator_mappings", __name__, url_prefix="/incubator/mappings")

TAKES_FILE = "web_incubator_mappings.look"
Answer = str | tuple[str, int] | Response


@blueprint.url_value_preprocessor
def _take_file(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let the form with the file send more than others; it is read before the view is reached."""
    if endpoint == TAKES_FILE:
        request.max_content_length = mapping.LIMITS.file_bytes + incubator.OVERHEAD


@blueprint.errorhandler(RequestEntityTooLarge)
def _refuse_size(error: RequestEntityTooLarge) -> Any:
    """Say how large a file may be."""
    too_large = Invalid("A file of at most %(megabytes)s MB will do to see its columns.",
                        megabytes=mapping.LIMITS.file_bytes // 1_000_000)
    return current_app.handle_user_exception(too_large if request.endpoint == TAKES_FILE else error)


@blueprint.get("")
@allows(INCUBATOR)
def listing() -> str:
    """List the mappings, and ask for a file whose columns are to be mapped."""
    return _list({})


@blueprint.post("")
@allows(INCUBATOR)
def look() -> Answer:
    """Show the columns and the first rows of a file, with what each column seems to be."""
    try:
        upload = incubator.kept()
    except Invalid as error:
        return _list({"file": gettext(error.message, **error.values)}), 422
    path = incubator.uploads() / upload.name
    try:
        seen = mapping.preview(path)
    except Invalid as error:
        return _list({"file": gettext(error.message, **error.values)}), 422
    finally:
        path.unlink(missing_ok=True)
    sources: dict[str, list[str]] = {}
    for name, ours in seen.proposed.items():
        sources.setdefault(ours, []).append(name)
    return _map(seen, request.form.get("name", ""), sources, {})


@blueprint.post("/save")
@allows(INCUBATOR)
def save() -> Answer:
    """Try a mapping with the rows that are shown, or save it."""
    seen = _seen()
    form = request.form
    sources: dict[str, list[str]] = {}
    for place, name in enumerate(seen.columns):
        if ours := form.get(f"ours-{place}"):
            sources.setdefault(ours, []).append(name)
    constants = {name: value for name in mapping.FIXED if (value := form.get(f"fixed-{name}", "").strip())}
    try:
        sent = MappingSchema().load({"columns": sources, "constants": constants})
        if form.get("act") == "try":
            return _map(seen, form.get("name", ""), sources, constants)
        name = MappingNameSchema().load({"name": form.get("name")})["name"]
        mapping.save(g.session, g.actor, name, **sent)
    except ValidationError as error:
        faults = {fault["field"].partition(".")[0]: fault["words"] for fault in flatten(error.messages)}
        return _map(seen, form.get("name", ""), sources, constants, faults=faults), 422
    except Conflict as error:
        faults = {"name": gettext(error.message, **error.values)}
        return _map(seen, form.get("name", ""), sources, constants, faults=faults), 409
    return redirect(url_for(".listing", saved=name), 303)


@blueprint.post("/delete")
@allows(INCUBATOR)
def delete() -> Response:
    """Delete a mapping; batches that were sent by it are as they were."""
    mapping.delete(g.session, g.actor, request.form.get("name", ""))
    return redirect(url_for(".listing"), 303)


def _seen() -> mapping.Preview:
    """Return what was shown of the file, as the form brings it back; it is shown to its sender and nobody else."""
    try:
        held = json.loads(request.form.get("seen", ""))
        columns = [str(name) for name in held["columns"]][:mapping.SHOWN_COLUMNS]
        rows = [[str(cell)[:mapping.SHOWN_CELL] for cell in row] for row in held["rows"]][:mapping.SHOWN_ROWS]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NotFound("The file is not known any more. Choose it again.") from None
    if not columns or any(len(row) != len(columns) for row in rows):
        raise NotFound("The file is not known any more. Choose it again.")
    return mapping.Preview(columns, rows, headings.propose(columns, rows))


def explained(column: str) -> str:
    """Return what is told of one of our columns in the current language."""
    zh, en = template.COLUMNS[column]
    return zh if current_language() == "zh" else en


def said(remarks: list[Remark]) -> list[dict[str, str]]:
    """Return remarks with their words in the current language."""
    return [{**remark, "words": remark["words"][current_language()]} for remark in remarks]


def _map(seen: mapping.Preview, name: str, sources: Mapping[str, list[str]], constants: Mapping[str, str], *,
         faults: Mapping[str, str] | None = None) -> str:
    ours = {theirs: column for column, names in sources.items() for theirs in names}
    tried = [said(found) for found in mapping.tried(sources, constants, seen, load_row, ROW_FIELDS)]
    kept = json.dumps({"columns": seen.columns, "rows": seen.rows}, ensure_ascii=False)
    return render_template("incubator/mapping.html", seen=seen, kept=kept, name=name, ours=ours, constants=constants,
                           tried=tried, faults=faults or {}, targets=mapping.targets(), fixed=mapping.FIXED,
                           explained=explained)


def _list(faults: Mapping[str, str]) -> str:
    return render_template("incubator/mappings.html", mappings=mapping.listed(g.session, g.actor), faults=faults,
                           saved=request.args.get("saved", "")[:80], says=referral_words, moment=formats.moment)
