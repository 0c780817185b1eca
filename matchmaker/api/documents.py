"""What the API answers besides matches, described for its OpenAPI document. Answers are not dumped through these."""

from marshmallow import Schema, fields

from matchmaker.schemas.fields import Line, Texts
from matchmaker.schemas.matches import OfferingAnswer


class OfferingPage(Schema):
    """A page of the catalogue."""

    offerings = fields.List(fields.Nested(OfferingAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={
        "description": "Where the next page starts; null on the last one."})
    total = fields.Integer(required=True, metadata={"description": "How many there are under these filters."})


class CodeDocument(Schema):
    """A code and its name."""

    code = fields.String(required=True)
    label = Texts(Line(), required=True)


class KindList(Schema):
    """The kinds of resource."""

    kinds = fields.List(fields.Nested(CodeDocument), required=True)


class ThemeList(Schema):
    """The themes."""

    themes = fields.List(fields.Nested(CodeDocument), required=True)


class FaultDocument(Schema):
    """One fault: the field's path, a code for machines, words for people."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    words = fields.String(required=True)


class ProblemDocument(Schema):
    """What went wrong, after RFC 9457, in the language that Accept-Language prefers."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultDocument), required=True)
    reference = fields.String(metadata={"description": "Names the request in our logs, when the fault is ours."})
