"""What an incubator's programs read of its firms: their consents, and why their leads were declined."""

from typing import Any
from uuid import UUID

from flask import Response, g
from marshmallow import Schema, fields

from matchmaker.api.common import Blueprint, answer
from matchmaker.domain import ConsentState
from matchmaker.schemas.referrals import ConsentsQuerySchema, DeclinesQuerySchema
from matchmaker.services.access import READS_REFERRALS, REFERS, allows
from matchmaker.services.referrals import asking_again, declines

blueprint = Blueprint("referral_firms", __name__, description="Consents of the firms, and why they were declined")


class BatchPlaceDocument(Schema):
    """The batch that a row belongs to."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)


class PlaceDocument(Schema):
    """Where a row stands, and your own reference of it."""

    batch = fields.Nested(BatchPlaceDocument, required=True)
    row = fields.Integer(required=True)
    external_id = fields.String(required=True, allow_none=True)


class GivenDocument(Schema):
    """One consent: to whom, to which text, how and when."""

    platform = fields.String(required=True)
    text_version = fields.String(required=True)
    channel = fields.String(required=True)
    given_at = fields.DateTime(required=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)


class ConsentDocument(PlaceDocument):
    """How it stands with the consents behind one row."""

    state = fields.String(required=True, metadata={"enum": [state.value for state in ConsentState]})
    asked = fields.Integer(required=True, metadata={"description": "How often the firm was asked by mail."})
    asked_at = fields.DateTime(required=True, allow_none=True)
    may_ask_from = fields.DateTime(required=True, allow_none=True, metadata={
        "description": "From when it may be asked once more; null when it may not be asked any more."})
    consents = fields.List(fields.Nested(GivenDocument), required=True)


class ConsentPage(Schema):
    """A page of consents."""

    counts = fields.Dict(keys=fields.String(metadata={"enum": [state.value for state in ConsentState]}),
                         values=fields.Integer(), required=True)
    rows = fields.List(fields.Nested(ConsentDocument), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class KindDocument(Schema):
    """How many leads of one kind of resource were declined for one reason."""

    kind = fields.String(required=True)
    reason = fields.String(required=True)
    leads = fields.Integer(required=True)
    rows = fields.Integer(required=True)


class FirmDocument(Schema):
    """One firm and its declines; rows with the same unified social credit code are one firm."""

    rows = fields.List(fields.Nested(PlaceDocument), required=True)
    declined = fields.Integer(required=True)
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    kinds = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class WouldFitDocument(PlaceDocument):
    """A row that nothing fits, and what would make the nearest resource fit."""

    words = fields.String(required=True)


class DeclinesDocument(Schema):
    """Declines summed up."""

    answered = fields.Integer(required=True, metadata={"description": "Leads that have had a first answer."})
    declined = fields.Integer(required=True)
    by_kind = fields.List(fields.Nested(KindDocument), required=True)
    by_firm = fields.List(fields.Nested(FirmDocument), required=True)
    would_fit = fields.List(fields.Nested(WouldFitDocument), required=True)


@blueprint.route("/referral-consents")
@allows(READS_REFERRALS)
@blueprint.refuses(422)
@blueprint.arguments(ConsentsQuerySchema, location="query")
@blueprint.response(200, ConsentPage)
def consents(wanted: dict[str, Any]) -> Response:
    """List the rows that became needs with their firms' consents, the newest first.

    To whom, to which text, when and how; no word and no name of the firm.
    """
    found, following = asking_again.listed(g.session, g.actor, **wanted)
    counts = {state.value: count for state, count in asking_again.counts(g.session, g.actor).items()}
    return answer({"counts": counts, "rows": [row.as_document() for row in found], "next_cursor": following})


@blueprint.route("/referral-batches/<uuid:batch_id>/rows/<int:row>/ask-again", methods=["POST"])
@allows(REFERS)
@blueprint.refuses(404, 409)
@blueprint.response(204)
def ask_again(batch_id: UUID, row: int) -> Response:
    """Ask a firm once more for its consent, by mail: three times in all, three days apart."""
    asking_again.ask_again(g.session, g.actor, batch_id, row)
    return Response(status=204)


@blueprint.route("/referral-declines")
@allows(READS_REFERRALS)
@blueprint.refuses(404, 422)
@blueprint.arguments(DeclinesQuerySchema, location="query")
@blueprint.response(200, DeclinesDocument)
def declined(wanted: dict[str, Any]) -> Response:
    """Sum up why leads were declined, by kind of resource and by firm, with what would fit where nothing does."""
    return answer(declines.summed_up(g.session, g.actor, wanted["batch"]).as_document())
