"""The incubator's batches: sent as a file, followed while they are worked through, read row by row."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from matchmaker.domain import Outcome
from matchmaker.domain.base import new_id
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.incubator import UploadSchema
from matchmaker.services import formats
from matchmaker.services.access import INCUBATOR, allows
from matchmaker.services.referrals import mapping, receiving, results, stopping, template
from matchmaker.tabular.export import as_csv, xlsx_pieces
from matchmaker.web.incubators import referral_words

blueprint = Blueprint("web_incubator", __name__, url_prefix="/incubator/batches")

TAKES_FILE = "web_incubator.send"
OPTIONS = ("dry_run", "send_to", "allocation", "retry_of", "mapping", "token")
OVERHEAD = 100_000
"""What a form may have beside its file."""
ENDINGS = frozenset(receiving.FORMS.values()) | {".jsonl"}
ROWS, PIECE = 50, 1 << 16
Answer = str | tuple[str, int] | Response


@blueprint.url_value_preprocessor
def _take_file(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let the form with the file send more than others; it is read before the view is reached."""
    if endpoint == TAKES_FILE:
        request.max_content_length = receiving.LARGEST + OVERHEAD


@blueprint.errorhandler(RequestEntityTooLarge)
def _refuse_size(error: RequestEntityTooLarge) -> Any:
    """Say how large a file may be."""
    return current_app.handle_user_exception(receiving.too_large() if request.endpoint == TAKES_FILE else error)


@blueprint.get("")
@allows(INCUBATOR)
def batches() -> str:
    """List the batches, and ask for a file."""
    return _list({})


@blueprint.post("")
@allows(INCUBATOR)
def send() -> Answer:
    """Take a file, and go on to its batch."""
    form = {name: value for name in OPTIONS if (value := request.form.get(name))}
    try:
        sent = UploadSchema().load(form)
        if sent["mapping"]:
            mapping.named(g.session, g.actor, sent["mapping"])
        upload = kept()
    except ValidationError as error:
        return _list({fault["field"]: fault["words"] for fault in flatten(error.messages)}), 422
    except NotFound as error:
        return _list({"mapping": gettext(error.message, **error.values)}), 422
    except Invalid as error:
        return _list({"file": gettext(error.message, **error.values)}), 422
    options, is_new = {**sent, "language": current_language()}, False
    try:
        batch, is_new = receiving.receive(g.session, g.actor, upload, f"page:{sent['token']}", options)
    except Invalid as error:
        return _list({"file": gettext(error.message, **error.values)}), 422
    finally:
        if not is_new:
            (uploads() / upload.name).unlink(missing_ok=True)
    return redirect(url_for(".batch", batch_id=batch.id), 303)


@blueprint.get("/<uuid:batch_id>")
@allows(INCUBATOR)
def batch(batch_id: UUID) -> str:
    """Show how far a batch is, and how its rows ended."""
    return _one(batch_id)


@blueprint.post("/<uuid:batch_id>/cancel")
@allows(INCUBATOR)
def cancel(batch_id: UUID) -> Answer:
    """Stop a batch before its next rows."""
    try:
        stopping.cancel(g.session, g.actor, batch_id)
    except Conflict as error:
        return _one(batch_id, problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".batch", batch_id=batch_id), 303)


@blueprint.post("/<uuid:batch_id>/rows/<int:row>/withdraw")
@allows(INCUBATOR)
def withdraw(batch_id: UUID, row: int) -> Answer:
    """Take a row back."""
    try:
        stopping.withdraw(g.session, g.actor, batch_id, row)
    except Conflict as error:
        return _one(batch_id, problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".batch", batch_id=batch_id, after=max(row - 1, 0), _anchor=f"row-{row}"), 303)


@blueprint.get("/<uuid:batch_id>/results.<any(csv,xlsx):form>")
@allows(INCUBATOR)
def table(batch_id: UUID, form: str) -> Response:
    """Give all results as a table."""
    rows = results.as_table(results.all_rows(g.session, g.actor, batch_id))
    if form == "csv":
        return _file(b"".join(as_csv(results.COLUMNS, rows)), "text/csv; charset=utf-8", "results.csv")
    return _file(b"".join(xlsx_pieces(results.COLUMNS, rows)), receiving.XLSX, "results.xlsx")


@blueprint.get("/template.<any(csv,xlsx):form>")
@allows(INCUBATOR)
def blank(form: str) -> Response:
    """Give the table that is to be filled in."""
    if form == "csv":
        return _file(template.csv(), "text/csv; charset=utf-8", "referrals.csv")
    return _file(template.workbook(), receiving.XLSX, "referrals.xlsx")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, content_type=media_type, headers={"Content-Disposition": f"attachment; filename={name}"})


def kept() -> receiving.Upload:
    """Write the file of the form to the folder of uploads; raise `Invalid` when there is none that can be read."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("Choose a file.")
    ending = Path(file.filename).suffix.lower()
    if ending not in ENDINGS:
        raise Invalid("This is none of the kinds of file that are taken: XLSX, CSV, JSON, NDJSON.")

    def pieces() -> Iterator[bytes]:
        while piece := file.stream.read(PIECE):
            yield piece

    return receiving.keep(uploads(), pieces(), ending)


def uploads() -> Path:
    """Return the folder of uploads."""
    folder: Path = current_app.config["MATCHMAKER"].uploads
    return folder


def _list(faults: Mapping[str, str]) -> str:
    found, following = results.batches(g.session, g.actor, cursor=request.args.get("cursor", "")[:64] or None)
    return _render("list", batches=found, following=following, faults=faults, form=request.form if faults else {},
                   megabytes=receiving.MEGABYTES)


def _one(batch_id: UUID, *, problem: str = "") -> str:
    """Show a batch; the address says from which row on, and which rows."""
    wanted = request.args.get("outcome", "")
    outcome = Outcome(wanted) if wanted in set(Outcome) else None
    after = request.args.get("after", "")
    rows, following = results.rows(g.session, g.actor, batch_id, limit=ROWS, outcome=outcome,
                                   after=int(after) if after.isdecimal() and len(after) < 10 else 0)
    return _render("one", progress=results.progress(g.session, g.actor, batch_id), rows=rows, following=following,
                   outcome=outcome, problem=problem, outcomes=Outcome)


def _render(name: str, **values: Any) -> str:
    mappings = [found.name for found in mapping.listed(g.session, g.actor)]
    return render_template(f"incubator/{name}.html", says=referral_words, mappings=mappings,
                           token=new_id().hex, moment=formats.moment, **values)
