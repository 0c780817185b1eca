"""Mappings of columns by an incubator's programs: saved once, named by each batch that needs them."""

from typing import Any

from flask import Response, g
from marshmallow import Schema, fields

from matchmaker.api.common import Blueprint, answer
from matchmaker.schemas.referral_mappings import MappingNameSchema, MappingSchema
from matchmaker.services.access import READS_REFERRALS, REFERS, allows
from matchmaker.services.referrals import mapping

blueprint = Blueprint("referral_mappings", __name__, description="How the columns of your own tables are read")


class MappingDocument(Schema):
    """A mapping that was saved."""

    name = fields.String(required=True)
    columns = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    constants = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    changed_at = fields.DateTime(required=True)


class MappingList(Schema):
    """The mappings of your organisation."""

    mappings = fields.List(fields.Nested(MappingDocument), required=True)


@blueprint.route("/referral-mappings")
@allows(READS_REFERRALS)
@blueprint.refuses()
@blueprint.response(200, MappingList)
def listing() -> Response:
    """List your mappings by their names."""
    return answer({"mappings": [mapping.document(found) for found in mapping.listed(g.session, g.actor)]})


@blueprint.route("/referral-mappings/<name>", methods=["PUT"])
@allows(REFERS)
@blueprint.refuses(400, 409, 415, 422)
@blueprint.arguments(MappingSchema)
@blueprint.response(200, MappingDocument)
def save(sent: dict[str, Any], name: str) -> Response:
    """Save a mapping under a name, in place of the one that has it. Batches sent before keep what they were sent by."""
    known = MappingNameSchema().load({"name": name})["name"]
    return answer(mapping.document(mapping.save(g.session, g.actor, known, **sent)))


@blueprint.route("/referral-mappings/<name>", methods=["DELETE"])
@allows(REFERS)
@blueprint.refuses(404)
@blueprint.response(204)
def delete(name: str) -> Response:
    """Delete a mapping."""
    mapping.delete(g.session, g.actor, name)
    return Response(status=204)
