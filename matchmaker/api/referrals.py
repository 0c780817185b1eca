"""Referrals by an incubator's programs: batches in, progress and an answer for each row out."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from flask import Response, current_app, g, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.http import parse_options_header

from matchmaker import storage
from matchmaker.api import problems
from matchmaker.api.common import Blueprint, answer, spooled
from matchmaker.api.referral_documents import BatchDocument, BatchPage, BatchReceipt, ResultPage, RowDocument
from matchmaker.i18n import current_language
from matchmaker.schemas.referrals import (
    ROW_FIELDS,
    BatchHeadersSchema,
    BatchOptionsSchema,
    PlaceSchema,
    ResultsQuerySchema,
    RowSchema,
    VersionHeadersSchema,
    load_row,
)
from matchmaker.services.access import READS_REFERRALS, REFERS, allows
from matchmaker.services.referrals import correcting, receiving, results, revising, stopping
from matchmaker.storage import streams
from matchmaker.tabular import export as tables

blueprint = Blueprint("referrals", __name__, description="Needs that an incubator refers for its firms")

PIECE = 1 << 16
# A list alone is taken as well; programs that generate clients cannot tell lists from the other kinds of body.
ROWS = {"type": "object", "required": ["rows"], "properties": {"rows": {"type": "array", "items": {"type": "object"}}}}
BODY = {"required": True, "content": {
    form: {"schema": ROWS if form == "application/json" else {"type": "string", "format": "binary"}}
    for form in receiving.FORMS}}
CSV, NDJSON = "text/csv; charset=utf-8", "application/x-ndjson"


@blueprint.route("/referral-batches", methods=["POST"])
@allows(REFERS)
@streams
@blueprint.refuses(404, 415, 422, 503)
@blueprint.doc(requestBody=BODY)
@blueprint.arguments(BatchOptionsSchema, location="query")
@blueprint.arguments(BatchHeadersSchema, location="headers")
@blueprint.response(202, BatchReceipt, headers={"Location": {"description": "Where the batch is.", "schema": {
    "type": "string"}}})
def send(options: dict[str, Any], headers: dict[str, Any]) -> Response:
    """Send a batch of referrals.

    The body is a table of at most 100,000 rows and 100 MB: JSON (`{"rows": […]}` or the list alone), NDJSON, CSV or
    XLSX. Each row is a need in flat fields (`problem` is required) with your own reference (`external_id`), the
    firm (`organisation_name`, `organisation_unified_social_credit_code` …), whom to ask (`send_to`: `best` or
    offerings), the contact (`contact_name`, `contact_email`) and the evidence of consent (`consent_version`,
    `consent_at`, `consent_channel`, `consent_recipients`). Without evidence the firm is asked by mail, and no
    platform sees anything before it agrees.
    """
    config = current_app.config["MATCHMAKER"]
    ending = receiving.FORMS.get(parse_options_header(request.headers.get("Content-Type"))[0].lower())
    if ending is None:
        raise UnsupportedMediaType
    request.max_content_length = receiving.LARGEST + 1
    options["language"] = options["language"] or current_language()
    upload = receiving.keep(config.uploads, _pieces(), ending)
    is_new = False
    try:
        with storage.writing(g.actor) as session:
            batch, is_new = receiving.receive(session, g.actor, upload, headers["idempotency_key"], options)
            taken = answer(results.receipt(batch), 202)
            taken.headers["Location"] = url_for(".show", batch_id=batch.id)
    finally:
        if not is_new:
            (config.uploads / upload.name).unlink(missing_ok=True)
    return taken


@blueprint.route("/referral-batches")
@allows(READS_REFERRALS)
@blueprint.refuses(422)
@blueprint.arguments(PlaceSchema, location="query")
@blueprint.response(200, BatchPage)
def listing(wanted: dict[str, Any]) -> Response:
    """List your batches, the newest first."""
    found, following = results.batches(g.session, g.actor, **wanted)
    return answer({"batches": [batch.as_document() for batch in found], "next_cursor": following})


@blueprint.route("/referral-batches/<uuid:batch_id>")
@allows(READS_REFERRALS)
@blueprint.refuses(404)
@blueprint.response(200, BatchDocument)
def show(batch_id: UUID) -> Response:
    """Return a batch and how far it is."""
    return answer(results.progress(g.session, g.actor, batch_id).as_document())


@blueprint.route("/referral-batches/<uuid:batch_id>/results")
@allows(READS_REFERRALS)
@blueprint.refuses(404, 422)
@blueprint.arguments(ResultsQuerySchema, location="query")
@blueprint.response(200, ResultPage)
def page(wanted: dict[str, Any], batch_id: UUID) -> Response:
    """Return how rows ended, in their order, each with its matches and leads."""
    found, following = results.rows(g.session, g.actor, batch_id, after=wanted["cursor"], limit=wanted["limit"],
                                    outcome=wanted["outcome"])
    return answer({"results": found, "next_cursor": following})


@blueprint.route("/referral-batches/<uuid:batch_id>/results.ndjson")
@allows(READS_REFERRALS)
@blueprint.refuses(404)
@blueprint.response(200, {"type": "string"}, content_type=NDJSON)
def as_lines(batch_id: UUID) -> Response:
    """Return how all rows ended, one JSON document a line."""
    found = results.all_rows(g.session, g.actor, batch_id)
    return spooled((orjson.dumps(row) + b"\n" for row in found), NDJSON)


@blueprint.route("/referral-batches/<uuid:batch_id>/results.csv")
@allows(READS_REFERRALS)
@blueprint.refuses(404)
@blueprint.response(200, {"type": "string"}, content_type=CSV)
def as_csv(batch_id: UUID) -> Response:
    """Return how all rows ended, as a table that spreadsheet programs open."""
    found = results.all_rows(g.session, g.actor, batch_id)
    taken = spooled(tables.as_csv(results.COLUMNS, results.as_table(found)), CSV)
    taken.headers["Content-Disposition"] = "attachment; filename=results.csv"
    return taken


@blueprint.route("/referral-batches/<uuid:batch_id>/results.xlsx")
@allows(READS_REFERRALS)
@blueprint.refuses(404, 422)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=receiving.XLSX)
def as_xlsx(batch_id: UUID) -> Response:
    """Return how all rows ended, as a workbook; no cell of it is a formula."""
    found = results.all_rows(g.session, g.actor, batch_id)
    taken = spooled(tables.xlsx_pieces(results.COLUMNS, results.as_table(found)), receiving.XLSX)
    taken.headers["Content-Disposition"] = "attachment; filename=results.xlsx"
    return taken


@blueprint.route("/referral-batches/<uuid:batch_id>/cancel", methods=["POST"])
@allows(REFERS)
@blueprint.refuses(404, 409)
@blueprint.response(200, BatchDocument)
def cancel(batch_id: UUID) -> Response:
    """Stop a batch before its next rows; what was answered stays so."""
    stopping.cancel(g.session, g.actor, batch_id)
    return answer(results.progress(g.session, g.actor, batch_id).as_document())


@blueprint.route("/referral-batches/<uuid:batch_id>/rows/<int:row>")
@allows(READS_REFERRALS)
@blueprint.refuses(404)
@blueprint.response(200, RowDocument, headers={"ETag": {"description": "Its version.", "schema": {"type": "string"}}})
def one_row(batch_id: UUID, row: int) -> Response:
    """Return how one row ended, and how it stood before each of its corrections."""
    return _row(batch_id, row)


@blueprint.route("/referral-batches/<uuid:batch_id>/rows/<int:row>", methods=["PUT"])
@allows(REFERS)
@blueprint.refuses(400, 404, 409, 415, 422, 503)
@blueprint.arguments(RowSchema)
@blueprint.arguments(VersionHeadersSchema, location="headers")
@blueprint.response(200, RowDocument, headers={"ETag": {"description": "Its version.", "schema": {"type": "string"}}})
def correct(cells: dict[str, Any], headers: dict[str, Any], batch_id: UUID, row: int) -> Response:
    """Send a row again, corrected.

    The body is the whole row, in the fields of a batch. It is checked and matched anew; it keeps its place and your
    reference. What is wrong with it is answered as 422, and then nothing has changed. Contact and name of the firm stay
    as they are when they are left out. Leads that were sent stay, those still to be decided are weighed anew, and no
    offering is asked twice. Sent again with the same `If-Match`, the same body gives the same answer.
    """
    sent = correcting.Sent(batch_id, row, headers["version"], cells)
    if faults := correcting.correct(g.session, current_app.config["MATCHMAKER"], g.actor, sent, load_row, ROW_FIELDS):
        language = current_language()
        errors = [{"field": fault["column"], "code": fault["code"], "words": fault["words"][language]}
                  for fault in faults]
        return problems.as_json(problems.refused(errors), request.path)
    return _row(batch_id, row)


@blueprint.route("/referral-batches/<uuid:batch_id>/rows/<int:row>/withdraw", methods=["POST"])
@allows(REFERS)
@blueprint.refuses(404, 409)
@blueprint.response(204)
def withdraw(batch_id: UUID, row: int) -> Response:
    """Take a row back: its requests and consents end; a need that nobody was shown is deleted."""
    stopping.withdraw(g.session, g.actor, batch_id, row)
    return Response(status=204)


def _row(batch_id: UUID, row: int) -> Response:
    document = revising.document(g.session, g.actor, batch_id, row)
    taken = answer(document)
    taken.headers["ETag"] = f'"{document["version"]}"'
    return taken


def _pieces() -> Iterator[bytes]:
    """Give the body as it comes."""
    try:
        while piece := request.stream.read(PIECE):
            yield piece
    except RequestEntityTooLarge:
        raise receiving.too_large() from None
